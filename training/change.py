"""What another adapter changes: the same rows, answered before and after."""

from collections.abc import Iterable, Sequence

import msgspec

from training.calibrate import FALSE_ACTIONS
from training.evaluate import Answer, Scores, by_pack, score
from whisperad.catalogue import Catalogue

# Of a score on two thousand rows: chance alone moves it by as much.
TOLERANCE = 0.015
# Of those, some five hundred are no command, and the threshold is chosen on as many
# others: two standard errors of the difference of two such shares of about 4 %.
FALSE_TOLERANCE = 0.025
PACK_ROWS = 20  # of a pack: fewer say nothing about it
PACK_TOLERANCE = 0.05  # of a pack's share, before it is named


class PackChange(msgspec.Struct, frozen=True):
    """How many of a pack's commands are answered exactly."""

    name: str
    rows: int
    before: float | None
    after: float


class Change(msgspec.Struct, frozen=True):
    """Answers of the adapter before, if there was one that serves, and after."""

    before: Sequence[Answer]
    after: Sequence[Answer]
    catalogue: Catalogue

    @property
    def scores(self) -> tuple[Scores | None, Scores]:
        """Give both scores."""
        before = score(self.before, self.catalogue) if self.before else None
        return before, score(self.after, self.catalogue)

    @property
    def packs(self) -> list[PackChange]:
        """Compare pack by pack, those that lose most first."""
        before = {t.name: t.exact for t in by_pack(self.before, self.catalogue)}
        changes = [
            PackChange(t.name, t.commands, before.get(t.name), t.exact)
            for t in by_pack(self.after, self.catalogue)
        ]
        return sorted(changes, key=lambda c: c.after - (c.before or 0.0))

    @property
    def lost(self) -> list[tuple[Answer, Answer]]:
        """Give what was right and is not any more, or ran nothing and now would."""
        return [(a, b) for a, b in self._pairs() if _is_good(a) and not _is_good(b)]

    @property
    def gained(self) -> list[tuple[Answer, Answer]]:
        """Give what is right now and was not."""
        return [(a, b) for a, b in self._pairs() if _is_good(b) and not _is_good(a)]

    @property
    def faults(self) -> list[str]:
        """Say in which way it is worse than the one before; empty if in none."""
        before, after = self.scores
        if before is None:
            return []
        found = worse(after, before)
        if found:
            found += [
                f"{pack.name} fell from {pack.before:.1%} to {pack.after:.1%}"
                for pack in self.packs
                if pack.before is not None
                and pack.rows >= PACK_ROWS
                and pack.after < pack.before - PACK_TOLERANCE
            ]
        return found

    def _pairs(self) -> Iterable[tuple[Answer, Answer]]:
        if not self.before:
            return []
        return zip(self.before, self.after, strict=True)


def worse(new: Scores, old: Scores) -> list[str]:
    """Say in which way an adapter is worse than the one before; empty if in none.

    Right answers count whatever their confidence: thresholds are chosen anew for each
    adapter, and two of them refuse different shares.
    """
    found = []
    if new.right < old.right - TOLERANCE:
        found.append(f"right answers fell from {old.right:.1%} to {new.right:.1%}")
    allowed = max(old.false_actions, FALSE_ACTIONS) + FALSE_TOLERANCE
    if new.false_actions > allowed:
        found.append(
            f"false actions rose from {old.false_actions:.1%} to {new.false_actions:.1%}"
        )
    return found


def _is_good(answer: Answer) -> bool:
    """Whether it would do what was asked: for no command, nothing."""
    return answer.is_right or not (answer.expected or answer.served)
