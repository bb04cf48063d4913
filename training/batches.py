"""Batches for pretraining: fresh examples for every step, drawn beside the training.

A process of its own draws and tokenises, seeded by the number of the chunk, so that a
resumed run goes on with what it would have seen.
"""

import math
import multiprocessing
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import torch
from tokenizers import Tokenizer

from training.dataset import Example
from training.generate import Generator
from training.templates import Split
from whisperad import catalogue
from whisperad.intent import NONE
from whisperad.prompt import completion_pieces, render, render_completion
from whisperad.utterance import normalise

CHUNK = 8192  # examples drawn and sorted by length together
PREFIX_TOKENS = 2  # of the prompt and the first word: nothing foretells them
# Rows that spell out what is one token otherwise: the actions of a user's own, added
# later, can only be spelt, with tokens that would never have been the answer before.
SPELT = 0.06
UTTERANCE_WEIGHT = 0.3  # of the loss on a sampled word said, beside 1 on the answer

_KEY = '","'  # how every key begins

Row = tuple[list[int], int]  # token ids; where the answer begins


class Drawn(NamedTuple):
    """What decides the examples of a run, beside the config folder."""

    steps: int
    batch: int
    seed: int


def rows(
    config: Path, split: Split, count: int, seed: int, tokenizer: Tokenizer
) -> Iterator[Row]:
    """Draw examples and cut them into tokens."""
    generator = Generator(catalogue.load(config), config, split)
    for example in generator.examples(count, seed):
        yield _row(example, tokenizer)


def batches(
    config: Path, tokenizer: Path, drawn: Drawn, first: int
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Give (batch, length) token ids and the weight of each as a target, for ever.

    `first` is the step to go on with.
    """
    context = multiprocessing.get_context("spawn")
    queue: Any = context.Queue(maxsize=3)
    worker = context.Process(
        target=_draw_chunks, args=(config, tokenizer, drawn, first, queue), daemon=True
    )
    worker.start()
    skip = first % (CHUNK // drawn.batch)
    while True:
        for batch in queue.get()[skip:]:
            yield pad(batch)
        skip = 0


def pad(some: list[Row]) -> tuple[torch.Tensor, torch.Tensor]:
    """Give (rows, longest) token ids and the weight of each as a target."""
    length = max(len(ids) for ids, _ in some)
    tokens = torch.zeros(len(some), length, dtype=torch.long)
    weights = torch.zeros(len(some), length)
    for number, (ids, prompt) in enumerate(some):
        tokens[number, : len(ids)] = torch.tensor(ids)
        weights[number, PREFIX_TOKENS : len(ids)] = UTTERANCE_WEIGHT
        weights[number, prompt : len(ids)] = 1.0
    return tokens, weights


def _draw_chunks(
    config: Path, tokenizer: Path, drawn: Drawn, first: int, queue: Any
) -> None:
    cutter = Tokenizer.from_file(str(tokenizer))
    generator = Generator(catalogue.load(config), config, "train")
    per_chunk = CHUNK // drawn.batch
    for number in range(first // per_chunk, math.ceil(drawn.steps / per_chunk)):
        examples = generator.examples(CHUNK, drawn.seed * 1_000_003 + number)
        random = Random(number)
        chunk = [
            _row(example, cutter, random if random.random() < SPELT else None)
            for example in examples
        ]
        chunk.sort(key=lambda row: len(row[0]) + random.random() * 4)
        cut = [chunk[i : i + drawn.batch] for i in range(0, CHUNK, drawn.batch)]
        random.shuffle(cut)
        queue.put(cut)


def _row(example: Example, tokenizer: Tokenizer, spelling: Random | None = None) -> Row:
    prompt = tokenizer.encode(render(normalise(example.utterance))).ids
    if spelling is None:
        answer = tokenizer.encode(render_completion(example.intents)).ids
    else:
        answer = _spelt(example, tokenizer, spelling)
    return prompt + answer, len(prompt)


def _spelt(example: Example, tokenizer: Tokenizer, random: Random) -> list[int]:
    """Cut an answer so that its actions and keys are several tokens each."""
    names = {intent.action for intent in example.intents} - {NONE}
    ids: list[int] = []
    for piece in completion_pieces(example.intents):
        if piece in names:
            ends = [at for at, letter in enumerate(piece, 1) if letter == "_"]
            at = random.choice(ends or [1])
            if random.random() < 0.4:
                at = random.randrange(1, len(piece))
            parts = [piece[:at], piece[at:]]
        elif piece.startswith(_KEY) and len(piece) > len(_KEY):
            at = random.randrange(len(_KEY) + 1, len(piece))
            parts = [_KEY, piece[len(_KEY) : at], piece[at:]]
        else:
            ids += tokenizer.encode(piece).ids
            continue
        for part in parts:
            ids += _longest(part, tokenizer)
    return ids


def _longest(text: str, tokenizer: Tokenizer) -> Iterator[int]:
    """Cut plain text into the longest tokens that there are, from its start on."""
    while text:
        found = ((n, tokenizer.token_to_id(text[:n])) for n in range(len(text), 0, -1))
        size, token = next((n, token) for n, token in found if token is not None)
        yield token
        text = text[size:]
