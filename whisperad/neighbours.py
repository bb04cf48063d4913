"""Which words stand right before and after a slot in an action's phrases.

A quick reading of templates, for guesses only: nothing is checked here.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from sys import intern
from typing import NamedTuple

_SYMBOL = re.compile(r"\w+(?:'\w+)*|\{[^}]*\}|<[^>]*>|[()\[\]|;]")

LEAST_SHARE = 0.1  # of the times that a word is said; below it says nothing
EDGE = ""  # stands for the beginning of an utterance, or its end


class _Part(NamedTuple):
    """What a piece of a template may begin and end with: words, and slots in braces."""

    firsts: set[str]
    lasts: set[str]
    may_be_empty: bool


class Neighbours:
    """The words that stand beside the slots of one action's phrases."""

    def __init__(self, phrases: Iterable[tuple[str, Mapping[str, str]]]) -> None:
        """`phrases` are templates, each with the rules that it may name."""
        reading = _Reading(phrases)
        self._before = _shares(reading.before, reading.words)
        self._after = _shares(reading.after, reading.words)

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
            intern(word): count / max(count, words[word])
            for word, count in beside.items()
            if count > LEAST_SHARE * words[word]
        }
        for slot, beside in noted.items()
    }


class _Reading:
    """Counts words, and how often they stand beside a slot."""

    def __init__(self, phrases: Iterable[tuple[str, Mapping[str, str]]]) -> None:
        self.words: Counter[str] = Counter()
        self.before: dict[str, Counter[str]] = {}
        self.after: dict[str, Counter[str]] = {}
        # Of the templates and rules that were read already.
        self._parts: dict[str, _Part] = {}
        for template, rules in phrases:
            part = self._part(template, rules)
            self.words[EDGE] += 1
            self._join({EDGE}, part.firsts)
            self._join(part.lasts, {EDGE})

    def _part(self, template: str, rules: Mapping[str, str]) -> _Part:
        part = self._parts.get(template)
        if part is None:
            self._parts[template] = _Part(set(), set(), True)  # if it names itself
            symbols = _SYMBOL.findall(template)
            symbols.reverse()
            part = self._parts[template] = self._alternatives(symbols, rules)
        return part

    def _alternatives(self, symbols: list[str], rules: Mapping[str, str]) -> _Part:
        """Read up to the end of a bracket; the symbols are in reverse order."""
        firsts: set[str] = set()
        lasts: set[str] = set()
        may_be_empty = False
        while True:
            part = self._sequence(symbols, rules)
            firsts |= part.firsts
            lasts |= part.lasts
            may_be_empty |= part.may_be_empty
            if not symbols or symbols.pop() in ")]":
                return _Part(firsts, lasts, may_be_empty)

    def _sequence(self, symbols: list[str], rules: Mapping[str, str]) -> _Part:
        firsts: set[str] = set()
        lasts: set[str] = set()
        may_be_empty = True
        while symbols and symbols[-1] not in ")]|;":
            part = self._next(symbols, rules)
            self._join(lasts, part.firsts)
            if may_be_empty:
                firsts |= part.firsts
            lasts = lasts | part.lasts if part.may_be_empty else set(part.lasts)
            may_be_empty &= part.may_be_empty
        return _Part(firsts, lasts, may_be_empty)

    def _next(self, symbols: list[str], rules: Mapping[str, str]) -> _Part:
        symbol = symbols.pop()
        if symbol in "([":
            inner = self._alternatives(symbols, rules)
            return inner._replace(may_be_empty=inner.may_be_empty or symbol == "[")
        if symbol.startswith("<"):
            return self._part(rules.get(symbol[1:-1], ""), rules)
        if not symbol.startswith("{"):
            self.words[symbol] += 1
        return _Part({symbol}, {symbol}, False)

    def _join(self, lasts: set[str], firsts: set[str]) -> None:
        """Take note of which slots these make stand beside which words."""
        for found, others, noted in (
            (lasts, firsts, self.after),
            (firsts, lasts, self.before),
        ):
            for symbol in found:
                if symbol.startswith("{"):
                    words = noted.setdefault(symbol[1:-1], Counter())
                    words.update(o for o in others if not o.startswith("{"))
