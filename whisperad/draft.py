"""A draft of the action, from the words alone, for the model to check or reject.

Naive Bayes over the words of each action's phrases and over which of them stand side
by side: how many phrases have them, seen against how many have them anyway. It names
the action of most utterances, which is no answer, but saves the model a pass that
often.
"""

import math
from array import array
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import groupby, pairwise
from zlib import crc32

import msgspec

from whisperad.adjacency import EDGE, Counted, Pair

MARGIN = 0.2  # natural logarithm: how much likelier than the next action it must be

_SEEN = 0.01  # added to every count
_PHRASES = 20.0  # added to an action's number of phrases: few prove little
_USUAL = 100.0  # phrases of an action that has never said the word
_USUAL_SHARE = _SEEN / (_USUAL + _PHRASES)
# How much of a word's vote counts, of two words side by side, and of one beside a slot,
# where any word can be. Chosen for the most right drafts of our valid split.
_OF_WORD, _OF_PAIR, _OF_SLOT = 0.5, 1.0, 0.2
_LEAST = 0.4  # pairs that say less are not kept
MOST_OWNERS = 100  # what more actions say speaks for none of them
_SLOT = "{}"  # any slot in a pair

# While votes are gathered, one is a number of 64 bits: what it is for, whose it is, and
# how much it is, in steps.
_STEPS = 16.0  # to one
_ACTION_BIT, _FEATURE_BIT = 16, 32


class Votes(msgspec.Struct, frozen=True):
    """What words say for each action, as it is kept: numbers in tables, in order."""

    actions: list[str]
    phrases: dict[str, int]  # how many have each word
    # Views of one buffer, when they were read from a file.
    features: memoryview  # of 32 bits each
    begins: memoryview  # of 32 bits: where a feature's votes begin, and where all end
    owners: memoryview  # of 16 bits, for each vote: whose it is
    sizes: memoryview  # of 16 bits, for each vote: how much it is, in steps


class Ballot:
    """Gathers votes, one action after the other."""

    def __init__(self) -> None:
        self._actions: list[str] = []
        self._phrases: Counter[str] = Counter()
        self._votes = array("Q")

    def add(self, identity: str, phrases: Counted) -> None:
        """Take note of an action's phrases."""
        number = len(self._actions)
        self._actions.append(identity)
        self._phrases.update(phrases.words)
        for word, count in phrases.words.items():
            vote = _OF_WORD * _logarithm(count, phrases.phrases)
            self._add(_feature(word), number, vote)
        for counts, share in (
            (phrases.pairs, _OF_PAIR),
            (_plain(phrases.beside), _OF_SLOT),
        ):
            for pair, count in counts.items():
                vote = share * _logarithm(count, phrases.phrases)
                if vote >= _LEAST:
                    self._add(_feature(*pair), number, vote)

    def votes(self) -> Votes:
        """Put in order what was gathered."""
        features, begins = array("I"), array("I", [0])
        owners, sizes = array("H"), array("H")
        for feature, group in groupby(sorted(self._votes), lambda v: v >> _FEATURE_BIT):
            votes = list(group)
            if len(votes) <= MOST_OWNERS:
                features.append(feature)
                owners.extend(vote >> _ACTION_BIT & 0xFFFF for vote in votes)
                sizes.extend(vote & 0xFFFF for vote in votes)
                begins.append(len(owners))
        arrays = (features, begins, owners, sizes)
        tables = (memoryview(some.tobytes()) for some in arrays)
        return Votes(self._actions, dict(self._phrases), *tables)

    def _add(self, feature: int, number: int, vote: float) -> None:
        steps = max(0, round(vote * _STEPS))
        self._votes.append(feature << _FEATURE_BIT | number << _ACTION_BIT | steps)


class Draft:
    """Names the action that words speak for."""

    def __init__(self, votes: Votes) -> None:
        self.phrases = votes.phrases
        self._ids = votes.actions
        self._numbers = {identity: number for number, identity in enumerate(self._ids)}
        self._features = votes.features.cast("I")
        self._begins = votes.begins.cast("I")
        self._owners = votes.owners.cast("H")
        self._sizes = votes.sizes.cast("H")

    def has(self, identity: str, word: str) -> bool:
        """Whether an action's phrases have a word, or so many actions' that it may."""
        owners = {owner for owner, _ in self._votes(_feature(word))}
        return self._numbers[identity] in owners or (
            not owners and word in self.phrases
        )

    def action(self, words: Sequence[str], margin: float = MARGIN) -> str | None:
        """Give the id of the action that words speak for; None if it is a close run."""
        scores: defaultdict[int, int] = defaultdict(int)
        for feature in _features(words):
            for number, steps in self._votes(feature):
                scores[number] += steps
        if not scores:
            return None
        best = max(scores, key=scores.__getitem__)
        lead = scores.pop(best) - max(scores.values(), default=0)
        return self._ids[best] if lead >= margin * _STEPS else None

    def _votes(self, feature: int) -> Iterable[tuple[int, int]]:
        """Give the actions by number that a feature speaks for, and how much."""
        at = bisect_left(self._features, feature)
        if at == len(self._features) or self._features[at] != feature:
            return ()
        some = slice(self._begins[at], self._begins[at + 1])
        return zip(self._owners[some], self._sizes[some], strict=True)


def _plain(beside: Counter[Pair]) -> Counter[Pair]:
    """Count pairs with any slot for each slot."""
    found = Counter[Pair]()
    for (left, right), count in beside.items():
        left = _SLOT if left[:1] == "{" else left
        found[left, _SLOT if right[:1] == "{" else right] += count
    return found


def _features(words: Sequence[str]) -> set[int]:
    """Give what speaks for an action in words said, each of which may be in a slot."""
    found = set(map(_feature, words))
    for left, right in pairwise((EDGE, *words, EDGE)):
        pairs = (left, right), (left, _SLOT), (_SLOT, right)
        found.update(_feature(*pair) for pair in pairs)
    return found


def _feature(*words: str) -> int:
    return crc32(" ".join(words).encode())


def _logarithm(count: int, phrases: int) -> float:
    share = (count + _SEEN) / (phrases + _PHRASES)
    return math.log(share / _USUAL_SHARE)
