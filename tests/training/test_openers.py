"""What people begin with, and what else they could have begun with."""

from random import Random

import pytest

from training import openers
from whisperad.phrases import Piece


def text(pieces: list[Piece]) -> str:
    return "".join(piece.text for piece in pieces)


def begun(words: str) -> set[str]:
    random = Random(1)
    return {text(openers.reopened([Piece(words)], random)) for _ in range(500)}


def test_who_needs_a_thing_wants_it_too() -> None:
    assert begun("i need a desk") >= {"give me a desk", "can i have a desk", "a desk"}


def test_who_wants_to_do_a_thing_asks_to_be_let() -> None:
    drawn = begun("i want to hear it")

    assert drawn >= {"let me hear it", "can i hear it", "hear it"}
    assert "give me hear it" not in drawn


def test_what_has_no_opener_stays() -> None:
    assert begun("i need to") == {"i need to"}
    assert begun("desk lamp") == {"desk lamp"}
    assert openers.reopened([Piece("red", "colour")], Random(1)) == [
        Piece("red", "colour")
    ]


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ("let me see the notes", "see the notes"),
        ("i'm in the office", "i'm in the office"),
        ("i need a desk", "i need a desk"),
    ],
)
def test_an_opener_before_a_verb_is_left_out(words: str, left: str) -> None:
    assert text(openers.without([Piece(words)])) == left


def test_a_state_is_told_in_other_words() -> None:
    random = Random(1)
    pieces = [Piece("the "), Piece("fish", "animal"), Piece(" is hungry")]

    drawn = {text(openers.restated(pieces, random)) for _ in range(200)}

    assert drawn >= {"the fish looks hungry", "the fish is very hungry"}
