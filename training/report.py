"""Scores for people: tables on the terminal."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from training.evaluate import Scores


def show(
    console: Console, scores: Scores, confusions: Sequence[tuple[str, str, int]]
) -> None:
    """Print scores over all, per pack, and what was taken for what."""
    figures = Table("", "share", box=None, pad_edge=False)
    figures.add_row("right action", f"{scores.action:.1%}")
    figures.add_row("exact (action and slots)", f"{scores.exact:.1%}")
    figures.add_row("commands refused", f"{scores.refused:.1%}")
    figures.add_row("false actions", f"{scores.false_actions:.1%}")
    figures.add_row("calibration error", f"{scores.calibration_error:.3f}")
    figures.add_row("passes a command", f"{scores.passes:.2f}")
    console.print(figures)
    packs = Table("pack", "exact", box=None, pad_edge=False)
    for pack, share in scores.packs.items():
        packs.add_row(pack, f"{share:.1%}")
    console.print(packs)
    if confusions:
        table = Table("expected", "understood", "times", box=None, pad_edge=False)
        for want, got, times in confusions:
            table.add_row(want, got, str(times))
        console.print(table)
