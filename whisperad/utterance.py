"""Utterance: what was said, in the one form that the model and the matchers see.

The normalised text is lower case, without quotes and end punctuation, and knows for
every character where it came from, so that a span found in it can be given back in
the words' own case.
"""

import re
import unicodedata

import msgspec

MAX_CHARACTERS = 2000  # about three minutes of speech; commands are far shorter

_REPLACED = {
    "\u2018": "'", "\u2019": "'", "\u201b": "'", "\u2032": "'",
    "\u2013": "-", "\u2014": "-", "\u2212": "-",
}  # fmt: skip
# Double quotes and backslashes would need escapes in JSON; special tokens are
# written with `<|` and `|>`. None of them carries meaning in a spoken command.
_DROPPED = frozenset('"\\\u201c\u201d\u201e\u00ab\u00bb|')
_APOSTROPHES = {ord(sign): "'" for sign in "\u2018\u2019\u201b\u2032"}
_EDGE = " .,!?;:'`"
# Single quotes around words, and no apostrophe: "'til", "dogs'" and "rock 'n' roll"
# keep theirs.
_QUOTED = re.compile(
    r"(?<![^\s(])'(?=\w)(?!n')([^']{0,300}(?:'\w[^']{0,300}){0,5}?)(?<=\w)'(?=[\s.,!?;:)]|$)"
)


class Utterance(msgspec.Struct, frozen=True):
    """A normalised text and, for each of its characters, its index in `said`."""

    said: str
    text: str
    origins: tuple[int, ...]

    def original(self, span: str) -> str:
        """Give the words of `span` in the case they were said in.

        A span that does not occur in the text comes back as it is.
        """
        match = re.search(rf"(?<!\w){re.escape(span)}(?!\w)", self.text)
        start = match.start() if match else self.text.find(span)
        if start < 0 or not span:
            return span
        first, last = self.origins[start], self.origins[start + len(span) - 1]
        return self.said[first : last + 1]


def normalise(said: str) -> Utterance:
    """Lower the case, straighten quotes and dashes, fold blanks, trim the ends."""
    said = unicodedata.normalize("NFC", said)
    text: list[str] = []
    origins: list[int] = []
    quotes = _quotes(said)
    for index, character in enumerate(said):
        for plain in "" if index in quotes else _plain(character):
            if plain == " " and (not text or text[-1] == " "):
                continue
            text.append(plain)
            origins.append(index)
    end = len(text)
    while end and text[end - 1] in _EDGE:
        end -= 1
    start = 0
    while start < end and text[start] in " ,!?;:'`":  # not ".": ".bashrc"
        start += 1
    return Utterance(said, "".join(text[start:end]), tuple(origins[start:end]))


def _quotes(said: str) -> frozenset[int]:
    """Give the places of single quotes that stand around words."""
    straight = said.translate(_APOSTROPHES)
    found = (match.span() for match in _QUOTED.finditer(straight))
    return frozenset(place for first, end in found for place in (first, end - 1))


def _plain(character: str) -> str:
    """Give what one character of the input becomes: none, one or more characters."""
    if character.isascii():
        if character in _DROPPED:
            return ""
        return character.lower() if character > " " and character != "\x7f" else " "
    if character in _DROPPED:
        return ""
    if character in _REPLACED:
        return _REPLACED[character]
    if unicodedata.category(character) in {"Cc", "Zs", "Zl", "Zp"}:
        return " "
    if unicodedata.category(character) in {"Cf", "Cs", "Co", "Cn"}:
        return ""
    folded = unicodedata.normalize("NFKC", character).lower()
    return "".join(c for c in folded if c not in _DROPPED)
