"""Templates of any shape give their words and what stands side by side in them."""

import pytest

from whisperad.adjacency import EDGE, Reader

_RULES = {"start": "(open|launch|<again>)", "again": "<start> again", "maybe": "[now]"}


@pytest.mark.parametrize(
    ("template", "pairs"),
    [
        ("mute it", {(EDGE, "mute"), ("mute", "it"), ("it", EDGE)}),
        ("(a|b) c", {(EDGE, "a"), (EDGE, "b"), ("a", "c"), ("b", "c"), ("c", EDGE)}),
        ("a [b] c", {(EDGE, "a"), ("a", "b"), ("a", "c"), ("b", "c"), ("c", EDGE)}),
        ("a (b|)", {(EDGE, "a"), ("a", "b"), ("a", EDGE), ("b", EDGE)}),
        ("a <maybe>", {(EDGE, "a"), ("a", "now"), ("a", EDGE), ("now", EDGE)}),
        ("<maybe> a", {(EDGE, "now"), ("now", "a"), (EDGE, "a"), ("a", EDGE)}),
        ("a ) b", {(EDGE, "a"), ("a", "b"), ("b", EDGE)}),
    ],
)
def test_pairs_are_what_can_stand_side_by_side(
    template: str, pairs: set[tuple[str, str]]
) -> None:
    read = Reader(_RULES).read(template)

    assert read.pairs == pairs
    assert read.words == {word for pair in pairs for word in pair} - {EDGE}
    assert not read.beside


def test_pairs_that_a_slot_is_in_are_given_apart() -> None:
    read = Reader(_RULES).read("open {app} on {screen}")

    assert read.beside == {
        ("open", "{app}"),
        ("{app}", "on"),
        ("on", "{screen}"),
        ("{screen}", EDGE),
    }
    assert read.pairs == {(EDGE, "open")}


def test_a_rule_gives_its_words_to_each_template_that_names_it() -> None:
    reader = Reader(_RULES)
    first, second = reader.read("<start> it"), reader.read("please <start>")

    assert first.words == {"open", "launch", "again", "it"}
    assert second.words == {"open", "launch", "again", "please"}
    assert ("launch", "it") in first.pairs
    assert ("please", "launch") in second.pairs
    assert (EDGE, "launch") not in second.pairs
