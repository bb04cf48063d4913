"""Whatever is said for a slot stays a value, in every command that we ship.

What the commands look like is learnt from harmless values; a hostile one may change
nothing but the arguments that its slot is in.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import product
from pathlib import Path

import msgspec
import pytest

from tests.hostile_values import HOSTILE
from whisperad import catalogue
from whisperad.action import Action
from whisperad.command import Command, Resolver
from whisperad.errors import CannotRun, UnknownName
from whisperad.intent import Intent
from whisperad.machine import Machine
from whisperad.pack import Platform, Slot
from whisperad.utterance import normalise

NOW = datetime(2026, 11, 22, 14, 5, 9)
SAID = normalise("said")  # a span that is not in it is taken as it is
SHIPPED = catalogue.load()
PLATFORMS: tuple[Platform, ...] = ("macos", "linux")
# By type; several, so that what differs between them shows where the value goes.
WORDS = "harmless|quiet words|noon|tomorrow|f5|control shift t|paris"
HARMLESS: Mapping[str, tuple[str, ...]] = {
    "text": tuple(WORDS.split("|")),
    "host": ("example.com", "example.org"),
    "url": ("example.com/a", "example.org/b"),
    "language": ("french", "german"),
    "site": ("zebra", "giraffe", "youtube", "example.org"),
    **dict.fromkeys(("integer", "port", "percent"), ("ten", "twelve")),
    "duration": ("ten minutes", "twelve minutes"),
}
NAMES = ("zebra", "giraffe")

NUMBER = re.compile(r"\d+")

Commands = tuple[Command, ...]


def is_words(slot: Slot) -> bool:
    return slot.type != "choice"


# Every form as an action of its own, so that none is hidden behind a better one.
SINGLE = {
    f"{action.id} {platform} {index}": msgspec.structs.replace(
        action, forms={platform: (form,)}
    )
    for action in SHIPPED.actions.values()
    if any(map(is_words, action.slots.values()))
    for platform, forms in action.forms.items()
    for index, form in enumerate(forms)
}


@pytest.fixture(scope="module")
def resolvers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Resolver]:
    home = tmp_path_factory.mktemp("home")
    single = msgspec.structs.replace(SHIPPED, actions=SINGLE)
    return {
        platform: Resolver(single, Machine(platform, home, None), lambda: NOW)
        for platform in PLATFORMS
    }


def resolved(
    resolver: Resolver, name: str, slots: dict[str, str], cwd: Path | None = None
) -> Commands | None:
    try:
        return resolver.resolve(Intent(name, slots), SAID, cwd).commands
    except (UnknownName, CannotRun):
        return None


def harmless(action: Action, name: str) -> tuple[str, ...]:
    slot = action.slots[name]
    if slot.type == "choice":
        return slot.values
    (forms,) = action.forms.values()
    mapped = tuple(forms[0].map.get(name, ()))[:2]
    return (*HARMLESS.get(slot.type, NAMES), *mapped)


def surroundings(action: Action, name: str) -> Iterator[dict[str, str]]:
    """Say what else has to be said, and then all that may be."""
    others = [other for other in action.slots if other != name]
    needed = [other for other in others if not action.slots[other].optional]
    for chosen in {tuple(needed): needed, tuple(others): others}.values():
        for values in product(*(harmless(action, other) for other in chosen)):
            yield dict(zip(chosen, values, strict=True))


class Place(msgspec.Struct, frozen=True):
    """A slot of one form, what is said for the others, what harmless values give."""

    name: str
    slot: str
    others: dict[str, str]
    known: list[Commands]


@pytest.fixture(scope="module")
def places(resolvers: dict[str, Resolver]) -> list[Place]:
    found: dict[object, Place] = {}
    for name, action in SINGLE.items():
        (platform,) = action.forms
        for slot in (n for n, slot in action.slots.items() if is_words(slot)):
            for others in surroundings(action, slot):
                said = ({slot: words, **others} for words in harmless(action, slot))
                known = [resolved(resolvers[platform], name, slots) for slots in said]
                place = Place(name, slot, others, list(filter(None, known)))
                choices = [
                    o for o in others.items() if not is_words(action.slots[o[0]])
                ]
                key = (name, slot, len(others), tuple(choices))
                if len(place.known) > (len(found[key].known) if key in found else 0):
                    found[key] = place
    return list(found.values())


def shape(commands: Commands) -> list[tuple[object, ...]]:
    return [
        (
            *(len(command.argv), command.argv[0], command.risk, command.keep),
            *(command.stdin is None, command.stdin_file is None, tuple(command.env)),
        )
        for command in commands
    ]


def test_all_that_is_said_for_every_form_is_among_the_places(
    places: list[Place],
) -> None:
    """Else the test below would hold nothing against it."""
    assert len(set(HOSTILE)) == len(HOSTILE) >= 200
    wanted = {
        (name, slot)
        for name, action in SINGLE.items()
        for slot in action.slots
        if is_words(action.slots[slot])
    }
    assert {(place.name, place.slot) for place in places} == wanted


@pytest.mark.parametrize("said", HOSTILE, ids=lambda said: ascii(said[:20]))
def test_a_hostile_value_is_refused_or_stays_in_its_arguments(
    resolvers: dict[str, Resolver], places: list[Place], said: str
) -> None:
    for place in places:
        (platform,) = SINGLE[place.name].forms
        slots = {place.slot: said, **place.others}
        commands = resolved(resolvers[platform], place.name, slots)
        if commands is None:
            continue
        alike = [known for known in place.known if shape(known) == shape(commands)]

        assert alike, (place.name, commands)
        for step, command in enumerate(commands):
            for index, argument in enumerate(command.argv):
                usual = {known[step].argv[index] for known in alike}
                where = (place.name, slots, argument)

                if len(usual) == 1 and len(alike) > 1:
                    assert argument in usual, where
                if NUMBER.sub("0", argument) in {NUMBER.sub("0", one) for one in usual}:
                    continue
                assert not set("\0\n\r\x1b\t") & set(argument), where
                if not command.argv[0].startswith("@"):
                    assert (
                        not argument.startswith("-") or "--" in command.argv[:index]
                    ), where
