"""A thesaurus out of our own templates: what stands beside what in an alternation.

Who wrote "(start|launch|fire up) the server" said that the three mean the same there.
What several actions say so holds for wording that nobody has written yet.
"""

from collections import defaultdict
from collections.abc import Iterable
from itertools import permutations
from random import Random

from hassil.expression import Alternative, Expression, Group, TextChunk

from training.templates import Template

AGREED = 3  # actions that must say so
LONGEST = 2  # words of an entry


class Thesaurus:
    """For each word, or two, others that may stand in its place."""

    def __init__(self, templates: Iterable[Template]) -> None:
        said: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        for template in templates:
            if template.action is not None:
                for pair in _pairs(template.sentence.expression):
                    said[pair].add(template.action.id)
        self._others: defaultdict[str, dict[str, int]] = defaultdict(dict)
        for (word, other), actions in sorted(said.items()):
            if len(actions) >= AGREED:
                self._others[word][other] = len(actions)

    def other(self, word: str, random: Random) -> str | None:
        """Draw a word that may stand for this one; None if there is none."""
        others = self._others.get(word)
        if not others:
            return None
        return random.choices(list(others), list(others.values()))[0]


def _pairs(expression: Expression) -> Iterable[tuple[str, str]]:
    if not isinstance(expression, Group):
        return
    if isinstance(expression, Alternative):
        words = {text for item in expression.items if (text := _text(item))}
        yield from permutations(sorted(words), 2)
    for item in expression.items:
        yield from _pairs(item)


def _text(expression: Expression) -> str | None:
    """Give the words of an expression; None if it is no plain and short text."""
    match expression:
        case TextChunk():
            text = expression.original_text
        case Alternative():
            return None
        case Group():
            parts = [_text(item) for item in expression.items]
            if None in parts:
                return None
            text = " ".join(part for part in parts if part)
        case _:
            return None
    return " ".join(text.split()) if len(text.split()) <= LONGEST else None
