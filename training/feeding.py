"""What the tuner is fed: rows as tokens, in batches of rows of about the same length.

The rows are tokenised here, by `whisperad.prompt`, and never by a chat template. Only
the tokens of answers are learnt, so only their places are scored: most of a row is the
question, and scoring a place costs as much as a layer.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from training.dataset import read_rows
from whisperad.prompt import completion_pieces, parse_completion, render
from whisperad.utterance import normalise

# Lengths are filled up to a multiple: memory of a size that was used before is quicker
# to get than some of a new size.
TOKENS_STEP, PLACES_STEP = 8, 64

Ints = NDArray[np.int32]


class Rows(Sequence[tuple[list[int], int]]):
    """Token ids of each example and where its answer begins."""

    def __init__(self, path: Path, tokenizer: Tokenizer) -> None:
        self._rows = [
            tokenise(tokenizer, utterance, completion)
            for utterance, completion in read_rows(path)
        ]

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, index: Any) -> Any:
        return self._rows[index]


class Batch(NamedTuple):
    """Some rows, and what follows where."""

    tokens: Ints  # rows by length; zeros after a row's own
    places: Ints  # where an answer's token follows, counted through all rows
    following: Ints  # the tokens that do; -1 at places that do not count


def tokenise(
    tokenizer: Tokenizer, utterance: str, completion: str
) -> tuple[list[int], int]:
    """Give prompt and answer as the daemon would feed them, and the prompt's length."""
    prompt = _encode(tokenizer, render(normalise(utterance)))
    answer = [
        token
        for piece in completion_pieces(parse_completion(completion))
        for token in _encode(tokenizer, piece)
    ]
    return [*prompt, *answer], len(prompt)


def batches(
    rows: Rows,
    size: int,
    most_tokens: int,
    *,
    loop: bool,
    share: tuple[int, int],
    parts: int = 1,
) -> Iterator[list[Batch]]:
    """Give batches of `size` rows in an order that numpy's `random` draws.

    Without end if `loop` is set. `share` is (number, count) of the processes that each
    take their rows of every batch; these are given in as many as `parts`. Raises
    `ValueError` if there are too few rows.
    """
    number, count = share
    if len(rows) < size or size % count:
        raise ValueError(f"{len(rows)} rows for batches of {size}, by {count} at once")
    by_length = sorted(range(len(rows)), key=lambda at: len(rows[at][0]))
    begins = range(0, len(rows) - size + 1, size)
    while True:
        for place in np.random.permutation(len(begins)):
            begin = begins[place]
            taken = [
                rows[at] for at in by_length[begin + number : begin + size : count]
            ]
            some = (taken[part::parts] for part in range(min(parts, len(taken))))
            yield [_batch(part, most_tokens) for part in some]
        if not loop:
            return


def _batch(rows: list[tuple[list[int], int]], most_tokens: int) -> Batch:
    cut = [(tokens[:most_tokens], begin) for tokens, begin in rows]
    width = _filled(max(len(tokens) - 1 for tokens, _ in cut), TOKENS_STEP)
    read = np.zeros((len(cut), width), np.int32)
    places: list[int] = []
    following: list[int] = []
    for number, (tokens, begin) in enumerate(cut):
        read[number, : len(tokens) - 1] = tokens[:-1]
        places += range(number * width + begin - 1, number * width + len(tokens) - 1)
        following += tokens[begin:]
    unused = _filled(len(places), PLACES_STEP) - len(places)
    return Batch(
        read,
        np.array(places + [0] * unused, np.int32),
        np.array(following + [-1] * unused, np.int32),
    )


def _filled(number: int, step: int) -> int:
    return -(-number // step) * step


def _encode(tokenizer: Tokenizer, text: str) -> list[int]:
    ids: list[int] = tokenizer.encode(text, add_special_tokens=False).ids
    return ids
