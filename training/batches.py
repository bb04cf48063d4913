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
from whisperad.prompt import render, render_completion
from whisperad.utterance import normalise

CHUNK = 8192  # examples drawn and sorted by length together
PREFIX_TOKENS = 2  # of the prompt and the first word: nothing foretells them
UTTERANCE_WEIGHT = 0.3  # of the loss on a sampled word said, beside 1 on the answer

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
        chunk = [_row(example, cutter) for example in examples]
        random = Random(number)
        chunk.sort(key=lambda row: len(row[0]) + random.random() * 4)
        cut = [chunk[i : i + drawn.batch] for i in range(0, CHUNK, drawn.batch)]
        random.shuffle(cut)
        queue.put(cut)


def _row(example: Example, tokenizer: Tokenizer) -> Row:
    prompt = tokenizer.encode(render(normalise(example.utterance))).ids
    answer = tokenizer.encode(render_completion(example.intents)).ids
    return prompt + answer, len(prompt)
