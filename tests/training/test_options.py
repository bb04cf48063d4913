"""What is asked for on the command line is what is fitted with."""

import json
import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from training.fitting import ORDER, Order
from training.hashes import wording_hash
from training.plan import EMBEDDED
from training.retrain import Dataset
from whisperad import catalogue as catalogues
from whisperad.catalogue import SHIPPED

ROOT = Path(__file__).parent.parent.parent
OPTIONS = {
    "--iters": "20",
    "--batch-size": "2",
    "--num-layers": "1",
    "--rank": "4",
    "--rate": "0.002",
    "--seed": "7",
}


@pytest.mark.timeout(120)  # a busy machine starts processes slowly
def test_each_option_of_fit_is_in_what_it_is_told_to_do(
    short_dir: Path, random_base: Path
) -> None:
    config, data = short_dir / "config", short_dir / "data"
    config.mkdir()
    settings = {"settings": {"model": str(random_base)}}
    (config / "whispera_config.json").write_text(json.dumps(settings))
    known = catalogues.load(SHIPPED, config).hash
    dataset = Dataset(wording_hash(SHIPPED, known), 1, 10, "a hash")
    (data / "dataset").mkdir(parents=True)
    (data / "dataset" / "dataset.json").write_bytes(msgspec.json.encode(dataset))
    (data / "dataset" / "train.jsonl").write_text("no row\n")
    done = subprocess.run(
        [sys.executable, "-m", "training.cli", "fit", *sum(OPTIONS.items(), ())],
        cwd=ROOT,
        env={**os.environ, "WHISPERA_HOME": str(short_dir)},
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    order = (data / "adapters" / ".fitting" / ORDER).read_bytes()

    assert "train.jsonl:1" in done.stderr
    assert msgspec.json.decode(order, type=Order).plan == msgspec.structs.replace(
        EMBEDDED, iterations=20, batch=2, layers=1, rank=4, rate=0.002, seed=7
    )
