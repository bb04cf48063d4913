"""Nouns with other articles, and turned round."""

from random import Random

from training import nouns
from whisperad.phrases import Piece


def text(pieces: list[Piece]) -> str:
    return "".join(piece.text for piece in pieces)


def test_two_nouns_are_turned_round_and_back() -> None:
    random = Random(2)

    there = {
        text(nouns.recompounded([Piece("set the desk lamp")], {"lamp"}, random))
        for _ in range(200)
    }
    back = {
        text(nouns.recompounded([Piece("the lamp on my desk")], {"lamp"}, random))
        for _ in range(20)
    }

    assert {"set the lamp on the desk", "set the lamp of the desk"} <= there
    assert back == {"the lamp on my desk", "the desk lamp"}


def test_articles_take_the_place_of_others() -> None:
    random, notes = Random(2), [Piece("open the notes")]

    drawn = {
        text(nouns.determined(notes, {"notes"}, nouns.ARTICLES, random))
        for _ in range(100)
    }

    assert {"open my notes", "open the notes", "open our notes"} <= drawn
    assert not any("the my" in said or "my the" in said for said in drawn)
