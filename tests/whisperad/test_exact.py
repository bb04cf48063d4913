"""Exact phrases are answered without the model, and only where nothing is in doubt."""

from pathlib import Path

import pytest

from tests.running import RunningDaemon
from whisperad import catalogue
from whisperad.catalogue import SHIPPED
from whisperad.command import Resolver
from whisperad.exact import Exact
from whisperad.intent import Intent
from whisperad.machine import Machine


@pytest.fixture(scope="module")
def exact() -> Exact:
    """Give the exact phrases of the shipped configuration, for a Mac's names."""
    loaded = catalogue.load()
    names = Resolver(loaded, Machine("macos", Path("/nowhere"), None)).names
    return Exact(loaded, names)


@pytest.mark.parametrize(
    ("said", "action", "slots"),
    [
        ("open chrome", "open_app", {"target": "chrome"}),
        ("mute", "mute_volume", {}),
        ("set the volume to fifty percent", "set_volume", {"level": "fifty percent"}),
        ("open downloads", "open_folder", {"folder": "downloads"}),
        ("take a screenshot", "take_screenshot", {}),
        ("git status", "git_status", {}),
    ],
)
def test_what_most_people_say_needs_no_model(
    exact: Exact, said: str, action: str, slots: dict[str, str]
) -> None:
    assert exact.meaning(said) == (Intent(action, slots),)


@pytest.mark.parametrize(
    "said",
    [
        "",
        "open flurbo",  # no known name
        "set the volume to blue",  # no number
        "don't open chrome",
        "open chrome and slack",
        "chrome is a metal",
        "search for cats",  # free words may be anything
        "please could you open the application that is known as chrome if you can now",
    ],
)
def test_what_is_in_doubt_is_left_to_the_model(exact: Exact, said: str) -> None:
    assert exact.meaning(said) is None


def test_a_wording_of_two_actions_is_left_to_the_model(
    short_dir: Path, exact: Exact
) -> None:
    own = short_dir / "actions" / "mine.toml"
    own.parent.mkdir()
    own.write_text(
        'pack = "mine"\n[[action]]\nid = "hush"\nphrases = ["mute", "fizz now"]\n'
        'linux = { argv = ["true"] }\n'
    )
    loaded = catalogue.load(SHIPPED, short_dir)
    names = Resolver(loaded, Machine("macos", Path("/nowhere"), None)).names
    mine = Exact(loaded, names)

    assert exact.meaning("mute") == (Intent("mute_volume", {}),)
    assert mine.meaning("mute") is None
    assert mine.meaning("fizz now") == (Intent("hush", {}),)


def test_a_phrase_with_more_wordings_than_are_kept_is_left_to_the_model(
    short_dir: Path,
) -> None:
    own = short_dir / "actions" / "mine.toml"
    own.parent.mkdir()
    many = "(a|b|c|d|e) (a|b|c|d|e) (a|b|c|d|e) (a|b|c|d|e) zig"
    own.write_text(
        f'pack = "mine"\n[[action]]\nid = "zig"\nphrases = ["{many}", "zag"]\n'
        'linux = { argv = ["true"] }\n'
    )
    loaded = catalogue.load(SHIPPED, short_dir)
    names = Resolver(loaded, Machine("macos", Path("/nowhere"), None)).names
    mine = Exact(loaded, names)

    assert mine.meaning("a b c d zig") is None
    assert mine.meaning("zag") == (Intent("zig", {}),)


def test_exact_and_repeated_utterances_cost_no_pass(
    short_dir: Path, random_base: Path
) -> None:
    user_file = {"settings": {"model": str(random_base)}}
    running = RunningDaemon(short_dir, user_file, {"WHISPERA_PLATFORM": "macos"})
    running.start()
    try:
        running.ask(type="reload", what="config")  # exact phrases are there after it
        exact = running.ask(type="interpret", utterance="Mute!")
        first = running.ask(type="interpret", utterance="do the thing with the cat")
        again = running.ask(type="interpret", utterance="Do the thing with the cat")
        running.ask(type="reload", what="adapter")
        after = running.ask(type="interpret", utterance="do the thing with the cat")
        stages = running.ask(type="status")["served"]["stage"]
        explained = running.ask(type="explain", utterance="mute")
    finally:
        running.stop()
    same = ("outcome", "intents", "confidence", "candidates", "model")

    assert (exact["stage"], exact["timing"]["passes"]) == ("exact", 0)
    assert exact["intents"] == [{"action": "mute_volume"}]
    assert first["stage"] == "model"
    assert (again["stage"], again["timing"]["passes"]) == ("cache", 0)
    assert [again[name] for name in same] == [first[name] for name in same]
    assert after["stage"] == "model"
    assert stages == {"exact": 1, "model": 2, "cache": 1}
    assert explained["stage"] == "exact"
    assert len(explained["candidates"]) == 5
