"""Spans: which tokens may come next where an answer repeats words of an utterance.

A span begins and ends where a word or a run of signs does. It may stand at several
places of the utterance at once, as long as these go on alike: "the" of "close the tab
left of the other tab". Does what llguidance's `substring_words` does, without having to
compile anything for each utterance.
"""

import unicodedata
from collections.abc import Mapping
from itertools import groupby


class Tokens:
    """The tokens of a vocabulary, by the bytes that they stand for."""

    def __init__(self, tokens: Mapping[bytes, int]) -> None:
        self._tokens = tokens
        self._longest = max(map(len, tokens))

    def at(self, text: bytes, place: int) -> dict[int, int]:
        """Give the tokens that a text has at a place, and where each ends."""
        ends = range(place + 1, min(len(text), place + self._longest) + 1)
        found = ((self._tokens.get(text[place:end]), end) for end in ends)
        return {token: end for token, end in found if token is not None}


class Said:
    """An utterance, for spans of it."""

    def __init__(self, text: str, tokens: Tokens) -> None:
        self.text = text
        self._bytes = text.encode()
        self._tokens = tokens
        self._after: dict[int, dict[int, int]] = {}  # by place: token -> where it ends
        self.starts: set[int] = set()
        self.ends: set[int] = set()
        at = 0
        for kind, chunk in groupby(text, _kind):
            start, at = at, at + len("".join(chunk).encode())
            if kind != " ":
                self.starts.add(start)
                self.ends.add(at)

    def after(self, place: int) -> dict[int, int]:
        """Give the tokens that the utterance has at a place, and where each ends."""
        found = self._after.get(place)
        if found is None:
            found = self._after[place] = self._tokens.at(self._bytes, place)
        return found


class Span:
    """A span of an utterance, as far as it is known."""

    def __init__(self, said: Said, places: frozenset[int] | None = None) -> None:
        """`places` are where it may end now; without them it has not begun."""
        self._said = said
        self._places = frozenset(said.starts) if places is None else places
        self._is_begun = places is not None

    @property
    def may_end(self) -> bool:
        """Whether it is a whole one."""
        return self._is_begun and not self._said.ends.isdisjoint(self._places)

    def allowed(self) -> set[int]:
        """Give the tokens that it may go on with."""
        return {token for place in self._places for token in self._said.after(place)}

    def with_token(self, token: int) -> "Span":
        """Give the span with one of the allowed tokens more."""
        after = [self._said.after(place) for place in self._places]
        return Span(self._said, frozenset(a[token] for a in after if token in a))


def _kind(character: str) -> str:
    """Tell letters and the like from signs and from blanks."""
    if character.isspace():
        return " "
    is_word = character.isalnum() or unicodedata.category(character) in _OF_WORDS
    return "a" if is_word else "."


_OF_WORDS = frozenset(("Mn", "Mc", "Me", "Pc"))
