"""Rows of a user's own actions: some of each, no two alike, and the same each time."""

from collections import Counter
from pathlib import Path

import pytest

from tests.training import small_config
from training import own_actions
from training.dataset import Example
from training.generate import Generator
from whisperad import catalogue as catalogues
from whisperad.catalogue import Catalogue
from whisperad.intent import Intent

PACK = """
pack = "mine"

[[action]]
id = "print_label"
slots = { text = { type = "text", samples = "fruits" } }
phrases = ["print a label {text}", "label saying {text}", "make a label for {text}"]
linux = { argv = ["true", "{text}"] }
macos = { argv = ["true", "{text}"] }

[[action]]
id = "feed_fish"
phrases = ["feed the fish", "the fish are hungry", "give the fish some food"]
linux = { argv = ["true"] }
macos = { argv = ["true"] }

[[action]]
id = "mute"
phrases = ["not a sound from the fish", "let the fish sleep", "quiet for the fish"]
"""
NAMES = frozenset({"print_label", "feed_fish", "mute"})


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    """Give a folder of shipped files."""
    _, folder = small_config.write(tmp_path / "config")
    return folder


@pytest.fixture
def catalogue(shipped: Path, tmp_path: Path) -> Catalogue:
    """Give a catalogue with two actions of a user's own, and their words for another."""
    folder = tmp_path / "user" / "actions"
    folder.mkdir(parents=True)
    (folder / "mine.toml").write_text(PACK)
    return catalogues.load(shipped, folder.parent)


def test_an_action_whose_phrases_are_a_users_is_their_own(
    catalogue: Catalogue, shipped: Path
) -> None:
    assert own_actions.ids(catalogue, shipped) == NAMES


@pytest.fixture
def drawing(catalogue: Catalogue, shipped: Path) -> Generator:
    """Give what draws all that these actions and ours have."""
    return Generator(catalogue, shipped, "test")


def test_each_action_has_rows_and_they_are_the_same_each_time(
    drawing: Generator,
) -> None:
    found = own_actions.examples(drawing, NAMES, ())
    counts = Counter(example.intents[0].action for example in found)

    assert set(counts) == NAMES
    assert all(5 < count <= own_actions.ROWS for count in counts.values())
    assert len({example.utterance for example in found}) == len(found)
    assert own_actions.examples(drawing, NAMES, ()) == found


def test_what_was_taught_is_no_row(drawing: Generator) -> None:
    said = own_actions.examples(drawing, NAMES, ())[0].utterance
    taught = (Example(said, (Intent("mute"),), "taught"),)

    assert said not in {
        e.utterance for e in own_actions.examples(drawing, NAMES, taught)
    }


def test_without_own_actions_there_are_no_rows(drawing: Generator) -> None:
    assert own_actions.examples(drawing, frozenset(), ()) == []
