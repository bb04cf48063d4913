"""Names said before a command or after it, and a pronoun in their place."""

from random import Random

import pytest

from training.topics import named_apart
from whisperad.pack import Slot
from whisperad.phrases import Piece

SLOTS = {
    "target": Slot("app"),
    "container": Slot("text", spelt=True),
    "query": Slot("text"),
    "level": Slot("percent"),
}


def said(*pieces: Piece) -> set[str]:
    """Give all that a wording becomes."""
    drawn = (named_apart(pieces, SLOTS, Random(n)) for n in range(6000))
    return {"".join(piece.text for piece in found) for found in drawn}


@pytest.mark.parametrize(
    ("pieces", "wanted"),
    [
        ((Piece("open "), Piece("slack", "target")), "slack, open it"),
        ((Piece("open "), Piece("slack", "target")), "open it, i mean slack"),
        (
            (Piece("shut down "), Piece("slack", "target"), Piece(" for now")),
            "you know slack, shut it down for now",
        ),
        (
            (Piece("stop the container "), Piece("db", "container")),
            "db, stop that container",
        ),
        (
            (Piece("quit the "), Piece("slack", "target"), Piece(" app please")),
            "slack, quit that app please",
        ),
    ],
)
def test_a_name_is_said_apart(pieces: tuple[Piece, ...], wanted: str) -> None:
    assert wanted in said(*pieces)
    assert "".join(piece.text for piece in pieces) in said(*pieces)


@pytest.mark.parametrize(
    "pieces",
    [
        (Piece("search for "), Piece("salt", "query")),
        (Piece("set the volume to "), Piece("30", "level")),
        (Piece("could there be "), Piece("slack", "target")),
        (Piece("get me into "), Piece("slack", "target")),
        (Piece("open "), Piece("slack", "target"), Piece(" settings")),
        (Piece("slack", "target"), Piece(" please")),
        (Piece("mute it"),),
    ],
)
def test_where_a_pronoun_would_say_nothing_the_name_stays(
    pieces: tuple[Piece, ...],
) -> None:
    assert said(*pieces) == {"".join(piece.text for piece in pieces)}


def test_the_words_of_a_slot_stay_those_of_the_slot() -> None:
    pieces = (Piece("open "), Piece("visual studio code", "target"))
    for number in range(100):
        found = named_apart(pieces, SLOTS, Random(number))
        assert [p.text for p in found if p.slot == "target"] == ["visual studio code"]
