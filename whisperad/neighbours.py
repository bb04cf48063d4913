"""Which words stand right before and after a slot in an action's phrases."""

from collections import Counter
from collections.abc import Mapping
from sys import intern

from whisperad.adjacency import EDGE, Counted

LEAST_SHARE = 0.1  # of the phrases that have a word; below it says nothing


class Neighbours:
    """The words that stand beside the slots of one action's phrases."""

    def __init__(self, phrases: Counted) -> None:
        """`phrases` are the action's."""
        words = phrases.words | Counter({EDGE: phrases.phrases})
        before: dict[str, Counter[str]] = {}
        after: dict[str, Counter[str]] = {}
        for (left, right), count in phrases.beside.items():
            if not left.startswith("{"):
                before.setdefault(right[1:-1], Counter())[left] += count
            elif not right.startswith("{"):
                after.setdefault(left[1:-1], Counter())[right] += count
        self._before = _shares(before, words)
        self._after = _shares(after, words)

    def before(self, slot: str, word: str) -> float:
        """Say how often the slot follows this word, of the times that it is said."""
        return self._before.get(slot, {}).get(word, 0.0)

    def after(self, slot: str, word: str) -> float:
        """Say how often this word follows the slot, of the times that it is said."""
        return self._after.get(slot, {}).get(word, 0.0)


def _shares(
    noted: Mapping[str, Counter[str]], words: Counter[str]
) -> dict[str, dict[str, float]]:
    return {
        slot: {
            intern(word): count / words[word]
            for word, count in beside.items()
            if count > LEAST_SHARE * words[word]
        }
        for slot, beside in noted.items()
    }
