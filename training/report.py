"""Scores for people: a few lines on the terminal; `page.py` has the rest."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from training import own_actions, rows
from training.change import Change, PackChange
from training.evaluate import Confusion, Scores, Tally

LOST = 5  # examples of what an adapter loses
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


def show_change(console: Console, change: Change) -> None:
    """Print scores before and after, the user's actions, packs that fell, what was lost."""
    before, after = change.scores
    figures = Table("", "before", "after", box=None, pad_edge=False)
    for name in ("right", "exact", "refused", "false_actions"):
        was = f"{getattr(before, name):.1%}" if before else ""
        figures.add_row(name.replace("_", " "), was, f"{getattr(after, name):.1%}")
    for pack in _moved(change):
        figures.add_row(f"exact in {pack.name}", *_both(pack))
    for action in change.own_actions:
        was = "" if action.before is None else f"{action.before} of {action.rows}"
        known = f"{action.after} of {action.rows}"
        figures.add_row(f"right in {action.name}*", was, known)
    console.print(figures)
    if change.own_actions:
        console.print(f"* your own, rows {own_actions.SAID}", soft_wrap=True)
    for was_right, now in change.lost[:LOST]:
        console.print(
            f'lost: "{was_right.example.utterance}" meant {rows.shown(was_right.expected)}, now'
            f" {rows.shown(now.understanding.intents)}",
            markup=False,
        )


def _moved(change: Change) -> list[PackChange]:
    """Give what is there for the first time, and the packs that lose most."""
    new = [pack for pack in change.packs if pack.before is None]
    fell = [
        pack
        for pack in change.packs
        if pack.before is not None and pack.after < pack.before
    ]
    return [*new, *fell[:WORST]] if change.before else []


def _both(pack: PackChange) -> tuple[str, str]:
    return "" if pack.before is None else f"{pack.before:.1%}", f"{pack.after:.1%}"


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
