"""What lies there from before packs changed is neither fitted to nor measured."""

import json
import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from training.fitting import ORDER, Order
from training.plan import Plan
from training.retrain import Dataset
from whisperad.adapter import WEIGHTS, weights_hash

ROOT = Path(__file__).parent.parent.parent

pytestmark = pytest.mark.timeout(120)  # a busy machine starts processes slowly


def _said(home: Path, base: Path, step: str) -> str:
    """Give what a step that is refused says."""
    (home / "config").mkdir(parents=True, exist_ok=True)
    settings = {"settings": {"model": str(base)}}
    (home / "config" / "whispera_config.json").write_text(json.dumps(settings))
    done = subprocess.run(
        [sys.executable, "-m", "training.cli", step],
        cwd=ROOT,
        env={**os.environ, "WHISPERA_HOME": str(home), "COLUMNS": "100"},
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
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
