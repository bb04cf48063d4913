"""What is asked for on the command line is what is fitted with."""

from pathlib import Path

import msgspec
import pytest

from tests.training import trainer
from training.fitting import ORDER, Order
from training.hashes import wording_hash
from training.plan import EMBEDDED
from training.retrain import Dataset
from whisperad import catalogue as catalogues
from whisperad.catalogue import SHIPPED

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
    trainer.choose(short_dir, random_base)
    known = catalogues.load(SHIPPED, config).hash
    dataset = Dataset(wording_hash(SHIPPED, known), 1, 10, "a hash")
    (data / "dataset").mkdir(parents=True)
    (data / "dataset" / "dataset.json").write_bytes(msgspec.json.encode(dataset))
    (data / "dataset" / "train.jsonl").write_text("no row\n")
    done = trainer.run(short_dir, "fit", *sum(OPTIONS.items(), ()))
    order = (data / "adapters" / ".fitting" / ORDER).read_bytes()

    assert "train.jsonl:1" in done.stderr
    assert msgspec.json.decode(order, type=Order).plan == msgspec.structs.replace(
        EMBEDDED, iterations=20, batch=2, layers=1, rank=4, rate=0.002, seed=7
    )
