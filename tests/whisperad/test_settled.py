"""Settled wordings: a sampled wording is dropped where it is another action's."""

import pytest

from whisperad.pack import Slot
from whisperad.phrases import Piece
from whisperad.settled import belongs

SETTLED = {"hush": "mute", "who owns {host}": "none", "go up now": "scroll"}
SIDE = {"s": Slot("choice", values=("up", "down"))}


@pytest.mark.parametrize(
    ("action", "pieces", "slots", "expected"),
    [
        ("mute", [Piece("hush")], {}, True),
        ("stop", [Piece("hush")], {}, False),
        ("stop", [Piece("Hush")], {}, False),
        ("stop", [Piece("hush now")], {}, True),
        (
            "whois",
            [Piece("who owns "), Piece("x.org", "h")],
            {"h": Slot("host")},
            False,
        ),
        ("app", [Piece("who owns "), Piece("x.org", "h")], {"h": Slot("app")}, True),
        ("none", [Piece("who owns "), Piece("x.org", "sites")], {}, True),
        ("move", [Piece("go "), Piece("up", "s"), Piece(" now")], SIDE, False),
        ("move", [Piece("go "), Piece("down", "s"), Piece(" now")], SIDE, True),
    ],
)
def test_a_wording_belongs_to_one_action(
    action: str, pieces: list[Piece], slots: dict[str, Slot], expected: bool
) -> None:
    assert belongs(SETTLED, action, pieces, slots) == expected
