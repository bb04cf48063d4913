"""Compounds: which verb of a wording is said once for two."""

import pytest

from training.compounds import shared_verb
from whisperad.phrases import Piece


@pytest.mark.parametrize(
    ("wording", "verb"),
    [
        ("open the calendar", "open "),
        ("turn off the wi-fi", "turn off "),
        ("set up a vpn", "set up "),
        ("shut down the database", "shut down "),
        ("open up the task manager", "open up "),
        ("connect to the vpn", "connect to "),
        ("show me my notifications", "show me "),
        ("tell me how full the disk is", "tell me "),
        ("what's the time", "what's the "),
        ("take a screenshot", "take a "),
        ("turn on", None),
        ("lock in the changes", None),
        ("get rid of old packages", None),
        ("mute me i'm eating", None),
        ("check how full the disk is", None),
        ("put plug in it now", None),
        ("copy everything and close it", None),
        ("dim the lights", None),
    ],
)
def test_a_verb_of_one_or_two_words_is_shared(wording: str, verb: str | None) -> None:
    assert shared_verb([Piece(wording)]) == verb


def test_a_name_may_follow_the_verb() -> None:
    assert shared_verb([Piece("open "), Piece("chrome", "app")]) == "open "
    assert shared_verb([Piece("chrome", "app"), Piece(" open")]) is None
