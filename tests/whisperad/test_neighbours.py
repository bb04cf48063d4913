"""The words beside a slot are read from templates of any shape."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whisperad.adjacency import EDGE, Reader, counted
from whisperad.neighbours import Neighbours

_RULES = {"start": "(open|launch|<again>)", "again": "<start> again"}


@pytest.mark.parametrize(
    ("template", "before", "after"),
    [
        ("open {x} now", {"open"}, {"now"}),
        ("{x}", {EDGE}, {EDGE}),
        ("open [up] [the] {x} [app|please]", {"open", "up", "the"}, {"app", "please", EDGE}),
        ("<start> {x}", {"open", "launch", "again"}, {EDGE}),
        ("(move;{x};there)", {EDGE}, {EDGE}),
        ("tell {y} {x}", set(), {EDGE}),
        ("<missing> {x}", {EDGE}, {EDGE}),
    ],
)  # fmt: skip
def test_words_beside_a_slot_are_found(
    template: str, before: set[str], after: set[str]
) -> None:
    found = Neighbours.of(counted([Reader(_RULES).read(template)]))
    words = {EDGE, "open", "up", "the", "now", "launch", "again", "app", "please"}

    assert {word for word in words if found.before("x", word)} == before
    assert {word for word in words if found.after("x", word)} == after


def test_a_word_counts_by_how_often_it_is_beside_the_slot() -> None:
    said = ("send it to {x}", "do it to it", "to {x}")
    found = Neighbours.of(counted(map(Reader({}).read, said)))

    assert found.before("x", "to") == pytest.approx(2 / 3)
    assert found.before("x", "it") == 0
    assert found.before("y", "to") == 0


@given(st.text(alphabet="ab {}<>()[]|;", max_size=30))
def test_any_template_can_be_read(template: str) -> None:
    Neighbours.of(counted([Reader({"a": template}).read(template)]))
