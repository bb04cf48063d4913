"""Which words stand right before and after a slot in an action's phrases."""

from collections import Counter
from collections.abc import Mapping
from typing import Self

import msgspec

from whisperad.adjacency import EDGE, Counted

LEAST_SHARE = 0.1  # of the phrases that have a word; below it says nothing

Shares = dict[str, dict[str, float]]  # slot -> word -> share of its phrases


class Neighbours(msgspec.Struct, frozen=True):
    """The words that stand beside the slots of one action's phrases."""

    words_before: Shares = {}
    words_after: Shares = {}

    @classmethod
    def of(cls, phrases: Counted) -> Self:
        """Find them in an action's phrases."""
        words = phrases.words | Counter({EDGE: phrases.phrases})
        before: dict[str, Counter[str]] = {}
        after: dict[str, Counter[str]] = {}
        for (left, right), count in phrases.beside.items():
            if not left.startswith("{"):
                before.setdefault(right[1:-1], Counter())[left] += count
            elif not right.startswith("{"):
                after.setdefault(left[1:-1], Counter())[right] += count
        return cls(_shares(before, words), _shares(after, words))

    def before(self, slot: str, word: str) -> float:
        """Say how often the slot follows this word, of the times that it is said."""
        return self.words_before.get(slot, {}).get(word, 0.0)

    def after(self, slot: str, word: str) -> float:
        """Say how often this word follows the slot, of the times that it is said."""
        return self.words_after.get(slot, {}).get(word, 0.0)


def _shares(noted: Mapping[str, Counter[str]], words: Counter[str]) -> Shares:
    return {
        slot: {
            word: count / words[word]
            for word, count in beside.items()
            if count > LEAST_SHARE * words[word]
        }
        for slot, beside in noted.items()
    }
