"""Words for slots: short ones, made-up ones, and whole dictations."""

from collections import Counter
from pathlib import Path
from random import Random

import pytest

from training.samples import Samples
from training.templates import none_phrases, of_refusals
from whisperad.catalogue import SHIPPED
from whisperad.errors import BadConfig
from whisperad.pack import Slot


def test_some_texts_are_sentences_one_after_the_other() -> None:
    samples, random = Samples(SHIPPED), Random(1)
    slot = Slot(type="text", samples="note_texts")

    lengths = Counter(len(samples.fill(slot, random).split()) > 15 for _ in range(2000))

    assert 0.1 < lengths[True] / 2000 < 0.4


def test_names_are_never_dictated() -> None:
    samples, random = Samples(SHIPPED), Random(1)
    slot = Slot(type="app")

    assert max(len(samples.fill(slot, random).split()) for _ in range(2000)) < 8


def test_a_file_of_no_commands_may_be_drawn_from_more_often(tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    (tmp_path / "none" / "a.toml").write_text('phrases = ["one thing"]\n')
    (tmp_path / "none" / "b.toml").write_text('weight = 7\nphrases = ["another"]\n')

    assert [p.weight for p in none_phrases(tmp_path)] == [1, 7]
    splits = [of_refusals(tmp_path, split) for split in ("train", "valid", "test")]
    assert sum(map(len, splits)) == 2


def test_entries_of_several_words_are_known(tmp_path: Path) -> None:
    (tmp_path / "samples").mkdir()
    (tmp_path / "samples" / "a.toml").write_text(
        'sites = ["example", "web dot example dot org", "(a|b) site"]\n'
    )

    assert Samples(tmp_path).entries("sites") == ["example", "web dot example dot org"]


@pytest.mark.parametrize(
    "file",
    [
        'phrases = ["a"]\nweight = 0\n',
        'phrases = ["a"]\nweight = "much"\n',
        'phrases = ["a"]\nwieght = 2\n',
        'phrases = "a"\n',
        "phrases = [1]\n",
        'phrases = ["a (b"]\n',
        "",
    ],
)
def test_a_wrong_file_of_no_commands_is_named(tmp_path: Path, file: str) -> None:
    (tmp_path / "none").mkdir()
    (tmp_path / "none" / "odd.toml").write_text(file)

    with pytest.raises(BadConfig, match=r"odd\.toml"):
        none_phrases(tmp_path)


def test_a_text_of_a_users_own_may_be_anything() -> None:
    samples, random = Samples(SHIPPED), Random(1)

    drawn = {samples.fill_own(Slot(type="text"), random) for _ in range(20_000)}

    assert drawn >= {"tomorrow", "milk", "dentist", "monday"}
    assert "on monday" not in drawn


def test_a_text_whose_words_are_listed_is_drawn_from_these() -> None:
    samples, random = Samples(SHIPPED), Random(1)
    slot = Slot(type="text", samples="owners", examples=("some team",))

    drawn = {samples.fill_own(slot, random) for _ in range(1000)}

    assert "some team" in drawn
    assert "milk" not in drawn
