"""Literals are looked up by their hash, and those of two meanings have none."""

from whisperad.intent import Intent
from whisperad.literals import Literals

MUTE = Intent("mute", {})
LOUD = Intent("set", {"level": "loud"})


def test_a_text_has_the_intent_that_it_was_given() -> None:
    texts = [(f"zig {number}", MUTE) for number in range(500)]
    known = Literals([*texts, ("zag", LOUD), ("zig 7", Intent("mute", {}))])

    assert all(known.meanings(text) == [MUTE] for text, _ in texts)
    assert known.meanings("zag") == [LOUD]
    assert known.meanings("zig 500") == []
    assert Literals([]).meanings("zag") == []


def test_a_text_of_two_intents_or_of_none_is_in_doubt() -> None:
    known = Literals([("zig", MUTE), ("zag", None), ("zig", LOUD), ("zig", MUTE)])

    assert known.meanings("zig") == [None]
    assert known.meanings("zag") == [None]
