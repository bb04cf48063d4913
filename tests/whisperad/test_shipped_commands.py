"""What the shipped actions run, and what they refuse to."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.whisperad.resolving import SHIPPED, argv, resolve
from whisperad.command import Resolver
from whisperad.errors import CannotRun, UnknownName
from whisperad.intent import Intent
from whisperad.machine import Machine
from whisperad.pack import Platform
from whisperad.utterance import normalise


def test_chrome_is_opened_under_its_real_name() -> None:
    found = resolve(
        SHIPPED, "Open Chrome", "open_app", {"target": "chrome"}, platform="macos"
    )

    assert found.said == {"action": "open_app", "target": "chrome"}
    assert found.resolved == {"action": "open_app", "target": "Google Chrome"}
    assert argv(found) == ["open", "-a", "Google Chrome"]


def test_a_level_is_a_number_and_stays_on_the_scale() -> None:
    found = resolve(
        SHIPPED, "volume at 150", "set_volume", {"level": "150"}, platform="macos"
    )

    assert found.said == {"action": "set_volume", "level": 150}
    assert found.resolved == {"action": "set_volume", "level": 100}
    assert argv(found)[-2:] == ["--", "100"]


def test_a_default_is_used_but_never_said() -> None:
    found = resolve(SHIPPED, "louder", "increase_volume", {})

    assert found.said == found.resolved == {"action": "increase_volume"}
    assert argv(found)[-1] == "10%+"


def test_a_time_is_given_in_iso_form() -> None:
    found = resolve(
        SHIPPED,
        "wake me at half past six",
        "set_alarm",
        {"time": "half past six"},
    )

    assert found.said == {"action": "set_alarm", "time": "half past six"}
    assert found.resolved == {"action": "set_alarm", "time": "2026-11-22T18:30:00"}
    assert argv(found) == ["@set_alarm", "2026-11-22T18:30:00"]


def test_a_bare_number_is_minutes_for_a_timer_and_seconds_for_a_track() -> None:
    timer = resolve(SHIPPED, "timer ten", "set_timer", {"duration": "ten"})
    track = resolve(
        SHIPPED, "skip ten", "seek_media", {"direction": "forward", "duration": "ten"}
    )

    assert timer.resolved["duration"] == 600
    assert track.resolved["duration"] == 10


@pytest.mark.parametrize(
    ("action", "slots", "message"),
    [
        ("set_volume", {"level": "banana"}, '"banana" is no percent'),
        ("set_timer", {"duration": "banana"}, '"banana" is no time span'),
        ("set_timer", {"duration": "zero minutes"}, "a time span of up to a year"),
        ("set_alarm", {"time": "banana"}, '"banana" is no time'),
        ("get_time", {"city": "atlantis"}, "no time zone is known"),
        ("press_key", {"key": "banana"}, 'no key is called "banana"'),
        ("open_website", {"site": "file:///x"}, "expected http or https"),
        (
            "translate_text",
            {"text": "hello", "language": "klingon"},
            'no language is called "klingon"',
        ),
    ],
)
def test_words_without_a_meaning_are_refused(
    action: str, slots: dict[str, str], message: str
) -> None:
    with pytest.raises((UnknownName, CannotRun), match=message):
        resolve(SHIPPED, " ".join(slots.values()), action, slots)


@pytest.mark.parametrize(
    ("action", "slots", "last"),
    [
        ("open_website", {"site": "youtube"}, "https://www.youtube.com/"),
        ("open_website", {"site": "zorblax dot org"}, "https://zorblax.org/"),
        (
            "open_website",
            {"site": "zorblax"},
            "https://www.google.com/search?q=zorblax",
        ),
        (
            "search_site",
            {"site": "youtube", "query": "cats & dogs"},
            "https://www.youtube.com/results?search_query=cats%20%26%20dogs",
        ),
        (
            "search_site",
            {"site": "zorblax", "query": "cats"},
            "https://www.google.com/search?q=zorblax%20cats",
        ),
        (
            "compose_email",
            {"recipient": "ada at example dot com"},
            "to=ada@example.com",
        ),
        (
            "search_web",
            {"query": "-x a/b"},
            "https://www.google.com/search?q=-x%20a%2Fb",
        ),
        ("get_weather", {}, "https://wttr.in/?format=3"),
        ("press_key", {"key": "control shift t"}, "ctrl+shift+t"),
    ],
)
def test_values_are_given_in_the_form_a_program_needs(
    action: str, slots: dict[str, str], last: str
) -> None:
    assert argv(resolve(SHIPPED, " ".join(slots.values()), action, slots))[-1] == last


def test_the_zone_of_a_city_goes_into_the_environment() -> None:
    there = resolve(SHIPPED, "time in Tokyo", "get_time", {"city": "tokyo"})
    here = resolve(SHIPPED, "time", "get_time", {})

    assert there.commands[0].env == {"TZ": "Asia/Tokyo"}
    assert there.commands[0].shown == "TZ=Asia/Tokyo date +%H:%M"
    assert here.commands[0].env == {}


def test_text_reaches_applescript_as_an_argument_only() -> None:
    words = '" & (do shell script "id") & "'
    said = normalise(f"type {words}").text.removeprefix("type ")
    found = resolve(
        SHIPPED, f"type {words}", "type_text", {"text": said}, platform="macos"
    )
    script = argv(found)[2]

    assert argv(found)[3] == "--"
    assert "do shell script" not in script
    assert "do shell script" in argv(found)[4]


def test_said_never_raises() -> None:
    resolver = Resolver(SHIPPED, Machine("linux", Path("/home/ada"), None))
    intent = Intent("set_volume", {"level": "banana"})

    assert resolver.said(intent, normalise("Volume Banana")) == {
        "action": "set_volume",
        "level": "banana",
    }
    assert resolver.said(Intent("gone", {"x": "Y"}), normalise("y")) == {
        "action": "gone",
        "x": "y",
    }


FILLED = [
    action.id
    for action in SHIPPED.actions.values()
    if action.slots and all(slot.type != "choice" for slot in action.slots.values())
]


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(FILLED),
    st.sampled_from(["macos", "linux"]),
    st.lists(st.text(max_size=20) | st.just("-zorblax"), min_size=2, max_size=2),
)
def test_whatever_is_said_is_refused_or_stays_in_its_arguments(
    action: str, platform: Platform, words: list[str]
) -> None:
    said = normalise(" ".join(words))
    parts = said.text.split()
    if not parts:
        return
    names = SHIPPED.actions[action].slots
    slots = {name: parts[i % len(parts)] for i, name in enumerate(names)}
    resolver = Resolver(SHIPPED, Machine(platform, Path("/home/ada"), None))
    try:
        found = resolver.resolve(Intent(action, slots), said)
    except (UnknownName, CannotRun):
        return
    for command in found.commands:
        for index, argument in enumerate(command.argv):
            assert not set("\0\x1b\r") & set(argument)
            if argument == "-zorblax" and not command.argv[0].startswith("@"):
                assert "--" in command.argv[:index]


@pytest.mark.parametrize(
    "said", ["/", "~", ".", "..", "~/..", "../..", "slash", "tilde", "~/work", "/home"]
)
@pytest.mark.parametrize("action", ["delete_file", "trash_file"])
def test_what_everything_is_in_is_never_deleted(
    action: str, said: str, tmp_path: Path
) -> None:
    resolver = Resolver(SHIPPED, Machine("linux", tmp_path / "home/ada", None))
    here = tmp_path / "home/ada/work/plans"
    said = said.replace("/home", str(tmp_path / "home"))

    with pytest.raises(CannotRun, match="too much"):
        resolver.resolve(Intent(action, {"path": said}), normalise(said), here)


def test_what_is_in_the_folder_here_may_be_deleted(tmp_path: Path) -> None:
    resolver = Resolver(SHIPPED, Machine("linux", tmp_path, None))
    said = normalise("delete old.txt for good")
    found = resolver.resolve(
        Intent("delete_file", {"path": "old.txt"}), said, tmp_path / "work"
    )

    assert found.commands[0].argv[-1] == str(tmp_path / "work/old.txt")
