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
from itertools import pairwise
from zlib import crc32

from whisperad.adjacency import EDGE, Counted, Pair

MARGIN = 0.2  # natural logarithm: how much likelier than the next action it must be

_SEEN = 0.1  # added to every count
_PHRASES = 20.0  # added to an action's number of phrases: few prove little
_USUAL = 100.0  # phrases of an action that has never said the word
_USUAL_SHARE = _SEEN / (_USUAL + _PHRASES)
# How much of a word's vote counts, of two words side by side, and of one beside a slot,
# where any word can be. Chosen for the most right drafts of our valid split.
_OF_WORD, _OF_PAIR, _OF_SLOT = 0.5, 1.0, 0.3
_LEAST = 0.4  # pairs that say less are not kept
_SLOT = "{}"  # any slot in a pair

# While it is learnt, a vote is a number of 64 bits: what it is for, whose it is, and how
# much it is, in steps. Lists of them in order take little memory.
_STEPS = 16.0  # to one
_ACTION_BIT, _FEATURE_BIT = 16, 32
_SHELVES = 64  # lists, each of features of its own: one of all would take long to order


class _Shelf:
    """Votes, by what they are for."""

    def __init__(self, packed: Sequence[int]) -> None:
        self._features = array("I")
        self._begins = array("I")
        self._owners = array("H")
        self._sizes = array("f")
        for vote in sorted(packed):
            feature = vote >> _FEATURE_BIT
            if not self._features or self._features[-1] != feature:
                self._features.append(feature)
                self._begins.append(len(self._owners))
            self._owners.append(vote >> _ACTION_BIT & 0xFFFF)
            self._sizes.append((vote & 0xFFFF) / _STEPS)
        self._begins.append(len(self._owners))

    def votes(self, feature: int) -> Iterable[tuple[int, float]]:
        """Give the actions by number that a feature speaks for, and how much."""
        at = bisect_left(self._features, feature)
        if at == len(self._features) or self._features[at] != feature:
            return ()
        some = slice(self._begins[at], self._begins[at + 1])
        return zip(self._owners[some], self._sizes[some], strict=True)


class Draft:
    """What words say for each action."""

    def __init__(self) -> None:
        self._ids: list[str] = []
        self._numbers: dict[str, int] = {}
        self._learning = [array("Q") for _ in range(_SHELVES)]
        self._shelves: list[_Shelf] = []
        self.phrases: Counter[str] = Counter()  # how many have each word

    def learn(self, identity: str, phrases: Counted) -> None:
        """Take note of an action's phrases."""
        number = self._numbers[identity] = len(self._ids)
        self._ids.append(identity)
        self.phrases.update(phrases.words)
        for word, count in phrases.words.items():
            vote = _OF_WORD * _logarithm(count, phrases.phrases)
            self._vote(_feature(word), number, vote)
        for counts, share in (
            (phrases.pairs, _OF_PAIR),
            (_plain(phrases.beside), _OF_SLOT),
        ):
            for pair, count in counts.items():
                vote = share * _logarithm(count, phrases.phrases)
                if vote >= _LEAST:
                    self._vote(_feature(*pair), number, vote)

    def settle(self) -> None:
        """Put in order what was learnt, for actions to be found."""
        self._shelves = [_Shelf(packed) for packed in self._learning]
        self._learning = []

    def has(self, identity: str, word: str) -> bool:
        """Whether an action's phrases have a word."""
        number = self._numbers[identity]
        return any(owner == number for owner, _ in self._votes(_feature(word)))

    def action(self, words: Sequence[str], margin: float = MARGIN) -> str | None:
        """Give the id of the action that words speak for; None if it is a close run."""
        scores: defaultdict[int, float] = defaultdict(float)
        for feature in _features(words):
            for number, vote in self._votes(feature):
                scores[number] += vote
        if not scores:
            return None
        best = max(scores, key=scores.__getitem__)
        lead = scores.pop(best) - max(scores.values(), default=0.0)
        return self._ids[best] if lead >= margin else None

    def _vote(self, feature: int, number: int, vote: float) -> None:
        steps = max(0, round(vote * _STEPS))
        packed = feature << _FEATURE_BIT | number << _ACTION_BIT | steps
        self._learning[feature % _SHELVES].append(packed)

    def _votes(self, feature: int) -> Iterable[tuple[int, float]]:
        return self._shelves[feature % _SHELVES].votes(feature)


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
