"""Examples: two things one can say for each action, drawn from its phrases."""

from random import Random

from whisperad import phrases
from whisperad.action import Action
from whisperad.catalogue import Catalogue
from whisperad.pack import Slot
from whisperad.protocol import ActionLine

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
