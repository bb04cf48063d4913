"""A quantised base is served, and an adapter can be fitted to it and served with it."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests import tiny_base
from training import adapters, fitting
from training.dataset import Example, write
from training.plan import Plan
from whisperad.adapter import Manifest
from whisperad.errors import BadAdapter
from whisperad.intent import Intent
from whisperad.model import Model
from whisperad.prompt import PROMPT_VERSION

pytestmark = pytest.mark.timeout(120)  # `mlx_lm` is loaded twice


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    """Give a base with weights of 8 bits."""
    plain = tiny_base.write_base(tmp_path / "plain", hidden=64)
    folder = tmp_path / "packed"
    subprocess.run(
        [sys.executable, "-m", "training.convert", str(plain), str(folder), "8"],
        check=True,
        capture_output=True,
    )
    (folder / "tokenizer.json").write_bytes((plain / "tokenizer.json").read_bytes())
    return folder


def test_an_adapter_is_fitted_to_a_quantised_base_and_fits_no_other(
    packed: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    example = Example("mute", (Intent("mute"),), "mute")
    for split in ("train", "valid"):
        write([example] * 32, data / f"{split}.jsonl")
    plan = Plan(iterations=4, batch=2, layers=-1, rank=4, scale=1.0, rate=1e-3)
    order = fitting.Order("packed", "", "", "", plan)
    partial = fitting.begin(tmp_path / "adapters", order)
    figures = fitting.fit(packed, data, partial, plan, lambda figures: None)
    model = Model(packed)
    manifest = Manifest("packed", model.hash, PROMPT_VERSION)
    adapters.write_manifest(partial, manifest)
    model.use(model.load_adapter(partial))
    with pytest.raises(BadAdapter, match='made for base "packed"'):
        Model(tmp_path / "plain").load_adapter(partial)

    assert figures
    assert model.adapter is not None
