"""Adapter folder -> scores, through the daemon's own `Model.understand`."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

import msgspec

from training.calibrate import Judged, calibration_error
from training.dataset import Example
from whisperad.catalogue import Catalogue
from whisperad.intent import Intent
from whisperad.model import Model
from whisperad.understanding import Understanding
from whisperad.utterance import normalise


class Answer(msgspec.Struct, frozen=True):
    """An example and what the model made of it."""

    example: Example
    understanding: Understanding
    is_sure: bool  # above the threshold, as the daemon counts

    @property
    def expected(self) -> tuple[Intent, ...]:
        """What should have been understood; empty if it was no command."""
        return tuple(i for i in self.example.intents if not i.is_none)

    @property
    def is_right(self) -> bool:
        """Whether actions and slots are all as expected."""
        return self.understanding.intents == self.expected

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
            "action": round(self.action, 4),
            "exact": round(self.exact, 4),
            "refused": round(self.refused, 4),
            "false_actions": round(self.false_actions, 4),
            "calibration_error": round(self.calibration_error, 4),
            "passes": round(self.passes, 3),
            **{f"exact.{pack}": round(share, 4) for pack, share in self.packs.items()},
        }


def answer(model: Model, examples: Iterable[Example]) -> list[Answer]:
    """Ask the model about every example."""
    threshold = model.calibration.threshold
    answers = []
    for example in examples:
        # No candidates: nobody reads them here, and they cost passes.
        understood = model.understand(normalise(example.utterance), threshold=0.0)
        answers.append(Answer(example, understood, understood.confidence >= threshold))
    return answers


def score(answers: Sequence[Answer], catalogue: Catalogue) -> Scores:
    """Count what was right."""
    commands = [a for a in answers if a.expected]
    others = [a for a in answers if not a.expected]
    packs: defaultdict[str, Counter[bool]] = defaultdict(Counter)
    for a in commands:
        packs[catalogue.actions[a.expected[0].action].pack][_served_right(a)] += 1
    return Scores(
        action=_share(_same_actions(a) and a.is_sure for a in commands),
        exact=_share(_served_right(a) for a in commands),
        refused=_share(not a.understanding.intents or not a.is_sure for a in commands),
        false_actions=_share(
            bool(a.understanding.intents) and a.is_sure for a in others
        ),
        calibration_error=calibration_error(
            [(a.understanding.confidence, a.is_right) for a in answers]
        ),
        passes=sum(a.understanding.passes for a in answers) / max(1, len(answers)),
        packs={
            pack: counts[True] / counts.total()
            for pack, counts in sorted(packs.items())
        },
    )


def confusions(answers: Sequence[Answer], most: int = 20) -> list[tuple[str, str, int]]:
    """List (expected action, understood action, times), most frequent first."""
    counts = Counter(
        (_name(a.expected), _name(a.understanding.intents))
        for a in answers
        if not _same_actions(a)
    )
    return [(want, got, times) for (want, got), times in counts.most_common(most)]


def _served_right(a: Answer) -> bool:
    return a.is_right and a.is_sure


def _same_actions(a: Answer) -> bool:
    return _name(a.expected) == _name(a.understanding.intents)


def _name(intents: Sequence[Intent]) -> str:
    return "+".join(intent.action for intent in intents) or "none"


def _share(truths: Iterable[bool]) -> float:
    counted = Counter(truths)
    return counted[True] / max(1, counted.total())
