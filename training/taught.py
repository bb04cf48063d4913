"""What the user taught, as examples: always in train, never in valid and test."""

import hashlib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import msgspec

from training.dataset import Example
from training.generate import Generator
from whisperad.catalogue import Catalogue
from whisperad.intent import NOT_A_COMMAND
from whisperad.taught import lessons
from whisperad.utterance import normalise

TIMES = 30  # each; an adapter sees only a part of the rows
MOST = 0.1  # of the other rows, for the taught ones together
TEMPLATE = "taught"

Taught = tuple[Example, ...]


def examples(data: Path, catalogue: Catalogue) -> Taught:
    """Read what was taught of the catalogue's actions. Raises `CannotKeep`."""
    return tuple(
        Example(one.said, one.intents or (NOT_A_COMMAND,), TEMPLATE)
        for one in lessons(data)
        if one.fits(catalogue)
    )


def repeated(taught: Taught, rows: int) -> Iterator[Example]:
    """Give the taught examples as often as they belong among so many rows."""
    if taught:
        times = max(1, min(TIMES, int(MOST * rows) // len(taught)))
        for _ in range(times):
            yield from taught


def drawn(
    generator: Generator, count: int, seed: int, taught: Taught
) -> Iterator[Example]:
    """Draw examples of a split, none of whose utterances was taught.

    What was taught may say otherwise than the config does.
    """
    if not taught:
        return generator.examples(count, seed)
    known = {normalise(example.utterance).text for example in taught}
    # More than there can be: those that were taught are passed over.
    stream = generator.examples(2 * count + 1000, seed)
    return islice(
        (e for e in stream if normalise(e.utterance).text not in known), count
    )


def hashed(wording: str, taught: Taught) -> str:
    """Give the hash of what examples are drawn from, with what was taught."""
    if not taught:
        return wording
    digest = hashlib.sha256(wording.encode() + msgspec.json.encode(taught))
    return digest.hexdigest()[:16]
