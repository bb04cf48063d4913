"""Guess how an answer goes on, from the words alone, for the model to check.

The model checks a whole guess in the pass that its next choice needs anyway, so a right
one saves a pass for each further choice and a wrong one costs next to nothing. Nothing
here decides what an utterance means.
"""

import re
from collections.abc import Iterator

from whisperad.action import Action
from whisperad.adjacency import EDGE
from whisperad.catalogue import Catalogue
from whisperad.draft import Draft
from whisperad.learnt import Learnt
from whisperad.neighbours import Neighbours
from whisperad.pack import Slot
from whisperad.parts import Part, split
from whisperad.prompt import (
    CLOSING,
    LIST_CLOSING,
    LIST_OPENING,
    MAX_INTENTS,
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

# How sure must be, from the words alone, what is guessed: what the draft's margin is for
# a list of commands, and for an action other than the one before.
LIST_MARGIN = 6.0
OTHER_MARGIN = 1.0
ANY_MARGIN = 0.0  # a wrong guess costs no more than none
# A word that a slot comes after so often does not begin it, and one that comes so often
# after a slot is not part of it.
LEADS, ENDS = 0.5, 0.15
LEAST_LEAD = 0.5  # what speaks for the first word of a slot

_UNREAD = Neighbours()
_FIELD = re.compile(r'"([^"]*)":"([^"]*)')
_WORD = re.compile(r"\w+(?:'\w+)*")
_SAID_WORD = re.compile(r"[^\s'(),;:!?](?:\S*[^\s'(),;:!?])?")  # paths are words too


class Guesser:
    """Knows the words that a catalogue's phrases are made of."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._neighbours: dict[str, Neighbours] = {}  # by action, once they are learnt
        self.draft: Draft | None = None  # of actions; without it none is guessed

    def use(self, learnt: Learnt) -> None:
        """Guess actions too from now on, as phrases have taught."""
        self._neighbours = learnt.neighbours
        self.draft = Draft(learnt.votes)

    def rest(self, answer: str, utterance: str) -> list[str]:
        """Give pieces of text that may follow; none if there is no telling."""
        if not answer:
            parts = split(utterance)
            if self._is_list(parts):
                return [LIST_OPENING, *self._commands(parts)]
            return [OPENING, *self._command(utterance)]
        *before, last = answer.split(SEPARATOR)
        at = 0
        for done in before:
            at = self._end(done, utterance, at)
        if not answer.startswith(LIST_OPENING):
            return self._rest_of_object(last, utterance, at)
        return self._rest_of_list(before, last, utterance, at)

    def _rest_of_list(
        self, before: list[str], last: str, utterance: str, at: int
    ) -> list[str]:
        """Give pieces of the object at hand and of those after it.

        `before` are the objects done, whose values reach to `at` in the utterance.
        """
        parts = split(utterance)
        number = min(len(before), len(parts) - 1)
        while number < len(parts) - 1 and parts[number].end <= at:
            number += 1
        part, more = parts[number], parts[number + 1 :]
        if last in ("", LIST_OPENING):
            return list(self._commands(parts[number:], *map(_identity, before[-1:])))
        pieces = self._rest_of_object(last, part.text, max(0, at - part.start))
        if not pieces:  # a value may be longer than what seemed to be a command
            return self._rest_of_object(last, utterance, at)
        if pieces[-1:] != [CLOSING]:
            return pieces
        rest = [SEPARATOR, *self._commands(more, _identity(last))]
        return [*pieces[:-1], *(rest if more else [LIST_CLOSING])]

    def _is_list(self, parts: list[Part]) -> bool:
        """Whether every part seems to be a command of its own."""
        return (
            self.draft is not None
            and 1 < len(parts) <= MAX_INTENTS
            and all(
                self.draft.action(_WORD.findall(part.text), LIST_MARGIN)
                for part in parts
            )
        )

    def _commands(self, parts: list[Part], previous: str = "") -> Iterator[str]:
        """Give a command for each part of a list, as far as they can be told."""
        for number, part in enumerate(parts, 1):
            pieces = list(self._command(part.text, previous))
            if pieces[-1:] != [CLOSING]:
                yield from pieces
                return
            previous = pieces[0]
            yield from pieces[:-1]
            yield SEPARATOR if number < len(parts) else LIST_CLOSING

    def _command(self, said: str, previous: str = "") -> Iterator[str]:
        """Give an action that the words speak for, and its slots.

        It may be the previous one again: "open chrome and slack".
        """
        if self.draft is None:
            return
        before = self._catalogue.actions.get(previous)
        again = previous if before and before.slots else None
        margin = OTHER_MARGIN if again else ANY_MARGIN
        identity = self.draft.action(_WORD.findall(said), margin) or again
        if identity:
            action = self._catalogue.actions[identity]
            yield identity
            yield from self._pieces(action, list(action.slots), said, 0)

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
                begin, at = self._span(action, name, utterance, at)
                value = utterance[begin:at]
                later = [action.slots[other] for other in names[number:]]
                if at == len(utterance) and not all(map(_may_be_unsaid, later)):
                    value = value.partition(" ")[0]  # of what is left for all of them
                    at = begin + len(value)
            if value:
                yield key(name)
                yield value
            elif not slot.optional:
                yield key(name)  # to come to where its value is chosen
                return
        yield CLOSING

    def _span(
        self, action: Action, slot: str, utterance: str, at: int
    ) -> tuple[int, int]:
        """Find where the words of a slot seem to begin and to end, from `at` on.

        It begins with a word that the action's phrases do not have, or that comes
        after one which they have before the slot.
        """
        near = self._neighbours.get(action.id, _UNREAD)
        words = list(_SAID_WORD.finditer(utterance, at))
        previous = utterance[:at].rpartition(" ")[2] if at else EDGE
        most, first = LEAST_LEAD, None
        for number, word in enumerate(match[0] for match in words):
            lead = near.before(slot, previous)
            if self._is_new(word, action) and (at or word not in FILLERS):
                lead += 1.0
            elif near.before(slot, word) > LEADS:
                lead -= 1.0
            if lead > most:
                most, first = lead, number
            previous = word
        if first is None:
            return len(utterance), len(utterance)
        if first and words[first][0] == "dot":  # in the name of a file or a site
            first -= 1
        for last, following in enumerate(words[first + 1 :], first):
            if near.after(slot, following[0]) > ENDS:
                return words[first].start(), words[last].end()
        return words[first].start(), len(utterance)

    def _is_new(self, word: str, action: Action) -> bool:
        """Whether neither an action's phrases nor its choices have a word."""
        if self.draft is None or self.draft.has(action.id, word):
            return False
        return not any(
            word in said.split()
            for slot in action.slots.values()
            for value in slot.values
            for said in (value, *slot.said.get(value, ()))
        )


def _identity(answer: str) -> str:
    """Give the action that an object of a list names, which may be the first one."""
    return answer.removeprefix(LIST_OPENING).split('"')[0]


def _may_be_unsaid(slot: Slot) -> bool:
    return slot.optional or slot.type == "choice"


def _following(value: str, utterance: str) -> list[str]:
    """Give what stands in the utterance after the first words of a span."""
    place = re.search(rf"(?<!\w){re.escape(value)}", utterance)
    return [utterance[place.end() :]] if place else []


def _chosen(slot: Slot, utterance: str) -> str:
    """Give the value of a choice that the words name; empty if they name none."""
    for value in slot.values:
        for said in (*slot.said.get(value, ()), value):
            if re.search(rf"(?<!\w){re.escape(said)}(?!\w)", utterance):
                return value
    return ""
