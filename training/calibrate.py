"""From the model's probability to a confidence that means what it says.

Platt scaling (J. Platt, "Probabilistic outputs for support vector machines", 1999)
on the logit of the answer's probability, fitted on the valid split.
"""

import math
from collections.abc import Sequence

import msgspec

from whisperad.adapter import Calibration

FALSE_ACTIONS = 0.04  # of what is no command, most of it as close to one as can be
_STEPS = 60  # of Newton's method; it settles in about ten


class Judged(msgspec.Struct, frozen=True):
    """One answer: how probable, whether right, whether it was and should be a command."""

    probability: float
    is_right: bool
    is_command: bool
    should_be_command: bool


def calibrate(
    answers: Sequence[Judged],
    strangers: Sequence[Judged] = (),
    false_actions: float = FALSE_ACTIONS,
) -> Calibration:
    """Fit slope and offset, and choose the threshold for a rate of false actions.

    `strangers` are more answers to what is no command: the threshold is where few of them
    are, and moves with each of those few.
    """
    slope, offset = _fit([(_logit(a.probability), a.is_right) for a in answers])
    scaled = Calibration(slope, offset)
    return Calibration(
        slope, offset, _threshold([*answers, *strangers], scaled, false_actions)
    )


def calibration_error(pairs: Sequence[tuple[float, bool]], bins: int = 15) -> float:
    """Give the expected calibration error (arXiv:1706.04599), bins of equal size."""
    ordered = sorted(pairs, key=lambda pair: pair[0])  # ties stay in their order
    error = 0.0
    for number in range(bins):
        some = ordered[
            number * len(ordered) // bins : (number + 1) * len(ordered) // bins
        ]
        if some:
            confidence = sum(c for c, _ in some) / len(some)
            right = sum(r for _, r in some) / len(some)
            error += abs(confidence - right) * len(some) / len(ordered)
    return error


def _threshold(
    answers: Sequence[Judged], scaled: Calibration, false_actions: float
) -> float:
    """Give the lowest threshold that keeps false actions within the rate."""
    strangers = [a for a in answers if not a.should_be_command]
    wrong = sorted(
        (scaled.confidence(a.probability) for a in strangers if a.is_command),
        reverse=True,
    )
    allowed = int(false_actions * len(strangers))
    if len(wrong) <= allowed:
        return 0.3  # below this, most answers are wrong whatever they are
    return min(0.95, max(0.3, math.nextafter(wrong[allowed], 1.0)))


def _fit(points: Sequence[tuple[float, bool]]) -> tuple[float, float]:
    """Logistic regression of right on the logit, by Newton's method."""
    right = sum(r for _, r in points)
    wrong = len(points) - right
    # Platt's targets: they keep the fit finite when nearly all answers are right.
    high, low = (right + 1) / (right + 2), 1 / (wrong + 2)
    slope, offset = 1.0, 0.0
    for _ in range(_STEPS):
        g0 = g1 = h00 = h01 = h11 = 1e-9
        for x, is_right in points:
            p = 1 / (1 + math.exp(-max(-30.0, min(30.0, slope * x + offset))))
            error = p - (high if is_right else low)
            weight = p * (1 - p)
            g0, g1 = g0 + error * x, g1 + error
            h00, h01, h11 = h00 + weight * x * x, h01 + weight * x, h11 + weight
        determinant = h00 * h11 - h01 * h01
        if determinant <= 0:
            break
        # A step is cut short, or the first ones overshoot where the model is far off.
        slope -= max(-1.0, min(1.0, (h11 * g0 - h01 * g1) / determinant))
        offset -= max(-1.0, min(1.0, (h00 * g1 - h01 * g0) / determinant))
    return (slope, offset) if slope > 0.05 and math.isfinite(offset) else (1.0, 0.0)


def _logit(probability: float) -> float:
    p = min(max(probability, 1e-7), 1 - 1e-7)
    return math.log(p / (1 - p))
