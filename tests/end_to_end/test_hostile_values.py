"""Whatever a daemon is taught that a slot holds, the command is the same but for it."""

from collections.abc import Iterator

import pytest

from tests.end_to_end import own_programs
from tests.hostile_values import HOSTILE
from tests.running import Client, RunningDaemon
from whisperad import catalogue
from whisperad.action import Action
from whisperad.pack import Platform, Slot

pytestmark = pytest.mark.timeout(120)  # many lessons, on a busy machine

# Of these at least two mean something for every slot that is in an argument.
HARMLESS = (
    *("zebra", "giraffe", "noon", "tomorrow at ten", "f5", "f6", "paris", "tokyo"),
    *("example.com", "example.org", "example.com/a", "french", "german"),
)
OTHERS = {
    **dict.fromkeys(("integer", "port", "percent"), "ten"),
    **dict.fromkeys(("url", "host"), "example.net"),
    "duration": "ten minutes",
    "language": "french",
}
EXACT = {"choice", "integer", "port"}
AMOUNTS = {"percent", "duration"}

PACK = """\
pack = "mine"
[[action]]
id = "show"
phrases = ["show {{words}}"]
slots = {{ words = "text" }}
macos = {{ argv = ["{0}/show", "--", "{{words}}"] }}
linux = {{ argv = ["{0}/show", "--", "{{words}}"] }}
"""
# Writes down how it was called.
SHOW = """\
#!/bin/sh
printf '%s\\0' "$#" "$@" >> "$HOME/shown"
"""

Commands = list[list[str]]
Place = tuple[Action, str]


def _places(platform: Platform) -> Iterator[Place]:
    """Give every slot of words, of every action."""
    for action in catalogue.load().actions.values():
        for name, slot in action.slots.items():
            if slot.type not in EXACT | AMOUNTS and action.forms.get(platform):
                yield action, name


def _other(name: str, slot: Slot) -> str:
    if slot.type == "choice":
        return slot.values[0]
    return "noon" if name == "time" else OTHERS.get(slot.type, "zoo")


def _commands(client: Client, place: Place, said: str) -> Commands | None:
    """Teach it and give what would be run; None if it means nothing there."""
    action, of = place
    slots = {
        name: said if name == of else _other(name, slot)
        for name, slot in action.slots.items()
        if name == of or not slot.optional
    }
    lesson = {"utterance": f"say {' so '.join(slots.values())} now"}
    intent = {"action": action.id, **slots}
    taught = client.ask(type="teach", **lesson, intent=intent)
    if taught["type"] == "error":
        assert taught["code"] == "bad-request", taught
        return None
    reply = client.ask(type="interpret", **lesson)

    assert reply["stage"] == "taught"
    assert reply["outcome"] in {"proposed", "failed"}, reply
    return [command["argv"] for command in reply["commands"]] or None


def _known(client: Client, place: Place) -> list[Commands]:
    """Give commands that are alike but for what is said, if that is in an argument."""
    found: list[Commands] = []
    for said in HARMLESS:
        commands = _commands(client, place, said)
        if commands is not None and commands not in found:
            found.append(commands)
        if len(found) == 2:
            break
    assert found, f"{place[0].id}: nothing harmless can be said for {place[1]}"
    return found


def _changed(known: list[Commands], found: Commands) -> Iterator[tuple[list[str], int]]:
    """Give the arguments that differ, which only those that were said may."""
    first, second = known[0], known[-1]
    assert [len(argv) for argv in found] == [len(argv) for argv in first]
    for one, other, argv in zip(first, second, found, strict=True):
        for index, argument in enumerate(argv):
            if argument != one[index]:
                assert one[index] != other[index], argv
                yield argv, index


@pytest.mark.parametrize("platform", ["macos", "linux"])
def test_a_hostile_value_changes_nothing_but_the_arguments_it_is_in(
    stopped: RunningDaemon, platform: Platform
) -> None:
    stopped.environ["WHISPERA_PLATFORM"] = platform
    stopped.start()
    places = list(_places(platform))
    proposed = 0
    with stopped.client() as client:
        known = [_known(client, place) for place in places]
        for number, said in enumerate(HOSTILE):
            index = number % len(places)
            found = _commands(client, places[index], said)
            proposed += found is not None
            for argv, at in _changed(known[index], found or known[index][0]):
                assert not set("\0\n\r\x1b\t") & set(argv[at]), argv
                assert not argv[at].startswith("-") or "--" in argv[:at], argv

    assert len(HOSTILE) >= len(places)
    assert proposed > len(HOSTILE) / 4
    assert stopped.events("internal") == []
    assert stopped.stop() == 0


def test_a_hostile_value_is_no_choice_and_no_whole_number(
    stopped: RunningDaemon,
) -> None:
    """Whatever is taught, where one of a few words or a number belongs."""
    actions = catalogue.load().actions.values()
    slots = [
        (action.id, name)
        for action in actions
        for name, slot in action.slots.items()
        if slot.type in EXACT
    ]
    stopped.start()
    with stopped.client() as client:
        for number, said in enumerate(HOSTILE):
            action, name = slots[number % len(slots)]
            intent = {"action": action, name: said}
            taught = client.ask(type="teach", utterance=f"say {said}", intent=intent)
            assert taught["code"] == "bad-request", (intent, taught)

    assert len(HOSTILE) >= len(slots)
    assert stopped.ask(type="taught")["rows"] == []
    assert stopped.events("internal") == []
    assert stopped.stop() == 0


def test_a_hostile_value_reaches_a_program_as_one_argument(
    stopped: RunningDaemon,
) -> None:
    """As it was shown, and nothing else comes of it."""
    home = stopped.home
    own_programs.give(stopped, {"show": SHOW}, mine=PACK)
    stopped.start()
    before = {path.name for path in home.iterdir()}
    expected: list[str] = []
    with stopped.client() as client:
        for said in HOSTILE:
            lesson = {"utterance": f"show {said} now"}
            intent = {"action": "show", "words": said}
            if client.ask(type="teach", **lesson, intent=intent)["type"] == "error":
                continue
            reply = client.ask(type="interpret", **lesson, execute=True)
            if reply["outcome"] == "done":
                (command,) = reply["commands"]
                expected += ["2", *command["argv"][1:]]
    shown = (home / "shown").read_bytes().decode().split("\0")

    assert shown == [*expected, ""]
    assert set(expected[1::3]) == {"--"}
    assert len(expected) / 3 > len(HOSTILE) / 2
    assert {path.name for path in home.iterdir()} - before <= {"shown", "data", "state"}
    assert stopped.events("internal") == []
    assert stopped.stop() == 0
