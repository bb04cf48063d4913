"""Teaching: what an utterance may be said to mean."""

import pytest

from tests import tiny_base
from whisperad import teaching
from whisperad.errors import BadRequest
from whisperad.intent import Intent
from whisperad.protocol import OneOrMore, Said
from whisperad.utterance import normalise

CATALOGUE = tiny_base.catalogue()


def intents(said: str, given: OneOrMore) -> tuple[Intent, ...]:
    return teaching.intents(normalise(said), given, CATALOGUE)


@pytest.mark.parametrize(
    ("said", "given", "slots"),
    [
        ("The F!", {"action": "open_app", "target": "f"}, {"target": "f"}),
        ("The F!", {"action": "open_app", "target": '"F"'}, {"target": "f"}),
        ("half volume", {"action": "set_volume", "level": 50}, {"level": "half"}),
        ("half volume", {"action": "set_volume", "level": "50"}, {"level": "half"}),
        (
            "make it fifty percent loud",
            {"action": "set_volume", "level": 50},
            {"level": "fifty percent"},
        ),
        (
            "one hundred now",
            {"action": "set_volume", "level": 100},
            {"level": "one hundred"},
        ),
        ("volume 30", {"action": "set_volume", "level": "30"}, {"level": "30"}),
        ("get over there", {"action": "snap_window", "side": "left"}, {"side": "left"}),
    ],
)
def test_slots_are_words_of_the_utterance(
    said: str, given: Said, slots: dict[str, str]
) -> None:
    assert intents(said, given) == (Intent(str(given["action"]), slots),)


def test_slots_come_in_the_order_of_the_catalogue() -> None:
    given: Said = {"text": "hi", "action": "send_message", "contact": "mum"}
    (intent,) = intents("mum hi", given)

    assert list(intent.slots) == ["contact", "text"]


def test_several_commands_and_none_can_be_meant() -> None:
    both: tuple[Said, ...] = (
        {"action": "open_app", "target": "f"},
        {"action": "mute"},
    )

    assert [i.action for i in intents("f and hush", both)] == ["open_app", "mute"]
    assert intents("i like chrome", {"action": "none"}) == ()


@pytest.mark.parametrize(
    ("said", "given", "message"),
    [
        ("...", {"action": "mute"}, "utterance: expected words, found none"),
        ("a", (), "expected 1 to 4 commands, found 0"),
        ("a", ({"action": "mute"},) * 5, "expected 1 to 4 commands, found 5"),
        ("a", {}, 'expected an "action"'),
        ("a", {"action": 5}, 'expected an "action"'),
        ("a", {"action": "fly"}, 'no action is called "fly"'),
        ("a", ({"action": "mute"}, {"action": "none"}), 'no action is called "none"'),
        ("a", {"action": "none", "target": "a"}, 'no action is called "none"'),
        ("a", {"action": "mute", "level": "a"}, 'has no slot "level"; its slots: none'),
        ("a", {"action": "open_app"}, 'needs the slot "target"'),
        ("the figs", {"action": "open_app", "target": "fig"}, 'words of "the figs"'),
        ("a", {"action": "open_app", "target": ""}, 'words of "a", found ""'),
        ("a", {"action": "set_volume", "level": "a"}, "words for a number"),
        ("a", {"action": "set_volume", "level": 50}, 'words of "a", found "50"'),
        ("a", {"action": "snap_window", "side": "a"}, "expected one of left, right"),
    ],
)
def test_what_does_not_fit_the_catalogue_is_named(
    said: str, given: OneOrMore, message: str
) -> None:
    with pytest.raises(BadRequest, match=message):
        intents(said, given)


def test_all_that_is_wrong_is_named_at_once() -> None:
    with pytest.raises(BadRequest) as caught:
        intents("a", {"action": "send_message", "text": "b", "tone": "c"})

    assert str(caught.value).count(";") == 3
