"""Phrasing: how people ask, hesitate and leave words out."""

import re
from random import Random

import pytest

from training.imperatives import is_imperative
from training.phrasing import disturb
from whisperad.phrases import Piece

ASKED = re.compile(r"\b(can|could|would|will) (you|we)\b|\bi(?:'d|d| would) like\b")


def _said(pieces: list[Piece], count: int = 4000) -> list[str]:
    random = Random(1)
    drawn = (disturb(list(pieces), random, open_end=False) for _ in range(count))
    return ["".join(piece.text for piece in pieces) for pieces in drawn]


@pytest.mark.parametrize(
    "wording",
    [
        "open the calendar",
        "turn it up",
        "show me what is running",
        "play",
        "set up a vpn",
    ],
)
def test_what_tells_somebody_to_do_something_is_imperative(wording: str) -> None:
    assert is_imperative([Piece(wording)])


@pytest.mark.parametrize(
    "wording",
    [
        "i can't see a thing",
        "what's the time",
        "battery status",
        "too dark",
        "the volume down",
        "display brightness should go up",
        "ready for bed",
        "do i have anything on",
    ],
)
def test_nobody_is_asked_to_do_what_is_no_imperative(wording: str) -> None:
    assert not is_imperative([Piece(wording)])
    assert not [said for said in _said([Piece(wording)]) if ASKED.search(said)]


def test_an_imperative_is_often_asked_for_politely() -> None:
    said = _said([Piece("open the calendar")])

    assert 0.05 < sum(map(bool, map(ASKED.search, said))) / len(said) < 0.3


def test_some_hesitate_and_some_begin_anew() -> None:
    said = _said([Piece("open "), Piece("chrome", "app")])
    within = re.compile(r"\bopen\W+(uh|um|er|erm|uhm|hmm|ah),? ")

    assert 0.01 < sum(bool(within.search(text)) for text in said) / len(said) < 0.05
    assert [text for text in said if re.search(r"open\W+(uh|um),? open chrome", text)]


def test_a_word_left_out_leaves_one_blank() -> None:
    wordings = [Piece("some noise at the door of "), Piece("mum", "name")]

    for said in _said(wordings):
        assert "  " not in said
        assert said == said.strip()
