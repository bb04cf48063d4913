"""The words of a template, and which of them can stand side by side.

A quick reading of templates, for guesses only: nothing is checked here.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

EDGE = ""  # stands for the beginning of an utterance, or its end

_SYMBOL = re.compile(r"\w+(?:'\w+)*|\{[^}]*\}|<[^>]*>|[()\[\]|;]")

Pair = tuple[str, str]


class Read(NamedTuple):
    """What a template may say; slots stand there in braces."""

    words: set[str]
    pairs: set[Pair]  # of words, and of words and edges
    beside: set[Pair]  # those that a slot is in


class Counted(NamedTuple):
    """How many phrases there are, and how many of them have what."""

    phrases: int
    words: Counter[str]
    pairs: Counter[Pair]
    beside: Counter[Pair]


class _Rule(NamedTuple):
    read: Read  # but for edges
    firsts: set[str]
    lasts: set[str]
    may_be_empty: bool


class Reader:
    """Reads templates that may name the same rules."""

    def __init__(self, rules: Mapping[str, str]) -> None:
        self._bodies = rules
        self._rules: dict[str, _Rule] = {}

    def read(self, template: str) -> Read:
        """Give the words and the pairs of a template."""
        symbols = _SYMBOL.findall(template)
        symbols.reverse()
        read = Read(set(), set(), set())
        lasts = {EDGE}
        while symbols:  # more than once if there is a bracket too many
            lasts = self._along(symbols, lasts, read)
        _join(lasts, EDGE, read)
        return read

    def _along(self, symbols: list[str], before: set[str], read: Read) -> set[str]:
        """Read up to the end of a bracket; the symbols are in reverse order.

        `before` is what can come before it. Gives what can come before what follows.
        """
        ends: set[str] = set()
        at = before
        while symbols:
            symbol = symbols.pop()
            if symbol in ")]":
                break
            if symbol in "|;":
                ends |= at
                at = before
            elif symbol == "(":
                at = self._along(symbols, at, read)
            elif symbol == "[":
                at = at | self._along(symbols, at, read)
            elif symbol[0] == "<":
                at = self._past_rule(symbol[1:-1], at, read)
            else:
                _join(at, symbol, read)
                at = {symbol}
                if symbol[0] != "{":
                    read.words.add(symbol)
        return ends | at

    def _past_rule(self, name: str, at: set[str], read: Read) -> set[str]:
        rule = self._rules.get(name)
        if rule is None:
            nothing = Read(set(), set(), set())
            self._rules[name] = _Rule(nothing, set(), set(), True)  # if it names itself
            rule = self._rules[name] = _rule(self.read(self._bodies.get(name, "")))
        read.words.update(rule.read.words)
        read.pairs.update(rule.read.pairs)
        read.beside.update(rule.read.beside)
        for first in rule.firsts:
            _join(at, first, read)
        return rule.lasts | at if rule.may_be_empty else rule.lasts


def counted(reads: Iterable[Read]) -> Counted:
    """Count what phrases have, one after the other: all at once would be much to hold."""
    phrases = 0
    words, pairs, beside = Counter[str](), Counter[Pair](), Counter[Pair]()
    for read in reads:
        phrases += 1
        words.update(read.words)
        pairs.update(read.pairs)
        beside.update(read.beside)
    return Counted(phrases, words, pairs, beside)


def _rule(read: Read) -> _Rule:
    every = read.pairs | read.beside
    firsts = {right for left, right in every if left == EDGE}
    lasts = {left for left, right in every if right == EDGE}
    pairs = {pair for pair in read.pairs if EDGE not in pair}
    beside = {pair for pair in read.beside if EDGE not in pair}
    inner = Read(read.words, pairs, beside)
    return _Rule(inner, firsts - {EDGE}, lasts - {EDGE}, EDGE in firsts)


def _join(lasts: set[str], first: str, read: Read) -> None:
    if first[:1] == "{":
        read.beside.update([(last, first) for last in lasts])
        return
    for last in lasts:
        (read.beside if last[:1] == "{" else read.pairs).add((last, first))
