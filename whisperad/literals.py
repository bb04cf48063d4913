"""Literals: texts that are said in one way only, and what each means.

There are a great many. Of each is kept a part of its hash, with the number of its intent.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterable

from whisperad.intent import Intent

_NUMBER_BITS = 20
_HASH = (1 << 64 - _NUMBER_BITS) - 1


class Literals:
    """Looks up texts."""

    def __init__(self, texts: Iterable[tuple[str, Intent | None]]) -> None:
        """Take texts and their intents, None where there is doubt about it."""
        self._intents: list[Intent | None] = [None]
        numbers: dict[int, int] = {}
        for text, intent in texts:
            if intent != self._intents[-1]:
                self._intents.append(intent)
            number = len(self._intents) - 1
            known = numbers.setdefault(hash(text) & _HASH, number)
            if known != number and self._intents[known] != intent:
                numbers[hash(text) & _HASH] = 0
        entries = (part << _NUMBER_BITS | n for part, n in numbers.items())
        self._entries = array("Q", sorted(entries))

    def meanings(self, text: str) -> list[Intent | None]:
        """Give what a text means, None for several things; nothing for one unknown."""
        start = (hash(text) & _HASH) << _NUMBER_BITS
        at = bisect_left(self._entries, start)
        if at == len(self._entries) or self._entries[at] >> _NUMBER_BITS != (
            start >> _NUMBER_BITS
        ):
            return []
        return [self._intents[self._entries[at] - start]]
