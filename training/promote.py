"""Measure a fitted adapter, write its manifest, and make it current if no worse."""

from datetime import UTC, datetime
from pathlib import Path

import msgspec

from training import adapters
from training.calibrate import FALSE_ACTIONS, calibrate
from training.evaluate import Answer, Scores, answer, score
from training.generate import Generator
from training.taught import Taught, drawn
from whisperad.adapter import Canary, Manifest
from whisperad.catalogue import Catalogue
from whisperad.model import Model
from whisperad.prompt import PROMPT_VERSION

# Of a score on some thousand rows: chance moves it by as much.
TOLERANCE = 0.01
CANARIES = 12
SEED = 11  # of the rows that adapters are measured on; never of training


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
    config: Path,
    origin: Origin,
    rows: int,
) -> tuple[Manifest, Scores]:
    """Calibrate a fitted adapter on valid, score it on test, and give its manifest."""
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
    held_out = Generator(catalogue, config, "valid")
    valid = answer(model, drawn(held_out, rows, SEED, origin.taught))
    calibration = calibrate([a.judged() for a in valid])
    manifest = msgspec.structs.replace(manifest, calibration=calibration)
    adapters.write_manifest(partial, manifest)
    model.use(model.load_adapter(partial))
    held_out = Generator(catalogue, config, "test")
    answers = answer(model, drawn(held_out, rows, SEED, origin.taught))
    scores = score(answers, catalogue)
    manifest = msgspec.structs.replace(
        manifest, scores=scores.flat(), canaries=_canaries(answers)
    )
    adapters.write_manifest(partial, manifest)
    return manifest, scores


def worse(new: Scores, old: Scores) -> list[str]:
    """Say in which way an adapter is worse than the one before; empty if in none.

    Right answers count whatever their confidence: thresholds are chosen anew for each
    adapter, and two of them refuse different shares.
    """
    found = []
    if new.right < old.right - TOLERANCE:
        found.append(f"right answers fell from {old.right:.1%} to {new.right:.1%}")
    allowed = max(old.false_actions, FALSE_ACTIONS) + TOLERANCE
    if new.false_actions > allowed:
        found.append(
            f"false actions rose from {old.false_actions:.1%} to {new.false_actions:.1%}"
        )
    return found


def _canaries(answers: list[Answer]) -> tuple[Canary, ...]:
    """Pick sure and right answers of different actions, in the order of the rows."""
    chosen: dict[str, Canary] = {}
    for a in answers:
        if len(chosen) == CANARIES:
            break
        sure = a.is_right and a.expected and a.understanding.confidence > 0.9
        if sure and a.expected[0].action not in chosen:
            intent = a.expected[0]
            chosen[intent.action] = Canary(
                a.example.utterance, {"action": intent.action, **intent.slots}
            )
    return tuple(chosen.values())
