"""Guess how an answer goes on, from the words alone, for the model to check.

The model checks a whole guess in the pass that its next choice needs anyway, so a right
one saves a pass for each further choice and a wrong one costs next to nothing. Nothing
here decides what an utterance means.
"""

import re
from collections.abc import Iterator, Mapping

from whisperad.action import Action
from whisperad.catalogue import Catalogue
from whisperad.draft import Draft
from whisperad.pack import Slot
from whisperad.prompt import (
    CLOSING,
    LIST_CLOSING,
    LIST_OPENING,
    OPENING,
    SEPARATOR,
    key,
)

# Words around a command that are hardly ever part of what it is about.
FILLERS = frozenset(
    "a an and can could do for get go have hello hey hi i i'd if is it just kindly let"
    " like me mind my need now of ok okay on please so that the then this to want we"
    " will with would you your".split()
)

_FIELD = re.compile(r'"([^"]*)":"([^"]*)')
_HOLE = re.compile(r"\{[^}]*\}|<[^>]*>")
_RULE = re.compile(r"<([^>]*)>")
_WORD = re.compile(r"\w+(?:'\w+)*")
_SAID_WORD = re.compile(r"[^\s'(),;:!?](?:\S*[^\s'(),;:!?])?")  # paths are words too


class Guesser:
    """Knows the words that a catalogue's phrases are made of."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._fixed: dict[str, frozenset[str]] = {}  # by action, made when first needed
        self.draft: Draft | None = None  # of actions; without it none is guessed

    def learn(self) -> None:
        """Guess actions too from now on. Reads all phrases: some tenths of a second."""
        self.draft = Draft(
            (action.id, map(frozenset, self._phrases(action)))
            for action in self._catalogue.actions.values()
        )

    def rest(self, answer: str, utterance: str) -> list[str]:
        """Give pieces of text that may follow; none if there is no telling."""
        if not answer:
            return [OPENING, *self._first_action(utterance)]
        is_list = answer.startswith(LIST_OPENING)
        *before, last = answer.split(SEPARATOR)
        at = 0
        for done in before:
            at = self._end(done, utterance, at)
        pieces = self._rest_of_object(last, utterance, at)
        return [LIST_CLOSING if is_list and p == CLOSING else p for p in pieces]

    def _first_action(self, utterance: str) -> Iterator[str]:
        """Give an action that the words speak for, and its slots."""
        identity = self.draft and self.draft.action(_WORD.findall(utterance))
        if identity:
            action = self._catalogue.actions[identity]
            yield identity
            yield from self._pieces(action, list(action.slots), utterance, 0)

    def _end(self, done: str, utterance: str, at: int) -> int:
        """Find where the last value of an object ends in the utterance."""
        for _, value in _FIELD.findall(done):
            at = max(utterance.find(value, at), at) + len(value)
        return at

    def _rest_of_object(self, answer: str, utterance: str, at: int) -> list[str]:
        named = answer.rsplit(OPENING, 1)[-1]
        (_, identity), *filled = _FIELD.findall(OPENING + named) or [("", "")]
        action = self._catalogue.actions.get(identity)
        if action is None:
            return []
        names = list(action.slots)
        if not filled:
            return list(self._pieces(action, names, utterance, at))
        for name, value in filled:
            if action.slots[name].type != "choice":
                at = max(utterance.find(value, at), at) + len(value)
        name, value = filled[-1]
        later = names[names.index(name) :]
        if value in action.slots[name].values:
            return list(self._pieces(action, later[1:], utterance, at))
        if value:
            return _following(value, utterance)
        pieces = list(self._pieces(action, later, utterance, at))
        return pieces[1:] if pieces[:1] == [key(name)] else []

    def _pieces(
        self, action: Action, names: list[str], utterance: str, at: int
    ) -> Iterator[str]:
        """Give key and value of each slot that seems to be said from `at` on."""
        for number, name in enumerate(names, 1):
            slot = action.slots[name]
            if slot.type == "choice":
                value = _chosen(slot, utterance)
            else:
                start, value = self._first_word(action, utterance, at)
                later = [action.slots[other] for other in names[number:]]
                if all(other.optional or other.type == "choice" for other in later):
                    # The model stops it where it ends, and a guess may be too long.
                    value = utterance[start:]
                at = start + len(value)
            if value:
                yield key(name)
                yield value
            elif not slot.optional:
                return
        yield CLOSING

    def _first_word(self, action: Action, utterance: str, at: int) -> tuple[int, str]:
        """Find the first word that the action's phrases do not have themselves."""
        fixed = self._fixed.get(action.id)
        if fixed is None:
            fixed = self._fixed[action.id] = frozenset(self._words(action))
        for word in _SAID_WORD.finditer(utterance, at):
            if word[0] not in fixed and (at or word[0] not in FILLERS):
                return word.start(), word[0]
        return len(utterance), ""

    def _phrases(self, action: Action) -> Iterator[Iterator[str]]:
        for phrase in action.phrases:
            yield _words(phrase.template, self._catalogue.rules.get(phrase.file, {}))

    def _words(self, action: Action) -> Iterator[str]:
        for words in self._phrases(action):
            yield from words
        for slot in action.slots.values():
            for value in slot.values:
                yield from _WORD.findall(" ".join((value, *slot.said.get(value, ()))))


def _following(value: str, utterance: str) -> list[str]:
    """Give what stands in the utterance after the first words of a span."""
    place = re.search(rf"(?<!\w){re.escape(value)}", utterance)
    return [utterance[place.end() :]] if place else []


def _words(template: str, rules: Mapping[str, str]) -> Iterator[str]:
    yield from _WORD.findall(_HOLE.sub(" ", template))
    for name in _RULE.findall(template):
        # Without itself, a rule that names itself comes to an end.
        inner = {other: body for other, body in rules.items() if other != name}
        yield from _words(rules.get(name, ""), inner)


def _chosen(slot: Slot, utterance: str) -> str:
    """Give the value of a choice that the words name; empty if they name none."""
    for value in slot.values:
        for said in (*slot.said.get(value, ()), value):
            if re.search(rf"(?<!\w){re.escape(said)}(?!\w)", utterance):
                return value
    return ""
