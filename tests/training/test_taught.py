"""What was taught is in every dataset's train split, and in no other."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.training import small_config, trainer
from training import retrain, taught
from training.generate import Generator
from training.taught import Taught
from whisperad.catalogue import Catalogue, load
from whisperad.intent import NOT_A_COMMAND, Intent
from whisperad.protocol import Said
from whisperad.taught import Taught as Lessons
from whisperad.utterance import normalise

ROWS = 300

Config = tuple[Catalogue, Path]


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return small_config.write(tmp_path / "config")


@pytest.fixture
def lessons(tmp_path: Path) -> Iterator[Lessons]:
    kept = Lessons(tmp_path / "data")
    yield kept
    kept.close()


def common(config: Config) -> str:
    """Give an utterance that the test split has again and again."""
    said = [e.utterance for e in Generator(*config, "test").examples(500, 3)]
    return max(said, key=said.count)


def split(folder: Path, name: str) -> list[tuple[str, str]]:
    lines = (folder / f"{name}.jsonl").read_text().splitlines()
    messages = [json.loads(line)["messages"] for line in lines]
    return [(user["content"], assistant["content"]) for user, assistant in messages]


def kept(config: Config, lessons: Lessons, tmp_path: Path) -> Taught:
    catalogue, _ = config
    lessons.teach(normalise("Quiet, Polly"), {"action": "mute"}, catalogue)
    lessons.teach(normalise(common(config)), {"action": "none"}, catalogue)
    return taught.examples(tmp_path / "data", catalogue)


def test_it_is_read_as_examples(
    config: Config, lessons: Lessons, tmp_path: Path
) -> None:
    found = kept(config, lessons, tmp_path)

    assert [(e.utterance, e.intents) for e in found] == [
        ("Quiet, Polly", (Intent("mute"),)),
        (common(config), (NOT_A_COMMAND,)),
    ]


def test_it_is_in_train_several_times_and_nowhere_else(
    config: Config, lessons: Lessons, tmp_path: Path
) -> None:
    contrary = common(config)
    retrain.generate(*config, tmp_path / "plain", ROWS, 1)
    retrain.generate(
        *config, tmp_path / "with", ROWS, 1, kept(config, lessons, tmp_path)
    )
    train = split(tmp_path / "with", "train")
    before = {said for said, _ in split(tmp_path / "plain", "test")}
    test = {normalise(said).text for said, _ in split(tmp_path / "with", "test")}
    valid = {normalise(said).text for said, _ in split(tmp_path / "with", "valid")}

    assert contrary in before
    assert train.count(("Quiet, Polly", '{"action":"mute"}')) == 15
    meant = [answer for said, answer in train if normalise(said).text == contrary]
    assert meant == ['{"action":"none"}'] * 15
    assert not {"quiet, polly", contrary} & (test | valid)
    assert len(train) == ROWS + 30
    assert len(split(tmp_path / "with", "test")) == retrain.HELD_ROWS


def test_a_dataset_is_made_anew_when_something_was_taught(
    config: Config, lessons: Lessons, tmp_path: Path
) -> None:
    examples = kept(config, lessons, tmp_path)
    first = retrain.generate(*config, tmp_path / "set", ROWS, 1)
    more = retrain.generate(*config, tmp_path / "set", ROWS, 1, examples)
    again = retrain.generate(*config, tmp_path / "set", ROWS, 1, examples)
    back = retrain.generate(*config, tmp_path / "set", ROWS, 1)

    assert first.hash != more.hash == again.hash
    assert back == first


def test_what_the_catalogue_no_longer_has_is_left_out(
    config: Config, lessons: Lessons, tmp_path: Path
) -> None:
    catalogue, folder = config
    kept(config, lessons, tmp_path)
    actions = {name: a for name, a in catalogue.actions.items() if name != "mute"}
    smaller = Catalogue(
        actions, catalogue.packs, catalogue.rules, catalogue.names, {}, "0" * 16
    )

    assert folder.is_dir()
    assert [e.utterance for e in taught.examples(tmp_path / "data", smaller)] == [
        common(config)
    ]


@pytest.mark.timeout(120)  # the whole catalogue is drawn from
def test_whispera_train_generate_has_it(short_dir: Path) -> None:
    lessons = Lessons(short_dir / "data")
    given: Said = {"action": "open_app", "target": "f"}
    lessons.teach(normalise("bring me the f"), given, load())
    lessons.close()
    done = trainer.run(short_dir, "generate", "--rows", "400")
    train = split(short_dir / "data" / "dataset", "train")

    assert done.returncode == 0, done.stderr
    assert "taught utterances beside them: 1" in done.stdout
    wanted = ("bring me the f", '{"action":"open_app","target":"f"}')
    assert train.count(wanted) == 30
