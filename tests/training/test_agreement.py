"""Agreement: prepositions and articles before values."""

import pytest

from training.agreement import agree
from whisperad.pack import Slot
from whisperad.phrases import Piece

SLOTS = {
    "time": Slot(type="text", samples="reminder_times"),
    "folder": Slot(type="folder"),
    "text": Slot(type="text", samples="messages"),
}


@pytest.mark.parametrize(
    ("before", "value", "said"),
    [
        ("remind me at ", "in ten minutes", "remind me in ten minutes"),
        ("remind me at ", "at 5", "remind me at 5"),
        ("plan it for ", "in 5 minutes", "plan it in 5 minutes"),
        ("plan it for ", "tomorrow", "plan it for tomorrow"),
        ("plan it on ", "tomorrow", "plan it tomorrow"),
        ("plan it at ", "on friday at 9", "plan it on friday at 9"),
        ("plan it at ", "friday", "plan it on friday"),
        ("wake me on ", "9 am", "wake me at 9 am"),
        ("wake me at ", "half past six", "wake me at half past six"),
        ("plan it at ", "an hour from now", "plan it an hour from now"),
        ("move it to ", "on friday", "move it to friday"),
        ("plan it on ", "the second of may", "plan it on the second of may"),
        ("plan it at ", "the day after tomorrow", "plan it the day after tomorrow"),
        ("at ", "tomorrow", "tomorrow"),
    ],
)
def test_one_preposition_stands_before_a_time(
    before: str, value: str, said: str
) -> None:
    pieces = agree([Piece(before), Piece(value, "time")], SLOTS)

    assert "".join(piece.text for piece in pieces) == said
    assert all(piece.text for piece in pieces)


@pytest.mark.parametrize("slot", ["folder", "text"])
def test_one_article_stands_before_a_name(slot: str) -> None:
    named = agree([Piece("open the "), Piece("my videos", slot)], SLOTS)

    assert named == [Piece("open "), Piece("my videos", slot)]
