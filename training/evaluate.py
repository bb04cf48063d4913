"""Adapter folder -> scores, through the daemon's own `Model.understanding`."""

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import msgspec

from training import rows
from training.calibrate import Judged, calibration_error
from training.dataset import Example
from whisperad.beside import Beside
from whisperad.catalogue import Catalogue
from whisperad.intent import Intent
from whisperad.model import Model
from whisperad.question import Question
from whisperad.understanding import Understanding
from whisperad.utterance import Utterance, normalise

Told = Callable[[], None]  # called for each row that is done
AHEAD = 64  # questions that are asked before the first of them is answered
SEVERAL = "several commands"  # what rows with more than one command count under


class Answer(msgspec.Struct, frozen=True):
    """An example and what the model made of it."""

    example: Example
    understanding: Understanding
    is_sure: bool  # above the threshold, as the daemon counts

    @property
    def expected(self) -> tuple[Intent, ...]:
        """What should have been understood; empty if it was no command."""
        return rows.commands(self.example)

    @property
    def is_right(self) -> bool:
        """Whether actions and slots are all as expected."""
        return rows.takes(self.example, self.understanding.intents)

    @property
    def served(self) -> tuple[Intent, ...]:
        """What would run; empty if it was refused or asked about."""
        return self.understanding.intents if self.is_sure else ()

    def judged(self) -> Judged:
        """Give what calibration needs to know."""
        return Judged(
            self.understanding.confidence,
            self.is_right,
            bool(self.understanding.intents),
            bool(self.expected),
        )


class Scores(msgspec.Struct, frozen=True):
    """Shares of the examples; thresholds count as the daemon counts them."""

    right: float  # of all: the right answer, sure enough or not
    action: float  # of commands: the right action
    exact: float  # of commands: the right action and all slots
    refused: float  # of commands: answered with none, or unsure
    false_actions: float  # of what is no command: would run
    calibration_error: float
    passes: float  # mean forward passes
    packs: dict[str, float]  # exact, per pack

    def flat(self) -> dict[str, float]:
        """Give all figures under one name each, as a manifest keeps them."""
        return {
            "right": round(self.right, 4),
            "action": round(self.action, 4),
            "exact": round(self.exact, 4),
            "refused": round(self.refused, 4),
            "false_actions": round(self.false_actions, 4),
            "calibration_error": round(self.calibration_error, 4),
            "passes": round(self.passes, 3),
            **{f"exact.{pack}": round(share, 4) for pack, share in self.packs.items()},
        }


class Tally(msgspec.Struct, frozen=True):
    """What became of some rows; shares of their commands and of the others."""

    name: str
    commands: int
    others: int
    action: float  # of commands: the right action would run
    exact: float  # of commands: with all slots
    refused: float  # of commands: nothing would run
    false_actions: float  # of the others: something would run
    ms: float = 0.0  # a row


class Confusion(msgspec.Struct, frozen=True):
    """What was taken for what."""

    expected: str
    understood: str
    times: int
    sure: int  # of those: would have run, or been refused without asking
    examples: tuple[str, ...]


def unheard() -> None:
    """Tell nobody."""


def answer(
    model: Model, examples: Iterable[Example], told: Told = unheard
) -> list[Answer]:
    """Ask the model about every example, in as few passes as the daemon does."""
    threshold = model.calibration.threshold
    grammar = model.served()
    if grammar.guesser.draft is None:
        grammar.learn()
    answers = []
    for example, understood in _understood(model, examples):
        answers.append(Answer(example, understood, understood.confidence >= threshold))
        told()
    return answers


def _understood(
    model: Model, examples: Iterable[Example]
) -> Iterator[tuple[Example, Understanding]]:
    """Have the model understand all, several at a time where that is faster."""
    beside = Beside(model, spared=0)
    asked: deque[tuple[Example, Question]] = deque()
    try:
        for example in examples:
            question = _question(normalise(example.utterance))
            asked.append((example, question))
            if beside:
                beside.answer(question)
            else:
                question.begin(model)
                question.finish(lambda: model.reader)
            if len(asked) > AHEAD:
                example, question = asked.popleft()
                yield example, question.done.result()
        for example, question in asked:
            yield example, question.done.result()
    finally:
        beside.stop()


def _question(utterance: Utterance) -> Question:
    # No candidates: nobody reads them here, and they cost passes.
    return Question(lambda model: model.understanding(utterance, threshold=0.0))


def score(answers: Sequence[Answer], catalogue: Catalogue) -> Scores:
    """Count what was right."""
    all_rows = tally_answers("", answers)
    return Scores(
        right=_share(a.is_right for a in answers),
        action=all_rows.action,
        exact=all_rows.exact,
        refused=all_rows.refused,
        false_actions=all_rows.false_actions,
        calibration_error=calibration_error(
            [(a.understanding.confidence, a.is_right) for a in answers]
        ),
        passes=sum(a.understanding.passes for a in answers) / max(1, len(answers)),
        packs={
            line.name: line.exact
            for line in tallies(
                answers, lambda a: catalogue.actions[a.expected[0].action].pack
            )
        },
    )


def tally(
    name: str, replies: Sequence[tuple[Example, tuple[Intent, ...]]], ms: float = 0.0
) -> Tally:
    """Count what would run for each example."""
    asked = [(e, served) for e, served in replies if rows.commands(e)]
    others = [(e, served) for e, served in replies if not rows.commands(e)]
    return Tally(
        name,
        len(asked),
        len(others),
        action=_share(rows.takes_actions(e, served) for e, served in asked),
        exact=_share(rows.takes(e, served) for e, served in asked),
        refused=_share(not served for _, served in asked),
        false_actions=_share(
            bool(served) and not rows.takes(e, served) for e, served in others
        ),
        ms=ms,
    )


def tally_answers(name: str, answers: Sequence[Answer]) -> Tally:
    """Count what would run of the model's answers."""
    ms = sum(a.understanding.model_ms for a in answers) / max(1, len(answers))
    return tally(name, [(a.example, a.served) for a in answers], ms)


def tallies(answers: Iterable[Answer], name: Callable[[Answer], str]) -> list[Tally]:
    """Count commands by what `name` calls them, in the order of the names."""
    groups: defaultdict[str, list[Answer]] = defaultdict(list)
    for a in answers:
        if a.expected:
            groups[name(a)].append(a)
    return [tally_answers(group, some) for group, some in sorted(groups.items())]


def by_pack(answers: Iterable[Answer], catalogue: Catalogue) -> list[Tally]:
    """Count commands pack by pack."""
    return tallies(
        answers,
        lambda a: (
            SEVERAL
            if len(a.expected) > 1
            else catalogue.actions[_name(a.expected)].pack
        ),
    )


def by_action(answers: Iterable[Answer]) -> list[Tally]:
    """Count commands action by action."""
    return tallies(
        answers, lambda a: SEVERAL if len(a.expected) > 1 else _name(a.expected)
    )


def by_file(answers: Iterable[Answer], files: Mapping[str, str]) -> list[Tally]:
    """Count what is no command by the file that its template stands in."""
    groups: defaultdict[str, list[Answer]] = defaultdict(list)
    for a in answers:
        if not a.expected and a.example.template in files:
            groups[files[a.example.template]].append(a)
    return [tally_answers(group, some) for group, some in sorted(groups.items())]


def confusions(answers: Iterable[Answer], most: int = 20) -> list[Confusion]:
    """List what was taken for what, most frequent first."""
    groups: defaultdict[tuple[str, str], list[Answer]] = defaultdict(list)
    for a in answers:
        if not rows.takes_actions(a.example, a.understanding.intents):
            groups[_name(a.expected), _name(a.understanding.intents)].append(a)
    ordered = sorted(groups.items(), key=lambda group: -len(group[1]))
    return [
        Confusion(
            want,
            got,
            len(some),
            sum(a.is_sure for a in some),
            tuple(dict.fromkeys(a.example.utterance for a in some))[:3],
        )
        for (want, got), some in ordered[:most]
    ]


def _name(intents: Sequence[Intent]) -> str:
    return " + ".join(intent.action for intent in intents) or "none"


def _share(truths: Iterable[bool]) -> float:
    counted = Counter(truths)
    return counted[True] / max(1, counted.total())
