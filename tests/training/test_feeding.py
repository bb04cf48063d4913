"""What the tuner is fed: every token of an answer once, and no other."""

from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer

from tests import tiny_base
from training.dataset import Example, write
from training.feeding import Batch, Rows, batches, tokenise
from whisperad.intent import Intent

SAID = ("mute", "open the window of the text editor", "be quiet now please", "quit it")


@pytest.fixture
def rows(tmp_path: Path) -> Rows:
    base = tiny_base.write_base(tmp_path / "base")
    examples = [Example(text, (Intent("mute"),), "mute") for text in SAID * 6]
    write(examples, tmp_path / "train.jsonl")
    tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
    return Rows(tmp_path / "train.jsonl", tokenizer)


def answers(batch: Batch) -> list[tuple[list[int], int]]:
    """Give what was read up to each place that counts, and what follows there."""
    width = batch.tokens.shape[1]
    return [
        (batch.tokens[place // width, : place % width + 1].tolist(), following)
        for place, following in zip(
            batch.places.tolist(), batch.following.tolist(), strict=True
        )
        if following >= 0
    ]


def test_each_token_of_an_answer_follows_what_is_before_it(rows: Rows) -> None:
    expected = sorted(
        (tokens[:place], tokens[place])
        for tokens, begin in rows
        for place in range(begin, len(tokens))
    )

    drawn = [b for (b,) in batches(rows, 4, 512, loop=False, share=(0, 1))]

    assert sorted(pair for batch in drawn for pair in answers(batch)) == expected
    assert all(batch.tokens.shape == (4, batch.tokens.shape[1]) for batch in drawn)


def test_processes_share_every_batch(rows: Rows) -> None:
    parts = []
    for share in ((0, 1), (0, 2), (1, 2)):
        np.random.seed(5)  # as the tuner does
        parts.extend(next(batches(rows, 4, 512, loop=True, share=share)))
    whole, first, second = map(answers, parts)

    assert sorted(first + second) == sorted(whole)
    assert first
    assert second


@pytest.mark.parametrize("parts", [2, 3, 9])
def test_parts_of_a_batch_have_all_of_its_rows(rows: Rows, parts: int) -> None:
    drawn = []
    for number in (1, parts):
        np.random.seed(5)
        given = batches(rows, 4, 512, loop=True, share=(0, 1), parts=number)
        drawn.append(next(given))
    (whole,), split = drawn

    assert len(split) == min(parts, 4)
    assert sorted(pair for part in split for pair in answers(part)) == sorted(
        answers(whole)
    )


def test_what_is_too_long_is_cut(rows: Rows) -> None:
    for (batch,) in batches(rows, 4, 9, loop=False, share=(0, 1)):
        assert batch.tokens.shape[1] == 8


def test_fewer_rows_than_a_batch_are_refused(rows: Rows) -> None:
    with pytest.raises(ValueError, match="24 rows for batches of 25"):
        next(batches(rows, 25, 512, loop=True, share=(0, 1)))


def test_prompt_and_answer_are_cut_as_they_are_served(tmp_path: Path) -> None:
    base = tiny_base.write_base(tmp_path / "base")
    tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))

    tokens, begin = tokenise(tokenizer, "Mute!", '{"action":"mute"}<|im_end|>')

    assert tokenizer.decode(tokens[:begin], skip_special_tokens=False).endswith(
        "assistant\n"
    )
    assert tokenizer.decode(tokens[begin:], skip_special_tokens=False) == (
        '{"action":"mute"}<|im_end|>'
    )
