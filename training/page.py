"""The report as one HTML page: tables and plots, nothing that is fetched."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape

import msgspec

from training import curves, rows
from training.baselines import EXTRA, MOST, is_there
from training.calibrate import calibration_error
from training.evaluate import (
    Answer,
    Tally,
    by_action,
    by_file,
    by_pack,
    confusions,
    tally_answers,
)
from training.html import document, note, shares, table
from whisperad.catalogue import Catalogue

EXAMPLES = 20  # of each kind of mistake
CONFUSIONS = 40


class Part(msgspec.Struct, frozen=True):
    """A set of rows and what was made of them."""

    title: str
    answers: Sequence[Answer]
    tallies: Sequence[Tally] = ()  # the model's and the baselines', on the same rows


class Surroundings(msgspec.Struct, frozen=True):
    """What a page says of how it came to be."""

    facts: Mapping[str, str]
    threshold: float
    catalogue: Catalogue
    files: Mapping[str, str]  # template of what is no command -> its file
    notes: Sequence[str]  # on the baselines


def render(parts: Iterable[Part], around: Surroundings) -> str:
    """Give the whole page."""
    facts = table(("", ""), around.facts.items())
    parts_shown = "\n".join(_part(part, around) for part in parts)
    return document("Whispera: report", f"{facts}\n{parts_shown}")


def _part(part: Part, around: Surroundings) -> str:
    answers = part.answers
    return "\n".join(
        [
            f"<h2>{escape(part.title)}</h2>",
            _tallies([tally_answers("all", answers)]),
            _baselines(part, around),
            "<h3>Refusal</h3>",
            _refusal(answers, around),
            "<h3>Calibration</h3>",
            _calibration(answers, around.threshold),
            "<h3>What was taken for what</h3>",
            _confusions(answers),
            "<h3>Packs</h3>",
            _tallies(by_pack(answers, around.catalogue)),
            "<h3>Actions</h3>",
            _tallies(by_action(answers)),
        ]
    )


def _tallies(tallies: Iterable[Tally]) -> str:
    return table(
        ("", "commands", "right action", "exact", "refused", "others", "false actions"),
        (
            (
                tally.name,
                tally.commands,
                *shares(tally.commands, tally.action, tally.exact, tally.refused),
                tally.others,
                *shares(tally.others, tally.false_actions),
            )
            for tally in tallies
        ),
    )


def _baselines(part: Part, around: Surroundings) -> str:
    if not part.tallies:
        return note("No baselines were asked.")
    head = ("", "right action", "exact", "refused", "false actions", "ms a row")
    lines = [
        (
            t.name,
            *shares(1, t.action, t.exact, t.refused, t.false_actions),
            f"{t.ms:.2f}",
        )
        for t in part.tallies
    ]
    notes = list(around.notes)
    if len(part.answers) > MOST:
        notes.insert(0, f"All of them on the same {MOST} of these rows, at random.")
    return (
        "<h3>Beside others, on the same rows</h3>" + table(head, lines) + note(*notes)
    )


def _refusal(answers: Sequence[Answer], around: Surroundings) -> str:
    overall = tally_answers("", answers)
    counts = note(
        f"{overall.refused:.1%} of {overall.commands} commands were refused or asked"
        f" about; of {overall.others} rows that are no command {overall.false_actions:.1%}"
        " would run something."
    )
    files = by_file(answers, around.files)
    ran = [a for a in answers if not a.expected and a.served and not a.is_right]
    refused = [
        a
        for a in answers
        if a.expected and not a.served and not rows.takes(a.example, ())
    ]
    return counts + "".join(
        [
            table(
                ("what is no command", "rows", "false actions"),
                ((f.name, f.others, *shares(1, f.false_actions)) for f in files),
            )
            if files
            else "",
            _examples("No command, yet would run, surest first", ran),
            _examples("Commands refused or asked about, surest first", refused),
        ]
    )


def _calibration(answers: Sequence[Answer], threshold: float) -> str:
    pairs = [(a.understanding.confidence, a.is_right) for a in answers]
    bins, points = curves.reliability(answers), curves.tradeoff(answers)
    said = note(
        f"Expected calibration error {calibration_error(pairs):.3f} (15 bins of equal"
        f" size). An answer is served from a confidence of {threshold:.2f}; refusals"
        " have a confidence too."
    )
    if is_there("matplotlib"):
        # Slow to import, and there only with the extra.
        from training import plots

        return said + "\n".join(
            f'<p><img src="{image}" alt="{name}"></p>'
            for name, image in (
                ("reliability diagram and histogram", plots.reliability(bins)),
                ("precision and refusal", plots.tradeoff(points, threshold)),
            )
        )
    missing = note(f"No plots: matplotlib is missing; {EXTRA}. The same as tables:")
    return said + missing + _bins(bins) + _points(points)


def _bins(bins: Iterable[curves.Bin]) -> str:
    return table(
        ("confidence", "answers", "mean confidence", "right"),
        (
            (f"{b.low:.1f}-{b.high:.1f}", b.count, *shares(1, b.confidence, b.right))
            for b in bins
        ),
    )


def _points(points: Sequence[curves.Point]) -> str:
    return table(
        ("threshold", "precision", "exact", "refused", "false actions"),
        (
            (
                f"{p.threshold:.2f}",
                *shares(1, p.precision, p.exact, p.refused, p.false_actions),
            )
            for p in points[::5]
        ),
    )


def _confusions(answers: Sequence[Answer]) -> str:
    return note("The best answers, sure or not.") + table(
        ("expected", "understood", "times", "sure", "such as"),
        (
            (c.expected, c.understood, c.times, c.sure, " · ".join(c.examples))
            for c in confusions(answers, CONFUSIONS)
        ),
    )


def _examples(title: str, answers: Iterable[Answer]) -> str:
    surest = sorted(answers, key=lambda a: -a.understanding.confidence)[:EXAMPLES]
    if not surest:
        return ""
    return f"<h4>{title}</h4>" + table(
        ("utterance", "expected", "understood", "confidence"),
        (
            (
                a.example.utterance,
                rows.shown(a.expected),
                rows.shown(a.understanding.intents),
                f"{a.understanding.confidence:.2f}",
            )
            for a in surest
        ),
    )
