"""Generate, fit, measure, promote, reload: from the config to a live adapter."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from itertools import chain
from pathlib import Path

import msgspec

from training import adapters, promote
from training.dataset import write
from training.evaluate import Scores, answer, score
from training.generate import Generator
from training.hashes import wording_hash
from training.plan import Plan
from training.taught import Taught, drawn, hashed, repeated
from training.templates import Split
from whisperad.catalogue import Catalogue
from whisperad.errors import BadAdapter
from whisperad.model import Model

SPLITS: tuple[Split, ...] = ("train", "valid", "test")
HELD_ROWS = 2000  # of valid and of test each

Progress = Callable[[str, float], None]  # what is done, share of the step


class Dataset(msgspec.Struct, frozen=True):
    """What `dataset.json` beside the splits says of them; written last."""

    wording: str  # hash of what the examples were drawn from
    seed: int
    rows: int
    hash: str  # of the three splits' bytes


def generate(
    catalogue: Catalogue,
    config: Path,
    folder: Path,
    rows: int,
    seed: int,
    taught: Taught = (),
) -> Dataset:
    """Write the three splits, unless the same ones are there already."""
    wording = hashed(wording_hash(config, catalogue.hash), taught)
    known = read_dataset(folder)
    if known and (known.wording, known.seed, known.rows) == (wording, seed, rows):
        return known
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "dataset.json").unlink(missing_ok=True)
    hashes = []
    for number, split in enumerate(SPLITS):
        generator = Generator(catalogue, config, split)
        count = rows if split == "train" else HELD_ROWS
        examples = drawn(generator, count, seed + number, taught)
        if split == "train":
            examples = chain(examples, repeated(taught, rows))
        hashes.append(write(examples, folder / f"{split}.jsonl"))
    dataset = Dataset(wording, seed, rows, "".join(h[:16] for h in hashes))
    (folder / "dataset.json").write_bytes(msgspec.json.encode(dataset))
    return dataset


def read_dataset(folder: Path) -> Dataset | None:
    """Read what is known of a dataset folder; None if it is not complete."""
    try:
        return msgspec.json.decode((folder / "dataset.json").read_bytes(), type=Dataset)
    except (OSError, msgspec.DecodeError):
        return None


def fit(
    base: Path, dataset: Path, partial: Path, plan: Plan, progress: Progress
) -> list[dict[str, float]]:
    """Fit in a process of its own; give its figures. Raises `BadAdapter`."""
    reader, writer = os.pipe()
    log = partial / "fit.log"
    arguments = [sys.executable, "-m", "training.fit", str(base), str(dataset)]
    arguments += [str(partial), msgspec.json.encode(plan).decode(), str(writer)]
    with log.open("wb") as output, os.fdopen(reader) as lines:
        process = subprocess.Popen(
            arguments, stdout=output, stderr=output, pass_fds=(writer,)
        )
        os.close(writer)
        figures = []
        try:
            for line in lines:
                figures.append(json.loads(line))
                share = figures[-1]["iteration"] / plan.iterations
                progress(_described(figures[-1]), share)
        except BaseException:
            process.terminate()
            raise
        finally:
            process.wait()
    if process.returncode != 0:
        tail = log.read_text(errors="replace").strip().split("\n")[-1]
        raise BadAdapter(f"fitting ended with {process.returncode}: {tail} (see {log})")
    (partial / "losses.json").write_text(json.dumps(figures))
    log.unlink()
    return figures


def measure_and_publish(
    base: Path,
    folder: Path,
    catalogue: Catalogue,
    config: Path,
    origin: promote.Origin,
    *,
    force: bool,
) -> tuple[Path, Scores, list[str]]:
    """Score the fitted adapter beside the current one and make it current if it may.

    Gives its folder, its scores, and in what it is worse (then it is kept aside).
    """
    model = Model(base)
    model.serve(catalogue)
    before = current_scores(model, base, catalogue, config, folder, origin.taught)
    partial = folder / ".fitting"
    manifest, scores = promote.measure(
        model, base, partial, catalogue, config, origin, HELD_ROWS
    )
    published = adapters.publish(partial, manifest, folder)
    faults = promote.worse(scores, before) if before else []
    if not faults or force:
        adapters.make_current(folder, published)
    return published, scores, faults


def current_scores(
    model: Model,
    base: Path,
    catalogue: Catalogue,
    config: Path,
    folder: Path,
    taught: Taught = (),
) -> Scores | None:
    """Score the adapter that would be served now; None if none fits this base."""
    for adapter in (adapters.current(folder), base / "adapter"):
        if adapter is None:
            continue
        try:
            model.use(model.load_adapter(adapter))
        except BadAdapter:
            continue
        generator = Generator(catalogue, config, "test")
        examples = drawn(generator, HELD_ROWS, promote.SEED, taught)
        return score(answer(model, examples), catalogue)
    return None


def tell_daemon() -> str:
    """Ask a running daemon to reload; say what came of it."""
    asked = subprocess.run(
        [sys.executable, "-m", "client.cli", "reload", "adapter"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return (asked.stdout or asked.stderr).strip()


def _described(figures: dict[str, float]) -> str:
    loss = figures.get("train_loss", figures.get("val_loss", 0.0))
    kind = "loss" if "train_loss" in figures else "valid loss"
    return f"iteration {figures['iteration']:.0f}, {kind} {loss:.3f}"
