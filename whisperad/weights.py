"""Weights from files: the layers of a base, quantised or not, and adapters' numbers.

Only this file, `network.py`, `plain.py` and `packed.py` have mlx in them.
"""

import math
import os
import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import msgspec

from whisperad.blas import pick_blas
from whisperad.errors import BadAdapter
from whisperad.light import lighten

# mlx binds its BLAS when it is imported; this must have happened before.
BLAS = pick_blas(os.environ.get("WHISPERA_BLAS"))

import mlx.core as mx  # noqa: E402
from mlx.nn.layers.linear import Linear  # noqa: E402
from mlx.nn.layers.quantized import QuantizedLinear, quantize  # noqa: E402
from mlx.utils import tree_flatten  # noqa: E402


@contextmanager
def _light_mlx_lm() -> Iterator[None]:
    """Let single files of mlx-lm be imported without all that it imports itself.

    The package's own `__init__` needs transformers and lowers the limit of open files
    for good; the files that make a model need neither. Afterwards the names are free
    again for a program, such as training, that wants all of mlx-lm.
    """
    before = set(sys.modules)
    for name in ("mlx_lm", "mlx_lm.tuner"):
        lighten(name)
    try:
        yield
    finally:
        for name in set(sys.modules) - before:
            if name.split(".")[0] == "mlx_lm":
                del sys.modules[name]


with _light_mlx_lm():
    from mlx_lm.models import qwen2
    from mlx_lm.models.cache import KVCache as KVCache
    from mlx_lm.models.qwen2 import Model
    from mlx_lm.models.qwen2 import ModelArgs as ModelArgs
    from mlx_lm.tuner.lora import LoRALinear as LoRALinear

Layers: TypeAlias = Model

LOG2_E = math.log2(math.e)


# What comes of a folder whose files are damaged, or made for something else.
DAMAGED = (
    *(ArithmeticError, AttributeError, LookupError, OSError, RuntimeError, TypeError),
    *(ValueError, msgspec.DecodeError),
)


def quick_swiglu(gate: mx.array, x: mx.array) -> mx.array:
    """Give `silu(gate) * x` in a quarter of the time that mlx takes on an x86 CPU.

    There its sigmoid and `exp` go number by number, and were half of a pass.
    """
    return gate * x / (1 + mx.power(2.0, gate * -LOG2_E))


class Lora(NamedTuple):
    """What an adapter adds to a matrix (arXiv:2106.09685)."""

    a: mx.array  # inputs x rank
    b: mx.array  # rank x outputs
    scale: float

    def delta(self) -> mx.array:
        """Give what is added, outputs x inputs."""
        return self.scale * self.b.T @ self.a.T


def linears(layers: Layers) -> dict[str, Linear | QuantizedLinear]:
    """List the matrices of all layers by their path, which adapters may add to."""
    return {
        f"model.layers.{number}.{path}": module
        for number, layer in enumerate(layers.layers)
        for path, module in layer.named_modules()
        if isinstance(module, Linear | QuantizedLinear)
    }


def load(folder: Path, *, dense: bool) -> Layers:
    """Load the layers; `dense`: with no weight quantised. Nothing is computed yet."""
    file = folder / "config.json"
    try:
        config: dict[str, Any] = msgspec.json.decode(file.read_bytes())
        if config.get("model_type") != "qwen2":
            raise BadAdapter(
                f'{file}: model_type is "{config.get("model_type")}", expected "qwen2"'
            )
        # transformers 5 writes it one level deeper than mlx-lm looks.
        config = {**(config.get("rope_parameters") or {}), **config}
        layers = Layers(ModelArgs.from_dict(config))
        weights = layers.sanitize(read(*sorted(folder.glob("model*.safetensors"))))
        packing = config.get("quantization") or config.get("quantization_config") or {}
        if dense:
            weights = _unpacked(weights, packing)
        elif packing:
            quantize(
                layers,
                group_size=packing["group_size"],
                bits=packing["bits"],
                class_predicate=lambda path, _: (
                    f"{path}.scales" in weights and packing.get(path, True)
                ),
            )
        if dense and platform.machine() == "x86_64":
            # In our copy of the file, which is ours alone.
            qwen2.swiglu = quick_swiglu  # type: ignore[attr-defined]  # imported there
        layers.load_weights(list(weights.items()))
        layers.eval()
    except DAMAGED as error:
        raise BadAdapter(f"{folder}: no base that can be served: {error}") from error
    return layers


def widen(layers: Layers) -> None:
    """Turn all weights to float32, the only kind that is fast on a CPU."""
    weights: list[tuple[str, mx.array]] = tree_flatten(layers.parameters())  # type: ignore[assignment]  # a list, without a destination
    layers.load_weights([(name, w.astype(mx.float32)) for name, w in weights])


def _unpacked(
    weights: dict[str, mx.array], packing: dict[str, Any]
) -> dict[str, mx.array]:
    """Turn quantised weights to float32."""
    dense = {}
    for name, weight in weights.items():
        path, _, kind = name.rpartition(".")
        if f"{path}.scales" in weights and kind in {"scales", "biases"}:
            continue
        if f"{path}.scales" in weights and kind == "weight":
            how = {**packing, **(packing.get(path) or {})}
            weight = mx.dequantize(
                weight,
                weights[f"{path}.scales"],
                weights.get(f"{path}.biases"),
                how["group_size"],
                how["bits"],
                how.get("mode", "affine"),
            ).astype(mx.float32)
        dense[name] = weight
    return dense


def read(*files: Path) -> dict[str, mx.array]:
    """Read safetensors files. Raises `BadAdapter` if one is damaged."""
    weights: dict[str, mx.array] = {}
    for file in files:
        try:
            read = mx.load(str(file))
        except (RuntimeError, ValueError, OSError) as error:
            raise BadAdapter(f"{file}: {error}") from error
        assert isinstance(read, dict)
        weights.update(read)
    return weights
