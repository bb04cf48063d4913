"""Exact phrases are answered without the model, and only where nothing is in doubt."""

from pathlib import Path
from random import Random

import pytest

from tests.running import RunningDaemon
from tests.whisperad.packs import action
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
        ("start settings", "open_settings", {}),  # no application of that name
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
        "count to ten",
        "search for cats",  # free words may be anything
        "please could you open the application that is known as chrome if you can now",
    ],
)
def test_what_is_in_doubt_is_left_to_the_model(exact: Exact, said: str) -> None:
    assert exact.meaning(said) is None


def with_pack(folder: Path, actions: str) -> Exact:
    """Give the exact phrases with a user's pack, for a Mac's names."""
    own = folder / "actions" / "mine.toml"
    own.parent.mkdir()
    own.write_text(f'pack = "mine"\n{actions}')
    loaded = catalogue.load(SHIPPED, folder)
    names = Resolver(loaded, Machine("macos", Path("/nowhere"), None)).names
    return Exact(loaded, names)


def test_a_users_own_phrase_comes_first_wherever_it_stands(
    short_dir: Path, exact: Exact
) -> None:
    phrases = ["fizz now", "fizz please", "fizz again", "mute", "open chrome"]
    mine = with_pack(short_dir, action("hush", phrases))

    assert exact.meaning("mute") == (Intent("mute_volume", {}),)
    for phrase in phrases:
        assert mine.meaning(phrase) == (Intent("hush", {}),)
    assert mine.meaning("open slack") == exact.meaning("open slack")


def test_a_wording_of_two_actions_is_left_to_the_model(short_dir: Path) -> None:
    pack = action("one", ["fizz now", "zig"]) + action(
        "two", ["zag", "fizz [right] now"]
    )
    mine = with_pack(short_dir, pack)

    assert mine.meaning("fizz now") is None
    assert mine.meaning("fizz right now") == (Intent("two", {}),)


def test_the_words_of_a_phrase_come_before_a_name(short_dir: Path) -> None:
    slots = '{ target = "app" }'
    pack = action("one", ["zig {target}"], slots) + action("two", ["zig (chrome|tabs)"])
    mine = with_pack(short_dir, pack)

    assert mine.meaning("zig chrome") == (Intent("two", {}),)
    assert mine.meaning("zig slack") == (Intent("one", {"target": "slack"}),)


def test_every_wording_of_a_phrase_counts_however_many_there_are(
    short_dir: Path,
) -> None:
    many = "(a|b|c|d|e) (a|b|c|d|e) (a|b|c|d|e) (a|b|c|d|e) zig[s] [please]"
    mine = with_pack(short_dir, action("zig", [many, "(pick; me)", "zag|zug"]))

    for said in ("a b c d zig", "e e e e zigs please", "me pick", "zag", "zug"):
        assert mine.meaning(said) == (Intent("zig", {}),)
    assert mine.meaning("a b c zig") is None


def test_what_a_slot_holds_is_read_as_its_type(short_dir: Path) -> None:
    slots = '{ level = "percent", way = { type = "choice", values = ["up", "down"] } }'
    mine = with_pack(short_dir, action("zig", ["zig {way} {level}"], slots))

    meant = Intent("zig", {"level": "fifty percent", "way": "up"})
    assert mine.meaning("zig up fifty percent") == (meant,)
    assert mine.meaning("zig up fifty cats") is None
    assert mine.meaning("zig left fifty percent") is None


def test_a_slot_that_takes_any_words_is_left_to_the_model(short_dir: Path) -> None:
    slots = '{ what = "text" }'
    pack = action("one", ["open {what}"], slots) + action("two", ["open (a|my) zig"])
    mine = with_pack(short_dir, pack)

    assert mine.meaning("open chrome") is None
    assert mine.meaning("open my zig") == (Intent("two", {}),)
    assert mine.meaning("mute") == (Intent("mute_volume", {}),)


def test_a_phrase_is_compared_as_what_is_said_is(short_dir: Path) -> None:
    mine = with_pack(
        short_dir, action("one", ["Zig  Zag!", "That\u2019s Zig", "(My|Our) Zig"])
    )

    assert mine.meaning("zig zag") == (Intent("one", {}),)
    assert mine.meaning("that's zig") == (Intent("one", {}),)
    assert mine.meaning("our zig") == (Intent("one", {}),)


def test_a_slot_is_never_empty(short_dir: Path) -> None:
    slots = '{ place = "text" }'
    pack = action("one", ["zig into {place}"], slots) + action("two", ["zig into"])
    mine = with_pack(short_dir, pack)

    assert mine.meaning("zig into") == (Intent("two", {}),)


def test_shipped_phrases_are_never_answered_as_another_action(exact: Exact) -> None:
    loaded = catalogue.load()
    random = Random(0)
    said = [
        (phrase.template, action.id)
        for action in loaded.actions.values()
        for phrase in action.phrases
        if not set("([{<|;") & set(phrase.template) and phrase.template.islower()
    ]
    meant = [(text, exact.meaning(text), own) for text, own in random.sample(said, 300)]

    assert all(
        found == (Intent(own, found[0].slots),) for _, found, own in meant if found
    )
    assert sum(found is not None for _, found, _ in meant) > 290


@pytest.mark.parametrize("said", ["chrome", "slack", "spotify", "figma", "vscode"])
def test_the_bare_name_of_an_application_opens_it(exact: Exact, said: str) -> None:
    assert exact.meaning(said) == (Intent("open_app", {"target": said}),)


@pytest.mark.parametrize("said", ["mail", "music", "zoom", "downloads", "thanks", "qx"])
def test_a_name_that_is_a_word_of_everyday_does_not(exact: Exact, said: str) -> None:
    assert exact.meaning(said) is None


def test_a_bare_name_never_stands_for_what_is_asked_about(short_dir: Path) -> None:
    again = action("open_app", ["zig {target}"], '{ target = "app" }')
    mine = with_pack(short_dir, again.replace("slots =", 'risk = "confirm"\nslots ='))

    assert mine.meaning("figma") is None
    assert mine.meaning("zig figma") == (Intent("open_app", {"target": "figma"}),)


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
