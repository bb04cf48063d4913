"""How an adapter is fitted: the figures, without the machinery."""

import json
from pathlib import Path

import msgspec


class Plan(msgspec.Struct, frozen=True):
    """How an adapter is fitted.

    `for_base` gives the defaults: measured ones for the embedded base, those of the
    original Whispera (8 of 24 layers, 1500 iterations of 4) for Qwen2.5-0.5B.
    """

    iterations: int = 1500
    batch: int = 4
    layers: int = 8
    rank: int = 8
    scale: float = 20.0
    rate: float = 1e-5
    seed: int = 1


EMBEDDED = Plan(iterations=380, batch=32, layers=-1, rank=16, scale=1.0, rate=7e-4)


def for_base(folder: Path) -> Plan:
    """Choose the defaults for a base folder, by its size."""
    config = json.loads((folder / "config.json").read_text())
    return EMBEDDED if config["hidden_size"] < 512 else Plan()
