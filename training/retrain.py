"""Generate, fit, measure, promote, reload: from the config to a live adapter."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path

import msgspec

from training import adapter_page, adapters, gate, own_actions, promote
from training.change import Change
from training.dataset import Example, write
from training.evaluate import Answer, Told, answer, unheard
from training.fitting import losses
from training.generate import Generator
from training.hashes import wording_hash
from training.taught import Taught, drawn, hashed, repeated
from training.templates import Split
from whisperad.adapter import Canary, Manifest
from whisperad.catalogue import Catalogue
from whisperad.errors import BadAdapter
from whisperad.model import Model

SPLITS: tuple[Split, ...] = ("train", "valid", "test")
HELD_ROWS = 2000  # of valid and of test each
# The current adapter answers those of test as well.
MEASURED_ROWS = 3 * HELD_ROWS + promote.STRANGERS


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
    generator = Generator(catalogue, config, SPLITS[0])
    for number, split in enumerate(SPLITS):
        generator = generator.other(split) if number else generator
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


class Before(msgspec.Struct, frozen=True):
    """The adapter that serves until now: its answers and its canaries."""

    answers: Sequence[Answer] = ()
    own: Sequence[Answer] = ()  # to rows of the user's own actions
    canaries: tuple[Canary, ...] = ()


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
    test = Generator(catalogue, config, "test")
    tested = list(drawn(test, HELD_ROWS, promote.SEED, origin.taught))
    own = own_actions.ids(catalogue, config)
    mine = own_actions.examples(test, own, origin.taught)
    serving = (adapters.current(folder), base / "adapter")
    before = _before(model, serving, tested, mine, told)
    canaries = gate.standing(model, before.canaries, catalogue, origin.taught)
    partial = folder / ".fitting"
    manifest, after = promote.measure(
        model, base, partial, catalogue, test.other("valid"), origin, tested, told
    )
    change = Change(
        before.answers,
        after,
        catalogue,
        own,
        before.own,
        answer(model, mine),
    )
    missed = gate.missed(model, canaries)
    faults = gate.faults(change, manifest.canaries, missed, len(canaries))
    page = adapter_page.render(_facts(manifest), losses(partial), change, faults)
    (partial / adapter_page.FILE).write_text(page)
    published = adapters.publish(partial, manifest, folder)
    may = force or not faults
    if may:
        adapters.make_current(folder, published)
    return Measured(published, change, faults, may)


def _before(
    model: Model,
    serving: Iterable[Path | None],
    tested: Iterable[Example],
    mine: Iterable[Example],
    told: Told,
) -> Before:
    """Ask the first adapter that fits this base, and leave it in use; or none."""
    for folder in filter(None, serving):
        try:
            adapter = model.load_adapter(folder)
            model.use(adapter)
        except BadAdapter:
            continue
        answers = answer(model, tested, told)
        return Before(answers, answer(model, mine), adapter.manifest.canaries)
    return Before()


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
