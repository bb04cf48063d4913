"""What lies there from before packs changed is neither fitted to nor measured."""

from pathlib import Path

import msgspec
import pytest

from tests.training import trainer
from training.fitting import ORDER, Order
from training.plan import Plan
from training.retrain import Dataset
from whisperad.adapter import WEIGHTS, weights_hash

pytestmark = pytest.mark.timeout(120)  # a busy machine starts processes slowly


def _said(home: Path, base: Path, step: str) -> str:
    """Give what a step that is refused says."""
    trainer.choose(home, base)
    done = trainer.run(home, step)
    assert done.returncode == 1, done.stderr
    return " ".join(done.stderr.split())


def test_a_dataset_of_other_packs_is_not_fitted_to(
    short_dir: Path, random_base: Path
) -> None:
    folder = short_dir / "data" / "dataset"
    folder.mkdir(parents=True)
    old = Dataset("another wording", 1, 10, "a hash")
    (folder / "dataset.json").write_bytes(msgspec.json.encode(old))

    said = _said(short_dir, random_base, "fit")

    assert "drawn before packs or what was taught changed; run generate again" in said
    assert not (short_dir / "data" / "adapters" / ".fitting").exists()


def test_an_adapter_fitted_to_other_packs_is_not_measured(
    short_dir: Path, random_base: Path
) -> None:
    partial = short_dir / "data" / "adapters" / ".fitting"
    partial.mkdir(parents=True)
    old = Order(weights_hash(random_base), "0ld", "", "", Plan())
    (partial / ORDER).write_bytes(msgspec.json.encode(old))
    (partial / WEIGHTS).touch()

    said = _said(short_dir, random_base, "promote")

    assert "what was fitted is for another catalogue (0ld)" in said
    assert "run generate and fit again" in said
    assert partial.exists()
