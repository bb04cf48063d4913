"""The phrases of an action, packed."""

import pytest

from whisperad.action import Phrases
from whisperad.pack import Say

GIVEN: tuple[str | Say, ...] = ("open {app}", Say("all café", {"side": "left"}, 3), "x")


@pytest.mark.parametrize("entries", [GIVEN, GIVEN[1:2], ("",), ()])
def test_phrases_are_the_same_in_less_memory(entries: tuple[str | Say, ...]) -> None:
    phrases = Phrases("a.toml", entries)
    before = tuple(phrases)
    phrases.shrink()
    phrases.shrink()

    assert tuple(phrases) == before
    assert len(phrases) == len(before) == len(entries)
    assert [phrase.template for phrase in phrases] == [
        entry.say if isinstance(entry, Say) else entry for entry in entries
    ]
    assert all(phrase.file == "a.toml" for phrase in phrases)
