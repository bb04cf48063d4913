"""Shipped phrases: those that can be said in one way, and the first of each action.

Packs begin with the phrases that most people would use. Every wording of these counts,
with a value where it is a known name or reads as its type.
"""

from collections.abc import Container, Iterator, Mapping
from itertools import islice

from whisperad import certain, wordings
from whisperad.action import Action, Phrase
from whisperad.catalogue import Catalogue
from whisperad.intent import Intent
from whisperad.literals import Literals
from whisperad.names import RealNames
from whisperad.wordings import HOLE, SIGN, Rules

PLAIN = 3  # phrases of an action of which every wording counts, from the first
MOST = 240  # wordings of one phrase; those of a phrase with more are left to the model
LONGEST = 12  # words of an utterance with a value
READABLE = certain.NAMED | certain.AMOUNTS

_Around = tuple[str, str]  # what stands before a slot, and after it
_Text = tuple[str, Intent | None]  # None: what it means is in doubt


class ShippedPhrases:
    """Looks up a text among the phrases of all files but a user's own."""

    def __init__(
        self, catalogue: Catalogue, own: Container[str], names: RealNames
    ) -> None:
        """Take the phrases; `own` are the user's files."""
        self._names = names
        self._slots = {a.id: a.slots for a in catalogue.actions.values()}
        self._around: dict[_Around, list[tuple[str, str, Mapping[str, str]]]] = {}
        self._befores: set[str] = set()
        rules = {
            file: {name: wordings.ways(body) for name, body in bodies.items()}
            for file, bodies in catalogue.rules.items()
        }
        self._literals = Literals(
            text
            for action in catalogue.actions.values()
            for text in self._texts(action, own, rules)
        )

    def meanings(self, text: str) -> list[Intent | None]:
        """Give what a text means, a whole phrase before one with a value."""
        return self._literals.meanings(text) or list(self._with_value(text.split(" ")))

    def _with_value(self, words: list[str]) -> Iterator[Intent]:
        if len(words) > LONGEST:
            return
        for start in range(len(words)):
            before = " ".join(words[:start])
            if before not in self._befores:
                continue
            for end in range(start + 1, len(words) + 1):
                after = " ".join(words[end:])
                for action, name, fixed in self._around.get((before, after), ()):
                    value = " ".join(words[start:end])
                    if certain.says(self._slots[action][name], value, self._names):
                        yield Intent(action, {name: value, **fixed})

    def _texts(
        self, action: Action, own: Container[str], rules: Mapping[str, Rules]
    ) -> Iterator[_Text]:
        """Give what is said in one way, and every wording of the first phrases."""
        plain = _intent(action, {})
        for number, phrase in enumerate(action.phrases):
            if phrase.file in own:
                return
            if SIGN.search(phrase.template) is None:
                text = " ".join(phrase.template.lower().split())
                yield text, _intent(action, phrase.fixed) if phrase.fixed else plain
            elif number < PLAIN:
                yield from self._wordings(action, phrase, rules[phrase.file])

    def _wordings(
        self, action: Action, phrase: Phrase, rules: Rules
    ) -> Iterator[_Text]:
        """Give the wordings of a phrase without a slot; keep what stands around one."""
        intent = _intent(action, phrase.fixed)
        needed = _needed(action).difference(phrase.fixed)
        readable = {n for n, slot in action.slots.items() if slot.type in READABLE}
        found = wordings.every(wordings.ways(phrase.template), rules, MOST)
        some = list(islice(found, MOST + 1))
        for wording in some if len(some) <= MOST else ():
            before, *more = " ".join(wording.split()).split(HOLE)
            if not more and intent is not None:
                yield before, intent
            elif len(more) == 2 and more[0] in readable and needed <= {more[0]}:
                name, after = more
                there = self._around.setdefault((before.strip(), after.strip()), [])
                there.append((action.id, name, phrase.fixed))
                self._befores.add(before.strip())


def _intent(action: Action, fixed: Mapping[str, str]) -> Intent | None:
    """Give what a phrase without a slot means; None where a slot would be empty."""
    return Intent(action.id, dict(fixed)) if _needed(action) <= set(fixed) else None


def _needed(action: Action) -> set[str]:
    return {name for name, slot in action.slots.items() if not slot.optional}
