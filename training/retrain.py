"""Generate, fit, measure, promote, reload: from the config to a live adapter."""

from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

import msgspec

from training import adapter_page, adapters, promote
from training.change import Change
from training.dataset import Example, write
from training.evaluate import Answer, Told, answer, unheard
from training.fitting import losses
from training.generate import Generator
from training.hashes import wording_hash
from training.taught import Taught, drawn, hashed, repeated
from training.templates import Split
from whisperad.adapter import Manifest
from whisperad.catalogue import Catalogue
from whisperad.errors import BadAdapter
from whisperad.model import Model

SPLITS: tuple[Split, ...] = ("train", "valid", "test")
HELD_ROWS = 2000  # of valid and of test each
MEASURED_ROWS = 3 * HELD_ROWS  # the current adapter answers those of test as well


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
    told: Told = unheard,
) -> Dataset:
    """Write the three splits, unless the same ones are there already.

    Calls `told` for each row that is drawn.
    """
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
        hashes.append(write(_counted(examples, told), folder / f"{split}.jsonl"))
    dataset = Dataset(wording, seed, rows, "".join(h[:16] for h in hashes))
    (folder / "dataset.json").write_bytes(msgspec.json.encode(dataset))
    return dataset


def is_drawn_from(
    dataset: Dataset, config: Path, catalogue: Catalogue, taught: Taught
) -> bool:
    """Whether a dataset is what the config and what was taught still describe."""
    wording = hashed(wording_hash(config, catalogue.hash), taught)
    return dataset.wording == wording


def _counted(examples: Iterable[Example], told: Told) -> Iterator[Example]:
    for example in examples:
        yield example
        told()


def read_dataset(folder: Path) -> Dataset | None:
    """Read what is known of a dataset folder; None if it is not complete."""
    try:
        return msgspec.json.decode((folder / "dataset.json").read_bytes(), type=Dataset)
    except (OSError, msgspec.DecodeError):
        return None


class Measured(msgspec.Struct, frozen=True):
    """An adapter that has been measured, and what it changes."""

    folder: Path
    change: Change
    faults: list[str]  # in what it is worse than the one before
    is_current: bool


def measure_and_publish(
    base: Path,
    folder: Path,
    catalogue: Catalogue,
    config: Path,
    origin: promote.Origin,
    *,
    force: bool,
    told: Told = unheard,
) -> Measured:
    """Measure the fitted adapter beside the current one; make it current if it may.

    Leaves a report in its folder, also when it is kept aside. Calls `told` for each of
    `MEASURED_ROWS` rows.
    """
    model = Model(base)
    model.serve(catalogue)
    before = _current_answers(model, base, catalogue, config, folder, origin, told)
    partial = folder / ".fitting"
    manifest, after = promote.measure(
        model, base, partial, catalogue, config, origin, HELD_ROWS, told
    )
    change = Change(before, after, catalogue)
    faults = change.faults
    page = adapter_page.render(_facts(manifest), losses(partial), change, faults)
    (partial / adapter_page.FILE).write_text(page)
    published = adapters.publish(partial, manifest, folder)
    may = force or not faults
    if may:
        adapters.make_current(folder, published)
    return Measured(published, change, faults, may)


def _current_answers(
    model: Model,
    base: Path,
    catalogue: Catalogue,
    config: Path,
    folder: Path,
    origin: promote.Origin,
    told: Told,
) -> list[Answer]:
    """Ask the adapter that would be served now; none if none fits this base."""
    for adapter in (adapters.current(folder), base / "adapter"):
        if adapter is None:
            continue
        try:
            model.use(model.load_adapter(adapter))
        except BadAdapter:
            continue
        generator = Generator(catalogue, config, "test")
        examples = drawn(generator, HELD_ROWS, promote.SEED, origin.taught)
        return answer(model, examples, told)
    return []


def _facts(manifest: Manifest) -> dict[str, object]:
    """Say what an adapter was made from."""
    return {
        "made": manifest.created,
        "base": f"{manifest.base} ({manifest.base_hash[:8]})",
        "dataset": manifest.dataset_hash[:16],
        "catalogue": manifest.catalogue_hash,
        "seed": manifest.seed,
        "iterations": manifest.iterations,
        "threshold": f"{manifest.calibration.threshold:.3f}",
    }
