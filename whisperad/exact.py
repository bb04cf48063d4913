"""Exact phrases: what most people would say, answered without the model.

Packs begin with the phrases that most people would use. Where an utterance is one of
these word by word, every value in it is a known name or reads as its type, and no
other action has such a phrase, there is nothing left to decide.
"""

from collections.abc import Iterator, Mapping
from itertools import islice, product

from hassil.expression import (
    Alternative,
    Expression,
    Group,
    ListReference,
    Permutation,
    RuleReference,
    TextChunk,
)

from whisperad import phrases, spoken
from whisperad.action import Action
from whisperad.catalogue import Catalogue
from whisperad.intent import Intent
from whisperad.names import RealNames
from whisperad.pack import Slot
from whisperad.phrases import Rules
from whisperad.values import count

PLAIN = 3  # phrases of an action that are looked at, from the first
MOST = 240  # wordings of one phrase; those of a phrase with more are left to the model
LONGEST = 12  # words of an utterance
NAMED = frozenset({"app", "folder", "site"})
COUNTED = frozenset({"percent", "integer"})

_HOLE = "\0"  # where a slot stands in a wording

_Around = tuple[str, str]  # what stands before a slot, and after it


class Exact:
    """The exact phrases of a catalogue, for one machine's names. Parses them: slow."""

    def __init__(self, catalogue: Catalogue, names: RealNames) -> None:
        self._names = names
        self._slots = {a.id: a.slots for a in catalogue.actions.values()}
        self._whole: dict[str, Intent | None] = {}  # None: of several actions
        self._around: dict[_Around, list[tuple[str, str, Mapping[str, str]]]] = {}
        self._befores: set[str] = set()
        parsed = {
            file: {name: phrases.parse(body) for name, body in rules.items()}
            for file, rules in catalogue.rules.items()
        }
        for action in catalogue.actions.values():
            self._add(action, parsed)

    def meaning(self, text: str) -> tuple[Intent, ...] | None:
        """Give what a normalised text means; None where that is not certain."""
        words = text.split(" ")
        if len(words) > LONGEST:
            return None
        found: list[Intent | None] = [*self._with_value(words)]
        if text in self._whole:
            found.append(self._whole[text])
        first = found[0] if found else None
        if first is None or any(intent != first for intent in found):
            return None
        return (first,)

    def _with_value(self, words: list[str]) -> Iterator[Intent]:
        for start in range(len(words)):
            before = " ".join(words[:start])
            if before not in self._befores:
                continue
            for end in range(start + 1, len(words) + 1):
                after = " ".join(words[end:])
                for action, name, fixed in self._around.get((before, after), ()):
                    value = " ".join(words[start:end])
                    if self._is_known(self._slots[action][name], value):
                        yield Intent(action, {name: value, **fixed})

    def _is_known(self, slot: Slot, value: str) -> bool:
        if slot.type in NAMED:
            return self._names.knows(slot.type, value)
        if slot.type in COUNTED:
            return count(slot, value) is not None
        return spoken.duration(value) is not None

    def _add(self, action: Action, rules: Mapping[str, Rules]) -> None:
        for phrase in islice(action.phrases, PLAIN):
            sentence = phrases.parse(phrase.template)
            wordings = _wordings(sentence.expression, rules[phrase.file])
            some = list(islice(wordings, MOST + 1))
            intent = Intent(action.id, dict(phrase.fixed))
            for wording in some if len(some) <= MOST else ():
                self._keep(action, " ".join(wording.split()), intent)

    def _keep(self, action: Action, wording: str, intent: Intent) -> None:
        """Keep a wording; `intent` has the choices that it implies."""
        parts = wording.split(_HOLE)
        fixed = intent.slots
        needed = {n for n, slot in action.slots.items() if not slot.optional}
        if len(parts) == 1 and needed <= set(fixed):
            known = self._whole.setdefault(wording, intent)
            self._whole[wording] = intent if known == intent else None
        elif len(parts) == 3:
            before, name, after = (part.strip() for part in parts)
            readable = NAMED | COUNTED | {"duration"}
            if action.slots[name].type in readable and needed <= {name, *fixed}:
                there = self._around.setdefault((before, after), [])
                there.append((action.id, name, fixed))
                self._befores.add(before)


def _wordings(expression: Expression, rules: Rules) -> Iterator[str]:
    """Give all wordings of an expression; a slot is its name between two holes."""
    match expression:
        case TextChunk():
            yield expression.original_text
        case ListReference():
            yield f" {_HOLE}{expression.list_name}{_HOLE} "
        case RuleReference():
            yield from _wordings(rules[expression.rule_name].expression, rules)
        case Permutation():
            return  # none of ours has one, and they are many
        case Alternative():
            for item in expression.items:
                yield from _wordings(item, rules)
        case Group():
            ways = [
                list(islice(_wordings(i, rules), MOST + 1)) for i in expression.items
            ]
            for way in product(*ways):
                yield "".join(way)
