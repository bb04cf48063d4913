"""Scores for people: a few lines on the terminal; `page.py` has the rest."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from training.evaluate import Confusion, Scores, Tally

WORST = 5  # packs and confusions that the terminal shows


def show(console: Console, scores: Scores, confusions: Sequence[Confusion]) -> None:
    """Print scores over all, the worst packs, and what was taken for what most."""
    figures = Table("", "share", box=None, pad_edge=False)
    figures.add_row("right action", f"{scores.action:.1%}")
    figures.add_row("exact (action and slots)", f"{scores.exact:.1%}")
    figures.add_row("commands refused", f"{scores.refused:.1%}")
    figures.add_row("false actions", f"{scores.false_actions:.1%}")
    figures.add_row("calibration error", f"{scores.calibration_error:.3f}")
    figures.add_row("passes a command", f"{scores.passes:.2f}")
    console.print(figures)
    packs = Table("worst packs", "exact", box=None, pad_edge=False)
    for pack, share in sorted(scores.packs.items(), key=lambda item: item[1])[:WORST]:
        packs.add_row(pack, f"{share:.1%}")
    console.print(packs)
    if confusions:
        table = Table("expected", "understood", "times", box=None, pad_edge=False)
        for confusion in confusions[:WORST]:
            table.add_row(
                confusion.expected, confusion.understood, str(confusion.times)
            )
        console.print(table)


def show_tallies(console: Console, tallies: Sequence[Tally]) -> None:
    """Print the model and the baselines side by side."""
    table = Table(
        "", "action", "exact", "false actions", "ms a row", box=None, pad_edge=False
    )
    for tally in tallies:
        table.add_row(
            tally.name,
            f"{tally.action:.1%}",
            f"{tally.exact:.1%}",
            f"{tally.false_actions:.1%}",
            f"{tally.ms:.2f}",
        )
    console.print(table)
