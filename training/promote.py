"""Measure a fitted adapter, write its manifest, and make it current if no worse."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import msgspec

from training import adapters
from training.calibrate import calibrate
from training.dataset import Example
from training.evaluate import Answer, Told, answer, score, unheard
from training.generate import Generator
from training.rows import commands
from training.taught import Taught, drawn
from whisperad.adapter import Canary, Manifest
from whisperad.catalogue import Catalogue
from whisperad.model import Model
from whisperad.prompt import PROMPT_VERSION

CANARIES = 12
SEED = 11  # of the rows that adapters are measured on; never of training
STRANGERS = 1000  # rows of what is no command, beside those: they set the threshold


class Origin(msgspec.Struct, frozen=True):
    """What an adapter was fitted with."""

    dataset_hash: str
    seed: int
    iterations: int
    taught: Taught = ()


def measure(
    model: Model,
    base: Path,
    partial: Path,
    catalogue: Catalogue,
    held_out: Generator,
    origin: Origin,
    tested: Sequence[Example],
    told: Told = unheard,
) -> tuple[Manifest, list[Answer]]:
    """Calibrate a fitted adapter on rows of valid, and have it answer a test.

    `held_out` draws those of valid.
    """
    manifest = Manifest(
        base=base.name,
        base_hash=model.hash,
        prompt_version=PROMPT_VERSION,
        catalogue_hash=catalogue.hash,
        dataset_hash=origin.dataset_hash,
        seed=origin.seed,
        iterations=origin.iterations,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    adapters.write_manifest(partial, manifest)
    model.use(model.load_adapter(partial))
    valid = answer(model, drawn(held_out, len(tested), SEED, origin.taught), told)
    strangers = answer(model, _strangers(held_out, origin.taught), told)
    calibration = calibrate(
        [a.judged() for a in valid], [a.judged() for a in strangers]
    )
    manifest = msgspec.structs.replace(manifest, calibration=calibration)
    adapters.write_manifest(partial, manifest)
    model.use(model.load_adapter(partial))
    answers = answer(model, tested, told)
    scores = score(answers, catalogue)
    manifest = msgspec.structs.replace(
        manifest, scores=scores.flat(), canaries=_canaries(answers)
    )
    adapters.write_manifest(partial, manifest)
    return manifest, answers


def _strangers(held_out: Generator, taught: Taught) -> Iterator[Example]:
    """Draw what is no command, by another seed than the rest; fewer if there is less."""
    stream = drawn(held_out, 10 * STRANGERS, SEED + 1, taught)
    return islice((row for row in stream if not commands(row)), STRANGERS)


def _canaries(answers: list[Answer]) -> tuple[Canary, ...]:
    """Pick sure and right answers of different actions, in the order of the rows."""
    chosen: dict[str, Canary] = {}
    for a in answers:
        if len(chosen) == CANARIES:
            break
        understanding = a.understanding
        sure = a.is_right and a.expected and understanding.confidence > 0.9
        if understanding.respelt:
            continue  # a daemon that has just started does not know how words are spelt
        if sure and a.expected[0].action not in chosen:
            intent = a.expected[0]
            chosen[intent.action] = Canary(
                a.example.utterance, {"action": intent.action, **intent.slots}
            )
    return tuple(chosen.values())
