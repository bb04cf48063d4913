"""Examples: what can be said, pack by pack, with two wordings of each action."""

from random import Random

import msgspec

from whisperad import phrases
from whisperad.action import Action
from whisperad.catalogue import Catalogue
from whisperad.pack import Risk, Slot, SlotType, Where
from whisperad.protocol import Reply

EXAMPLES = 2  # of each action

# What a slot of a type may be filled with; the others show their name.
_SAID = {
    "app": "firefox",
    "duration": "ten minutes",
    "folder": "downloads",
    "integer": "three",
    "language": "spanish",
    "percent": "fifty percent",
    "port": "8080",
    "site": "wikipedia",
}


class ActionLine(msgspec.Struct, frozen=True):
    """One action as `actions` lists it."""

    id: str
    pack: str
    summary: str
    slots: dict[str, SlotType]
    risk: Risk
    where: Where
    examples: tuple[str, ...]


class PackLine(msgspec.Struct, frozen=True):
    """One pack as `actions` lists it; the actions of one that is off are not listed."""

    name: str
    summary: str
    is_on: bool


class ActionsReply(Reply, frozen=True, kw_only=True, tag="actions"):
    """Everything that can be said."""

    actions: tuple[ActionLine, ...]
    packs: tuple[PackLine, ...]


def packs(catalogue: Catalogue) -> tuple[PackLine, ...]:
    """List the packs that are on and those that are off, by name."""
    names = {**catalogue.packs, **catalogue.packs_off}
    return tuple(
        PackLine(name, names[name], name in catalogue.packs) for name in sorted(names)
    )


def listing(catalogue: Catalogue) -> tuple[ActionLine, ...]:
    """Describe every action. Parses phrases, so it takes a moment."""
    rules: dict[str, phrases.Rules] = {}
    for file, given in catalogue.rules.items():
        rules[file] = {name: phrases.parse(body) for name, body in given.items()}
    return tuple(_line(action, rules) for action in catalogue.actions.values())


def _line(action: Action, rules: dict[str, phrases.Rules]) -> ActionLine:
    return ActionLine(
        action.id,
        action.pack,
        action.summary,
        {name: slot.type for name, slot in action.slots.items()},
        action.risk,
        action.where,
        _examples(action, rules),
    )


def _examples(action: Action, rules: dict[str, phrases.Rules]) -> tuple[str, ...]:
    random = Random(action.id)  # the same examples every time
    found: list[str] = []
    for phrase in action.phrases:
        pieces = phrases.sample(
            phrases.parse(phrase.template).expression,
            rules[phrase.file],
            random,
            lambda name: _said(name, action.slots[name]),
        )
        said = "".join(piece.text for piece in pieces)
        if said not in found:
            found.append(said)
        if len(found) == EXAMPLES:
            break
    return tuple(found)


def _said(name: str, slot: Slot) -> str:
    if slot.values:
        value = slot.values[0]
        return slot.said.get(value, (value,))[0]
    if slot.examples:
        return slot.examples[0]
    return _SAID.get(slot.type, f"{{{name}}}")
