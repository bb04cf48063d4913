"""What another adapter changes: the same rows, answered before and after."""

from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from training.evaluate import Answer, Scores, by_pack, score
from whisperad.catalogue import Catalogue

# Of a score on two thousand rows: chance alone moves it by as much.
TOLERANCE = 0.015
# Of those, some five hundred are no command, and the threshold is chosen on as many
# others: two standard errors of the difference of two such shares of about 4 %.
FALSE_TOLERANCE = 0.025
FEW_FALSE = 0.03  # false actions that no adapter is refused for


class PackChange(msgspec.Struct, frozen=True):
    """How many of a pack's commands are answered exactly."""

    name: str
    rows: int
    before: float | None
    after: float


class OwnAction(msgspec.Struct, frozen=True):
    """How many rows of a user's action are answered rightly, sure enough or not."""

    name: str
    rows: int
    before: int | None
    after: int


class Change(msgspec.Struct, frozen=True):
    """Answers of the adapter before, if there was one that serves, and after.

    `own` are the user's actions, counted by rows of their own, so that what is learnt
    makes up for nothing that is lost.
    """

    before: Sequence[Answer]
    after: Sequence[Answer]
    catalogue: Catalogue
    own: frozenset[str] = frozenset()
    own_before: Sequence[Answer] = ()
    own_after: Sequence[Answer] = ()

    @property
    def scores(self) -> tuple[Scores | None, Scores]:
        """Give both scores, without the user's own actions."""
        before = self._shipped(self.before)
        after = score(self._shipped(self.after), self.catalogue)
        return score(before, self.catalogue) if before else None, after

    @property
    def packs(self) -> list[PackChange]:
        """Compare pack by pack, those that lose most first."""
        tallies = by_pack(self._shipped(self.before), self.catalogue)
        before = {t.name: t.exact for t in tallies}
        changes = [
            PackChange(t.name, t.commands, before.get(t.name), t.exact)
            for t in by_pack(self._shipped(self.after), self.catalogue)
        ]
        return sorted(changes, key=lambda c: c.after - (c.before or 0.0))

    @property
    def own_actions(self) -> list[OwnAction]:
        """Say how many rows of each action of the user's are answered rightly."""
        before = self._right(self.own_before)
        after = self._right(self.own_after)
        rows = Counter(answer.expected[0].action for answer in self.own_after)
        return [
            OwnAction(
                name, rows[name], before[name] if self.own_before else None, after[name]
            )
            for name in sorted(rows)
        ]

    @property
    def pairs(self) -> list[tuple[Answer, Answer]]:
        """Give all rows that were answered twice."""
        both = (self.before, self.after), (self.own_before, self.own_after)
        return [pair for a, b in both if a for pair in zip(a, b, strict=True)]

    @property
    def lost(self) -> list[tuple[Answer, Answer]]:
        """Give what was right and is not any more, or ran nothing and now would."""
        return [(a, b) for a, b in self.pairs if _is_good(a) and not _is_good(b)]

    @property
    def gained(self) -> list[tuple[Answer, Answer]]:
        """Give what is right now and was not."""
        return [(a, b) for a, b in self.pairs if _is_good(b) and not _is_good(a)]

    def _shipped(self, answers: Iterable[Answer]) -> list[Answer]:
        return [
            answer
            for answer in answers
            if not any(intent.action in self.own for intent in answer.expected)
        ]

    def _right(self, answers: Iterable[Answer]) -> Counter[str]:
        return Counter(a.expected[0].action for a in answers if a.is_right)


def worse(new: Scores, old: Scores) -> list[str]:
    """Say in which way an adapter is worse than the one before; empty if in none.

    Right answers count whatever their confidence: thresholds are chosen anew for each
    adapter, and two of them refuse different shares.
    """
    found = []
    if new.right < old.right - TOLERANCE:
        found.append(f"right answers fell from {old.right:.1%} to {new.right:.1%}")
    allowed = max(old.false_actions, FEW_FALSE) + FALSE_TOLERANCE
    if new.false_actions > allowed:
        found.append(
            f"false actions rose from {old.false_actions:.1%} to {new.false_actions:.1%}"
        )
    return found


def _is_good(answer: Answer) -> bool:
    """Whether it would do what was asked: for no command, nothing."""
    return answer.is_right or not (answer.expected or answer.served)
