"""Quantise a base with mlx-lm: `python -m training.convert SOURCE TARGET BITS`.

A program of its own, because `mlx_lm` is slow to load and changes its process for good.
"""

import sys
from pathlib import Path

from mlx_lm.utils import load_model, quantize_model, save_config, save_model

GROUP = 64  # weights that share a scale


def convert(source: Path, target: Path, bits: int) -> None:
    """Write a base's weights with fewer bits, and the config that says so."""
    model, config = load_model(source, lazy=True)
    model, config = quantize_model(model, config, GROUP, bits)
    save_model(target, model, donate_model=True)
    save_config(config, target / "config.json")


if __name__ == "__main__":
    convert(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
