"""Commands: from an intent to exactly the arguments that run, and what is refused."""

import shlex
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whisperad import catalogue
from whisperad.catalogue import Catalogue
from whisperad.command import Command, Resolution, Resolver
from whisperad.errors import CannotRun, UnknownName
from whisperad.intent import Intent
from whisperad.machine import Machine
from whisperad.pack import Platform
from whisperad.utterance import normalise

NOW = datetime(2026, 11, 22, 14, 5, 9)
SHIPPED = catalogue.load()
PACK = """
pack = "test"
[[action]]
id = "greet"
risk = "confirm"
phrases = ["greet {name}"]
slots = { name = "text", title = { type = "text", optional = true } }
linux = { argv = ["say", ["--title", "{title}"], "--", "hello {name}"] }

[[action]]
id = "bare"
phrases = ["bare {name}"]
slots = { name = "text" }
linux = { argv = ["say", "{name}"] }

[[action]]
id = "choose"
phrases = ["choose"]
slots = { app = { type = "text", optional = true } }
linux = [
  { argv = ["with", "{app}"] },
  { needs = "extra", argv = ["without", "first"] },
  { argv = ["without", "second"] },
]

[[action]]
id = "several"
phrases = ["several {path}"]
slots = { path = "path" }
touches = ["files", "{path}"]
linux = { steps = [["mkdir", "{path}"], ["ls", "{path:url}"]], stdin = "x" }

[[action]]
id = "settings"
phrases = ["settings"]
slots = { pane = { type = "text", optional = true }, side = { type = "choice", values = ["left"], optional = true, default = "left" } }
linux = { argv = ["show", ["--pane={pane}"], "{side}"], map = { pane = { wifi = "net" }, side = { left = "-1" } }, env = { PANE = "{pane}", HERE = "{@home}" } }

[[action]]
id = "nowhere"
phrases = ["nowhere"]
macos = { argv = ["true"] }
"""


@pytest.fixture
def loaded(tmp_path: Path) -> Catalogue:
    (tmp_path / "config" / "actions").mkdir(parents=True)
    (tmp_path / "config" / "actions" / "test.toml").write_text(PACK)
    for name in ("apps", "folders", "sites"):
        (tmp_path / "config" / "names").mkdir(exist_ok=True)
        text = "[sites]\n" if name == "sites" else ""
        (tmp_path / "config" / "names" / f"{name}.toml").write_text(text)
    return catalogue.load(tmp_path / "config")


def resolve(
    loaded: Catalogue,
    said: str,
    action: str,
    slots: dict[str, str],
    *,
    platform: Platform = "linux",
    home: Path = Path("/home/ada"),
    path: Path | None = None,
) -> Resolution:
    machine = Machine(platform, home, None if path is None else {"PATH": str(path)})
    resolver = Resolver(loaded, machine, lambda: NOW)
    return resolver.resolve(Intent(action, slots), normalise(said))


def argv(resolution: Resolution) -> list[str]:
    assert len(resolution.commands) == 1
    return list(resolution.commands[0].argv)


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


def test_words_keep_their_own_case_where_it_matters(loaded: Catalogue) -> None:
    found = resolve(loaded, "Greet Ada Lovelace!", "greet", {"name": "ada lovelace"})

    assert found.said["name"] == "ada lovelace"
    assert found.resolved["name"] == "Ada Lovelace"
    assert argv(found) == ["say", "--", "hello Ada Lovelace"]


def test_a_group_is_left_out_when_its_slot_was_not_said(loaded: Catalogue) -> None:
    found = resolve(
        loaded, "greet ada as countess", "greet", {"name": "ada", "title": "countess"}
    )

    assert argv(found) == ["say", "--title", "countess", "--", "hello ada"]


def test_the_risk_is_the_catalogues(loaded: Catalogue) -> None:
    found = resolve(loaded, "greet ada", "greet", {"name": "ada"})

    assert found.commands[0].risk == "confirm"
    assert found.commands[0].where == "daemon"


def test_what_was_said_stays_one_argument(loaded: Catalogue) -> None:
    words = "chrome; rm -rf ~ && $(id) `id` 'x' > /etc/passwd"
    found = resolve(loaded, f"bare {words}", "bare", {"name": words})

    assert argv(found) == ["say", words]
    assert shlex.split(found.commands[0].shown) == ["say", words]


@pytest.mark.parametrize("words", ["-rf", "--help", "-", "--"])
def test_what_was_said_never_becomes_an_option(loaded: Catalogue, words: str) -> None:
    with pytest.raises(CannotRun, match='starts with "-"'):
        resolve(loaded, f"bare {words}", "bare", {"name": words})
    slots = {"name": "ada", "title": words}
    with pytest.raises(CannotRun, match='starts with "-"'):
        resolve(loaded, f"greet ada {words}", "greet", slots)

    assert argv(resolve(loaded, f"greet {words}", "greet", {"name": words}))[-2:] == [
        "--",
        f"hello {words}",
    ]


def test_what_controls_a_terminal_does_not_reach_a_command(loaded: Catalogue) -> None:
    said = "bare ls\x00\n\x1b[31m\u202ered"
    name = normalise(said).text.removeprefix("bare ")
    found = resolve(loaded, said, "bare", {"name": name})

    assert argv(found) == ["say", "ls [31mred"]


def test_words_that_only_control_say_nothing(loaded: Catalogue) -> None:
    with pytest.raises(UnknownName, match="nothing was said for name"):
        resolve(loaded, "bare \x1b", "bare", {"name": "\x1b"})


def test_a_form_that_needs_more_than_was_said_gives_way(loaded: Catalogue) -> None:
    assert argv(resolve(loaded, "choose", "choose", {}))[0] == "without"
    assert argv(resolve(loaded, "choose x", "choose", {"app": "x"})) == ["with", "x"]


def test_the_first_form_that_is_installed_is_chosen(
    loaded: Catalogue, tmp_path: Path
) -> None:
    (tmp_path / "bin").mkdir()
    path = tmp_path / "bin"
    none = argv(resolve(loaded, "choose", "choose", {}, path=path))
    for name in ("without", "extra"):
        (path / name).touch(mode=0o755)
        if name == "without":
            second = argv(resolve(loaded, "choose", "choose", {}, path=path))
    first = argv(resolve(loaded, "choose", "choose", {}, path=path))

    assert none == ["without", "first"]  # none is installed: at least the best is shown
    assert second == ["without", "second"]
    assert first == ["without", "first"]


def test_several_steps_are_several_commands(loaded: Catalogue) -> None:
    found = resolve(loaded, "several A b", "several", {"path": "a b"})

    assert [list(command.argv) for command in found.commands] == [
        ["mkdir", "/home/ada/A b"],
        ["ls", "/home/ada/A%20b"],
    ]
    assert [command.stdin for command in found.commands] == [b"x", None]
    assert [command.touches for command in found.commands] == [
        ("files", "/home/ada/A b"),
        (),
    ]


def test_a_map_replaces_and_what_it_lacks_was_not_said(loaded: Catalogue) -> None:
    known = resolve(loaded, "settings WiFi", "settings", {"pane": "wifi"})
    other = resolve(loaded, "settings foo", "settings", {"pane": "foo"})

    assert argv(known) == ["show", "--pane=net", "-1"]
    assert known.commands[0].env == {"PANE": "net", "HERE": "/home/ada"}
    assert known.resolved["pane"] == "WiFi"
    assert argv(other) == ["show", "-1"]
    assert other.commands[0].env == {"HERE": "/home/ada"}


def test_an_action_without_a_command_here_says_so(loaded: Catalogue) -> None:
    with pytest.raises(CannotRun, match='"nowhere" has no command on linux'):
        resolve(loaded, "nowhere", "nowhere", {})


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


def test_what_a_program_reads_is_shown_too() -> None:
    command = Command(("pbcopy",), "safe", "daemon", stdin=b"it's me")
    from_file = Command(("pbcopy",), "safe", "daemon", stdin_file="/a b")

    assert command.shown == "pbcopy <<< 'it'\"'\"'s me'"
    assert from_file.shown == "pbcopy < '/a b'"


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
