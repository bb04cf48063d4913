"""Which words stand right before and after a slot in an action's phrases."""

from collections import Counter
from collections.abc import Iterable, Mapping
from sys import intern

from whisperad.adjacency import EDGE, Read

LEAST_SHARE = 0.1  # of the phrases that have a word; below it says nothing


class Neighbours:
    """The words that stand beside the slots of one action's phrases."""

    def __init__(self, phrases: Iterable[Read]) -> None:
        """`phrases` are the action's, as they were read."""
        words: Counter[str] = Counter()
        before: dict[str, Counter[str]] = {}
        after: dict[str, Counter[str]] = {}
        for read in phrases:
            words.update(read.words)
            words[EDGE] += 1
            for left, right in read.beside:
                if right.startswith("{") and not left.startswith("{"):
                    before.setdefault(right[1:-1], Counter())[left] += 1
                elif left.startswith("{") and not right.startswith("{"):
                    after.setdefault(left[1:-1], Counter())[right] += 1
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
