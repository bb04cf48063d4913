"""The report in an adapter's folder: how it was fitted, and what it changes."""

from collections.abc import Iterable, Mapping, Sequence

from training import own_actions, rows
from training.change import Change
from training.evaluate import Answer, Scores
from training.html import curve, document, note, shares, table

FILE = "report.html"
EXAMPLES = 40  # of what was lost and gained, each
FIGURES = ("right", "action", "exact", "refused", "false_actions")
Losses = Sequence[Mapping[str, float]]


def render(
    facts: Mapping[str, object], losses: Losses, change: Change, faults: Sequence[str]
) -> str:
    """Give the page; `losses` are what fitting reported."""
    before, after = change.scores
    return document(
        "Whispera: adapter",
        "\n".join(
            [
                table(("", ""), facts.items()),
                note(*_verdict(before, faults)),
                "<h2>Loss</h2>",
                _losses(losses),
                "<h2>Scores</h2>",
                note(
                    "On rows whose phrases were not trained on, the same ones twice.",
                    "Your own actions are left out.",
                ),
                _scores(before, after),
                *_own(change),
                "<h2>Packs</h2>",
                _packs(change),
                "<h2>What changed</h2>",
                _examples("Right before, and not any more", change.lost),
                _examples("Right now, and not before", change.gained),
            ]
        ),
    )


def _verdict(before: Scores | None, faults: Sequence[str]) -> Iterable[str]:
    if before is None:
        yield "There was no adapter before it."
    if faults:
        yield f"Not good enough: {'; '.join(faults)}."
    elif before:
        yield "No worse than before."


def _losses(losses: Losses) -> str:
    lines = {
        "training": [
            (line["iteration"], line["train_loss"])
            for line in losses
            if "train_loss" in line
        ],
        "held-out phrases": [
            (line["iteration"], line["val_loss"])
            for line in losses
            if "val_loss" in line
        ],
    }
    return curve("loss by iteration", {n: line for n, line in lines.items() if line})


def _scores(before: Scores | None, after: Scores) -> str:
    lines = []
    for name in FIGURES:
        was = shares(1, getattr(before, name)) if before else ("",)
        lines.append((name.replace("_", " "), *was, *shares(1, getattr(after, name))))
    was_error = f"{before.calibration_error:.3f}" if before else ""
    lines.append(("calibration error", was_error, f"{after.calibration_error:.3f}"))
    was_passes = f"{before.passes:.2f}" if before else ""
    lines.append(("passes a command", was_passes, f"{after.passes:.2f}"))
    return table(("", "before", "after"), lines)


def _own(change: Change) -> tuple[str, ...]:
    """Give what is said of the user's own actions, if there are any."""
    actions = change.own_actions
    if not actions:
        return ()
    lines = [
        (a.name, a.rows, "" if a.before is None else a.before, a.after) for a in actions
    ]
    return (
        "<h2>Your own actions</h2>",
        note(
            f"On rows {own_actions.SAID}: all phrases of your own are trained on.",
            "Right answers count, sure enough to run or not.",
        ),
        table(("", "rows", "right before", "right after"), lines),
    )


def _packs(change: Change) -> str:
    return table(
        ("", "commands", "exact before", "exact after"),
        (
            (
                pack.name,
                pack.rows,
                *(("",) if pack.before is None else shares(1, pack.before)),
                *shares(1, pack.after),
            )
            for pack in change.packs
        ),
    )


def _examples(title: str, pairs: Sequence[tuple[Answer, Answer]]) -> str:
    if not pairs:
        return f"<h3>{title}</h3>" + note("Nothing.")
    shown = pairs[:EXAMPLES]
    return (
        f"<h3>{title}: {len(pairs)}</h3>"
        + table(("utterance", "meant", "before", "after"), _lines(shown))
        + (note(f"The first {EXAMPLES} of them.") if len(pairs) > EXAMPLES else "")
    )


def _lines(pairs: Iterable[tuple[Answer, Answer]]) -> Iterable[tuple[str, ...]]:
    for before, after in pairs:
        yield (
            after.example.utterance,
            rows.shown(after.expected),
            _answered(before),
            _answered(after),
        )


def _answered(answer: Answer) -> str:
    unsure = "" if answer.is_sure else " (unsure)"
    return rows.shown(answer.understanding.intents) + unsure
