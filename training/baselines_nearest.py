"""The nearest utterance by rapidfuzz: what a list of phrases and no model can do."""

from collections.abc import Sequence

import msgspec
from rapidfuzz import fuzz, process

from whisperad.intent import NONE


class Guess(msgspec.Struct, frozen=True):
    """The action that an utterance is taken for, and how good the guess is."""

    action: str
    score: float  # 0 to 1


class Nearest:
    """Takes an utterance for what the most alike of the known ones is."""

    def __init__(self, texts: Sequence[str], actions: Sequence[str]) -> None:
        self._texts = texts
        self._actions = actions

    def guesses(self, texts: Sequence[str]) -> list[Guess]:
        """Guess the action of every text."""
        return [self._guess(text) for text in texts]

    def _guess(self, text: str) -> Guess:
        # Of rapidfuzz's scorers this one does best here; `WRatio`, which looks for one
        # text within the other, does worst.
        found = process.extractOne(text, self._texts, scorer=fuzz.token_sort_ratio)
        if found is None:
            return Guess(NONE, 1.0)
        return Guess(self._actions[found[2]], found[1] / 100)
