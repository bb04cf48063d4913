"""Another spelling of an utterance, for a second reading where the first is not sure.

A word that stands nowhere in our files, and is a slip of the fingers away from one that
many phrases have, is read as that one: "brigther" as "brighter". Values keep the letters
that were typed.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec.structs import replace

from whisperad.action import Action
from whisperad.catalogue import SHIPPED
from whisperad.intent import Intent
from whisperad.understanding import Understanding
from whisperad.utterance import Utterance

SURE = 0.6  # confidence of a command that needs no other spelling
REFUSED = 0.97  # confidence of none that needs no other spelling either
MENDED = 0.5  # confidence that a command in another spelling must have
SHORTEST = 4  # letters: shorter words have too many others beside them
USUAL = 8  # phrases that a word must be in
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
# Of words alone, not of paths, addresses or names with signs in them.
_TYPED = re.compile(rf"(?<![\w./\\@:~+'-])[a-z]{{{SHORTEST},}}(?![\w/\\@+'-]|[.:]\w)")
_WORD = re.compile(r"[a-z']+")
_FOLDERS = ("none", "samples", "names")  # of the config: all their words are known


class Respelt(msgspec.Struct, frozen=True):
    """An utterance in another spelling."""

    utterance: Utterance  # as it is read
    typed: str  # the normalised text as it was typed
    places: tuple[int, ...]  # where in `typed` each character of the reading stands
    actions: Mapping[str, Action]

    def better(self, first: Understanding, second: Understanding) -> Understanding:
        """Give the reading that is surer to be a command; `second` is of this spelling.

        Says what both cost.
        """
        passes = first.passes + second.passes
        model_ms = first.model_ms + second.model_ms
        least = max(MENDED, first.confidence if first.intents else 0.0)
        if not second.intents or second.confidence <= least:
            return replace(first, passes=passes, model_ms=model_ms)
        return replace(
            second,
            intents=tuple(map(self._restored, second.intents)),
            candidates=tuple(
                replace(found, intent=self._restored(found.intent))
                for found in second.candidates
            ),
            respelt=self.utterance.text,
            passes=passes,
            model_ms=model_ms,
        )

    def _restored(self, intent: Intent) -> Intent:
        """Give an intent with the words of its values as they were typed."""
        if intent.is_none:
            return intent
        slots = self.actions[intent.action].slots
        return Intent(
            intent.action,
            {
                name: value if slots[name].type == "choice" else self._as_typed(value)
                for name, value in intent.slots.items()
            },
        )

    def _as_typed(self, span: str) -> str:
        match = re.search(rf"(?<!\w){re.escape(span)}(?!\w)", self.utterance.text)
        start = match.start() if match else self.utterance.text.find(span)
        if start < 0 or not span:
            return span
        return self.typed[self.places[start] : self.places[start + len(span) - 1] + 1]


class Spelling:
    """Knows which words there are, and which of them are usual."""

    def __init__(
        self,
        actions: Mapping[str, Action],
        phrases: Mapping[str, int],
        config: Path = SHIPPED,
    ) -> None:
        """`phrases` counts those that a word is in. Reads the words of other files."""
        self._actions = actions
        self._phrases = phrases
        others = _known_words(config).difference(phrases)
        # As one text, which is a tenth of the size of a set, and searched seldom.
        self._others = "\n".join(["", *sorted(others), ""])

    def other(self, utterance: Utterance, found: Understanding) -> Respelt | None:
        """Give another spelling that is worth a reading, after what one has found.

        None if that was sure, or the spelling seems to be right.
        """
        if found.confidence >= (SURE if found.intents else REFUSED):
            return None
        text, done = "", 0
        places: list[int] = []
        for match in _TYPED.finditer(utterance.text):
            word = self._meant(match[0])
            if word is None:
                continue
            text += utterance.text[done : match.start()] + word
            places += range(done, match.start())
            places += _spread(match.start(), match.end(), len(word))
            done = match.end()
        if not done:
            return None
        text += utterance.text[done:]
        places += range(done, len(utterance.text))
        origins = tuple(utterance.origins[place] for place in places)
        read = Utterance(utterance.said, text, origins)
        return Respelt(read, utterance.text, tuple(places), self._actions)

    def _meant(self, typed: str) -> str | None:
        """Give the most usual word that a typed one may be a slip of, if it is none."""
        if typed in self._phrases or f"\n{typed}\n" in self._others:
            return None
        near = {word for word in _slips(typed) if self._is_usual(word)}
        return max(near, key=lambda word: (self._phrases[word], word), default=None)

    def _is_usual(self, word: str) -> bool:
        return len(word) >= SHORTEST and self._phrases.get(word, 0) >= USUAL


def _known_words(config: Path) -> frozenset[str]:
    """Give all words of the shipped files that say names and what is no command."""
    found: set[str] = set()
    for folder in _FOLDERS:
        for path in (config / folder).glob("*.toml"):
            with suppress(OSError):  # to know fewer is no harm
                text = path.read_text(encoding="utf-8", errors="replace")
                found.update(_WORD.findall(text.lower()))
    return frozenset(found)


def _slips(word: str) -> Iterator[str]:
    """Give what is one letter, or one exchange of neighbours, away from a word.

    The edits of F. Damerau, "A technique for computer detection and correction of
    spelling errors", 1964.
    """
    for at in range(len(word) + 1):
        before, after = word[:at], word[at:]
        if after:
            yield before + after[1:]
        if len(after) > 1:
            yield before + after[1] + after[0] + after[2:]
        for letter in _LETTERS:
            yield before + letter + after
            if after:
                yield before + letter + after[1:]


def _spread(first: int, end: int, count: int) -> Iterator[int]:
    """Lay `count` characters over the places from `first` to `end`, both ends held."""
    for number in range(count):
        yield end - 1 if number == count - 1 else min(first + number, end - 1)
