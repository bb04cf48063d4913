"""A draft of the action, from the words alone, for the model to check or reject.

Naive Bayes over the words of each action's phrases: how many of them have a word, seen
against how many have it anyway. It names the action of seven utterances in ten, which
is no answer, but saves the model a pass that often.
"""

import math
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import TypeAlias

MARGIN = 0.2  # natural logarithm: how much likelier than the next action it must be

_SEEN = 0.1  # added to every count
_PHRASES = 20.0  # added to an action's number of phrases: few prove little
_USUAL = 100.0  # phrases of an action that has never said the word

# Actions by number, and what a word is for each.
Votes: TypeAlias = "tuple[array[int], array[float]]"


class Draft:
    """What each word says for each action."""

    def __init__(self, actions: Iterable[tuple[str, Iterable[frozenset[str]]]]) -> None:
        """`actions` are ids and, for each phrase, its words. Takes a moment."""
        self._ids: list[str] = []
        self.phrases: Counter[str] = Counter()  # how many have each word
        votes: defaultdict[str, Votes] = defaultdict(lambda: (array("H"), array("f")))
        usual = _SEEN / (_USUAL + _PHRASES)
        for number, (identity, phrases) in enumerate(actions):
            self._ids.append(identity)
            counts: Counter[str] = Counter()
            total = 0
            for words in phrases:
                counts.update(words)
                total += 1
            self.phrases.update(counts)
            for word, count in counts.items():
                share = (count + _SEEN) / (total + _PHRASES)
                votes[word][0].append(number)
                votes[word][1].append(math.log(share / usual))
        self._votes = dict(votes)
        self._numbers = {identity: n for n, identity in enumerate(self._ids)}

    def has(self, identity: str, word: str) -> bool:
        """Whether an action's phrases have a word."""
        return word in self._votes and self._numbers[identity] in self._votes[word][0]

    def action(self, words: Iterable[str], margin: float = MARGIN) -> str | None:
        """Give the id of the action that words speak for; None if it is a close run."""
        scores: defaultdict[int, float] = defaultdict(float)
        for word in set(words):
            if word in self._votes:
                for number, vote in zip(*self._votes[word], strict=True):
                    scores[number] += vote
        if not scores:
            return None
        best = max(scores, key=scores.__getitem__)
        lead = scores.pop(best) - max(scores.values(), default=0.0)
        return self._ids[best] if lead >= margin else None
