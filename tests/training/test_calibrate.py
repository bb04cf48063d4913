"""Confidence means what it says; the threshold keeps false actions within a rate."""

from random import Random

from training.calibrate import Judged, calibrate, calibration_error


def _overconfident(count: int) -> list[Judged]:
    """Answers that say 0.99 and are right three times of four, and so on."""
    random = Random(1)
    answers = []
    for _ in range(count):
        probability = random.choice([0.6, 0.9, 0.99])
        right = random.random() < {0.6: 0.5, 0.9: 0.62, 0.99: 0.75}[probability]
        answers.append(Judged(probability, right, True, right))
    return answers


def test_calibrated_confidence_is_the_share_that_is_right() -> None:
    answers = _overconfident(6000)
    calibration = calibrate(answers)
    before = calibration_error([(a.probability, a.is_right) for a in answers])
    after = calibration_error(
        [(calibration.confidence(a.probability), a.is_right) for a in answers]
    )

    assert before > 0.15
    assert after < 0.03


def test_the_threshold_keeps_false_actions_within_the_rate() -> None:
    random = Random(2)
    answers = [Judged(random.random(), False, True, False) for _ in range(1000)]
    answers += [
        Judged(0.5 + random.random() / 2, True, True, True) for _ in range(1000)
    ]
    calibration = calibrate(answers, false_actions=0.1)
    passed = sum(
        calibration.confidence(a.probability) >= calibration.threshold
        for a in answers[:1000]
    )

    assert passed <= 100


def test_more_strangers_move_the_threshold_alone() -> None:
    answers = [Judged(0.8, n % 4 > 0, True, True) for n in range(400)]
    answers += [Judged(0.4, False, True, False)] * 20
    alone = calibrate(answers, false_actions=0.1)
    strangers = [Judged(0.8, False, True, False)] * 300
    beside = calibrate(answers, strangers, false_actions=0.1)

    assert (beside.slope, beside.offset) == (alone.slope, alone.offset)
    assert beside.threshold > alone.threshold
    assert beside.threshold > beside.confidence(0.8)


def test_a_perfect_model_is_left_finite() -> None:
    calibration = calibrate([Judged(0.999, True, True, True)] * 50)

    assert 0.9 < calibration.confidence(0.999) <= 1.0
