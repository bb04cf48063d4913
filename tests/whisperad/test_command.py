"""Commands: from an intent to exactly the arguments that run, as a pack has them."""

import shlex
from pathlib import Path

import pytest

from tests.whisperad.resolving import argv, resolve
from whisperad import catalogue
from whisperad.catalogue import Catalogue
from whisperad.command import Command
from whisperad.errors import CannotRun, UnknownName
from whisperad.utterance import normalise

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


def test_what_a_program_reads_is_shown_too() -> None:
    command = Command(("pbcopy",), "safe", "daemon", stdin=b"it's me")
    from_file = Command(("pbcopy",), "safe", "daemon", stdin_file="/a b")

    assert command.shown == "pbcopy <<< 'it'\"'\"'s me'"
    assert from_file.shown == "pbcopy < '/a b'"
