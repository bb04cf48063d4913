"""The dataset: reproducible, disjoint by template, true to what is served."""

from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from tokenizers import Tokenizer

from training.dataset import read_rows, write
from training.feeding import tokenise
from training.generate import Generator
from training.templates import Split
from whisperad import catalogue as catalogues
from whisperad.catalogue import SHIPPED, Catalogue
from whisperad.errors import BadConfig
from whisperad.prompt import render, render_completion
from whisperad.settings import EMBEDDED_MODEL
from whisperad.utterance import normalise


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return catalogues.load(SHIPPED)


@pytest.fixture(scope="module")
def train(catalogue: Catalogue) -> Generator:
    return Generator(catalogue, SHIPPED, "train")


def test_same_config_and_seed_give_the_same_bytes(
    train: Generator, tmp_path: Path
) -> None:
    first = write(train.examples(500, seed=3), tmp_path / "a.jsonl")
    second = write(train.examples(500, seed=3), tmp_path / "b.jsonl")
    other = write(train.examples(500, seed=4), tmp_path / "c.jsonl")

    assert first == second
    assert (tmp_path / "a.jsonl").read_bytes() == (tmp_path / "b.jsonl").read_bytes()
    assert first != other


def test_a_generator_made_of_another_draws_what_one_made_anew_does(
    catalogue: Catalogue, train: Generator
) -> None:
    anew = Generator(catalogue, SHIPPED, "valid")

    assert list(train.other("valid").examples(300, 5)) == list(anew.examples(300, 5))


def test_only_the_actions_that_are_asked_for_are_drawn(train: Generator) -> None:
    drawn = train.other("test", {"mute_volume", "open_app"}).examples(200, 1)

    actions = {intent.action for example in drawn for intent in example.intents}
    assert actions == {"mute_volume", "open_app"}


def test_splits_share_no_template(train: Generator) -> None:
    seen = {e.template for e in train.examples(8000, 1) if len(e.intents) == 1}
    splits: tuple[Split, ...] = ("valid", "test")
    for split in splits:
        held_out = train.other(split).examples(2000, 1)
        others = {e.template for e in held_out if len(e.intents) == 1}

        assert others
        assert not seen & others


pytestmark = pytest.mark.timeout(60)  # parsing all phrases takes seconds


def test_some_utterances_are_several_commands(
    catalogue: Catalogue, train: Generator
) -> None:
    drawn = [e for e in train.examples(6000, 2) if len(e.intents) > 1]

    assert 150 < len(drawn) < 600
    assert {e.template for e in drawn} == {"joined", "listed", "carried"}
    assert {len(e.intents) for e in drawn} == {2, 3, 4}
    for example in drawn:
        text = normalise(example.utterance).text
        for intent in example.intents:
            slots = catalogue.actions[intent.action].slots
            for name, value in intent.slots.items():
                assert value in (slots[name].values or text)


def test_names_in_a_list_share_their_verb(
    catalogue: Catalogue, train: Generator
) -> None:
    listed = [e for e in train.examples(6000, 3) if e.template == "listed"]

    assert listed
    for example in listed:
        (action,) = {intent.action for intent in example.intents}
        assert len(catalogue.actions[action].slots) == 1


def test_every_action_is_in_train_and_a_quarter_is_no_command(
    catalogue: Catalogue, train: Generator
) -> None:
    counts = Counter(e.intents[0].action for e in train.examples(12_000, 5))

    assert set(counts) == {*catalogue.actions, "none"}
    assert 0.2 < counts["none"] / 12_000 < 0.28


def test_slots_are_words_of_the_utterance(
    catalogue: Catalogue, train: Generator
) -> None:
    for example in train.examples(3000, 6):
        text = normalise(example.utterance).text
        for intent in example.intents:
            for name, value in intent.slots.items():
                slot = catalogue.actions[intent.action].slots[name]

                assert value in (slot.values if slot.type == "choice" else text)


def test_training_ids_begin_with_the_ids_that_are_served(
    train: Generator, tmp_path: Path
) -> None:
    tokenizer = Tokenizer.from_file(str(EMBEDDED_MODEL / "tokenizer.json"))
    write(train.examples(50, seed=8), tmp_path / "train.jsonl")
    for utterance, completion in read_rows(tmp_path / "train.jsonl"):
        ids, prompt = tokenise(tokenizer, utterance, completion)
        served = tokenizer.encode(render(normalise(utterance))).ids

        assert ids[:prompt] == served
        assert tokenizer.decode(ids[prompt:], skip_special_tokens=False) == completion


def test_a_row_reads_back_as_it_was_made(train: Generator, tmp_path: Path) -> None:
    write(train.examples(40, seed=9), tmp_path / "train.jsonl")
    expected = [
        (e.utterance, render_completion(e.intents)) for e in train.examples(40, 9)
    ]

    assert list(read_rows(tmp_path / "train.jsonl")) == expected


def test_a_broken_row_is_named(tmp_path: Path) -> None:
    (tmp_path / "train.jsonl").write_text('{"messages":[]}\n')

    with pytest.raises(BadConfig, match=r"train\.jsonl:1"):
        list(read_rows(tmp_path / "train.jsonl"))


def test_commands_that_belong_together_stand_among_others(
    catalogue: Catalogue, train: Generator
) -> None:
    several = [e for e in train.examples(8000, 4) if len(e.intents) > 2]

    pairs = [
        e
        for e in several
        if e.template == "joined"
        and any(
            one.action == two.action and one.slots for one, two in pairwise(e.intents)
        )
        and len({intent.action for intent in e.intents}) > 1
    ]
    assert len(pairs) > 10
    for example in several:
        text = normalise(example.utterance).text
        for intent in example.intents:
            spans = {
                value
                for name, value in intent.slots.items()
                if catalogue.actions[intent.action].slots[name].type != "choice"
            }
            assert all(span in text for span in spans)
