"""Plots of a report, as SVG images that stand in the page itself; needs matplotlib."""

import base64
import io
from collections.abc import Sequence

from matplotlib.figure import Figure

from training.curves import BINS, Bin, Point

_BLUE, _RED, _GREY = "#2563a8", "#b3362b", "#777777"


def reliability(bins: Sequence[Bin]) -> str:
    """Draw how often answers are right beside how sure they are, and how many."""
    figure = Figure(figsize=(5, 5.6), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    above.plot([0, 1], [0, 1], color=_GREY, linestyle=":", label="as sure as right")
    above.plot(
        [b.confidence for b in bins],
        [b.right for b in bins],
        color=_BLUE,
        marker="o",
        label="measured",
    )
    above.set(ylabel="share that is right", xlim=(0, 1), ylim=(0, 1))
    above.legend(loc="upper left")
    below.bar(
        [b.low for b in bins],
        [b.count for b in bins],
        width=1 / BINS,
        align="edge",
        color=_BLUE,
        edgecolor="white",
    )
    below.set(xlabel="confidence", ylabel="answers")
    return _image(figure)


def tradeoff(points: Sequence[Point], threshold: float) -> str:
    """Draw what would run and what would be refused under other thresholds."""
    figure = Figure(figsize=(10, 4.2), layout="constrained")
    left, right = figure.subplots(1, 2)
    at = [point.threshold for point in points]
    lines = (
        ("precision of what runs", [p.precision for p in points], _BLUE, "-"),
        ("commands exact", [p.exact for p in points], _BLUE, "--"),
        ("commands refused", [p.refused for p in points], _GREY, "-"),
        ("false actions", [p.false_actions for p in points], _RED, "-"),
    )
    for label, values, colour, style in lines:
        left.plot(at, values, color=colour, linestyle=style, label=label)
    left.axvline(
        threshold, color="black", linewidth=1, label=f"chosen: {threshold:.2f}"
    )
    left.set(xlabel="threshold", ylabel="share", xlim=(0, 1), ylim=(0, 1))
    left.legend(fontsize="small", loc="center left")
    right.plot([p.refused for p in points], [p.precision for p in points], color=_BLUE)
    chosen = min(points, key=lambda point: abs(point.threshold - threshold))
    right.plot(chosen.refused, chosen.precision, "o", color="black", label="chosen")
    right.set(xlabel="commands refused", ylabel="precision of what runs", xlim=(0, 1))
    right.legend(loc="lower right")
    return _image(figure)


def _image(figure: Figure) -> str:
    """Give a figure as the address of an image that holds it."""
    file = io.BytesIO()
    figure.savefig(file, format="svg", metadata={"Date": None})
    return f"data:image/svg+xml;base64,{base64.b64encode(file.getvalue()).decode()}"
