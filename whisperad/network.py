"""The layers of a Qwen2 model, as fast as they run here. The only file with mlx in it.

Everything belongs to one thread: `model_thread.py` makes the network in it and touches
it from nowhere else.
"""

import gc
import importlib.util
import os
import sys
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from whisperad.blas import pick_blas
from whisperad.errors import BadAdapter

# mlx binds its BLAS when it is imported; this must have happened before.
BLAS = pick_blas(os.environ.get("WHISPERA_BLAS"))

import mlx.core as mx  # noqa: E402
from mlx.nn.layers.base import Module  # noqa: E402
from mlx.nn.layers.linear import Linear  # noqa: E402
from mlx.nn.layers.quantized import QuantizedLinear, quantize  # noqa: E402
from mlx.utils import tree_flatten, tree_unflatten  # noqa: E402


@contextmanager
def _light_mlx_lm() -> Iterator[None]:
    """Let single files of mlx-lm be imported without all that it imports itself.

    The package's own `__init__` needs transformers and lowers the limit of open files
    for good; the files that make a model need neither. Afterwards the names are free
    again for a program, such as training, that wants all of mlx-lm.
    """
    before = set(sys.modules)
    # The outer one first: looking for the inner one imports what it is in.
    for name in ("mlx_lm", "mlx_lm.tuner"):
        if name not in before:
            spec = importlib.util.find_spec(name)
            assert spec is not None
            sys.modules[name] = importlib.util.module_from_spec(spec)
    try:
        yield
    finally:
        for name in set(sys.modules) - before:
            if name.split(".")[0] == "mlx_lm":
                del sys.modules[name]


with _light_mlx_lm():
    from mlx_lm.models.cache import KVCache
    from mlx_lm.models.qwen2 import Model as Layers
    from mlx_lm.models.qwen2 import ModelArgs
    from mlx_lm.tuner.lora import LoRALinear

# What comes of a folder whose files are damaged, or made for something else.
DAMAGED = (
    *(ArithmeticError, AttributeError, LookupError, OSError, RuntimeError, TypeError),
    *(ValueError, msgspec.DecodeError),
)

Modules = Mapping[str, Module]  # by their path in the model
Memory = list[KVCache]  # of the tokens read, one part a layer
Scores = list[list[float]]

# Freed buffers that mlx keeps; by itself it keeps as many as there is memory for.
CPU_CACHE_BYTES = 8 * 2**20  # more makes nothing faster
GPU_CACHE_BYTES = 128 * 2**20

MODULES_A_STEP = 8  # of an adapter: some milliseconds of a small base
# Up to this size, on a CPU, an adapter's weights are added to the base's: a copy of the
# base for each adapter, but every pass is a fifth faster. And one thread is nearly as
# fast as several, and much faster than those when the machine has other work.
SMALL_BYTES = 128 * 2**20
SMALL_THREADS = 1


class Network:
    """A base's layers and a memory of what they have read, beginning with a prefix.

    `use` has to be called before anything is read.
    """

    def __init__(self, folder: Path, prefix: list[int]) -> None:
        """Load a base folder. Raises `BadAdapter` if it is none that we can serve."""
        is_cpu = mx.default_device().type == mx.DeviceType.cpu
        mx.set_cache_limit(CPU_CACHE_BYTES if is_cpu else GPU_CACHE_BYTES)
        if is_cpu:
            # It would run a C++ compiler at the first pass, and gain nothing.
            mx.disable_compile()
        self._layers = _load(folder, dense=is_cpu)
        self._linears = {
            path: module
            for path, module in self._layers.named_modules()
            if isinstance(module, Linear | QuantizedLinear)
        }
        weights: list[tuple[str, mx.array]] = tree_flatten(self._layers.parameters())  # type: ignore[assignment]  # a list, without a destination
        self.bytes = sum(weight.nbytes for _, weight in weights)
        self.vocabulary: int = self._layers.args.vocab_size
        self.device = (
            f"{'cpu' if is_cpu else 'gpu'} ({mx.device_info()['device_name']})"
        )
        self._fuses = is_cpu and self.bytes <= SMALL_BYTES
        if self._fuses:
            BLAS.limit_threads(SMALL_THREADS)
        self._prefix = prefix
        self._adapted: Modules = {}
        self._rows: dict[tuple[int, ...], mx.array] = {}
        self._memory: Memory = []

    def adapting(
        self, folder: Path, scale: float
    ) -> Generator[None, None, dict[str, Module]]:
        """Read an adapter's weights into modules that can take the base's places.

        Stops every few of them, for others to have their turn, and gives all at the
        end. Raises `BadAdapter` if they do not fit; what is in place stays as it is.
        """
        file = folder / "adapters.safetensors"
        weights = _read_weights(file)
        if not weights:
            raise BadAdapter(f"{file}: it has no weights")
        yield
        modules: dict[str, Module] = {}
        paths = sorted({name.rpartition(".")[0] for name in weights})
        for number, path in enumerate(paths, 1):
            a, b = weights.get(f"{path}.lora_a"), weights.get(f"{path}.lora_b")
            linear = self._linears.get(path)
            if a is None or b is None or linear is None:
                raise BadAdapter(f'{file}: the base has no place for "{path}"')
            inputs, outputs = _sizes(linear)
            rank = a.shape[-1] if a.ndim else 0
            if not rank or (a.shape, b.shape) != ((inputs, rank), (rank, outputs)):
                raise BadAdapter(
                    f'{file}: "{path}" is {a.shape} by {b.shape}, expected'
                    f" ({inputs}, rank) by (rank, {outputs})"
                )
            numbers = mx.concatenate([a.flatten(), (scale * b).flatten()])
            if not mx.isfinite(numbers).all():
                raise BadAdapter(f'{file}: some weights of "{path}" are no numbers')
            modules[path] = self._with_lora(linear, a, b, scale)
            mx.eval(modules[path].parameters())
            if number % MODULES_A_STEP == 0:
                yield
        return modules

    def use(self, modules: Modules, memory: Memory | None) -> Memory:
        """Put an adapter's modules, or none, in the place of those there.

        Gives the memory of the prefix that belongs to them: what they have read is
        different for every adapter. Pass it in again the next time.
        """
        restored = {path: self._linears[path] for path in self._adapted}
        places = list({**restored, **modules}.items())
        if places:
            self._layers.update_modules(tree_unflatten(places))
        self._adapted = modules
        self._memory = self._begun() if memory is None else memory
        return self._memory

    def keep_rows(self, ids: tuple[int, ...]) -> None:
        """Have the output weights of these tokens, and no others, at hand."""
        self._rows = {ids: self._output(ids)}

    def read(self, tokens: list[int], at: list[int], ids: tuple[int, ...]) -> Scores:
        """Read tokens in one pass and score `ids` as the next after those at `at`."""
        states = self._layers.model(mx.array([tokens]), self._memory)[0]
        rows = self._rows.get(ids)
        chosen = states[mx.array(at)]
        scores = chosen @ (self._output(ids) if rows is None else rows).T
        found: Scores = scores.astype(mx.float32).tolist()
        return found

    def forget(self, kept: int) -> None:
        """Forget all but the prefix and the first `kept` tokens after it."""
        excess = self._memory[0].offset - len(self._prefix) - kept
        for layer in self._memory:
            layer.trim(excess)

    def _begun(self) -> Memory:
        memory = [KVCache() for _ in self._layers.layers]
        mx.eval(self._layers.model(mx.array([self._prefix]), memory))
        mx.eval([layer.keys_and_values() for layer in memory])
        return memory

    def _output(self, ids: tuple[int, ...]) -> mx.array:
        """Give the rows of the output layer that score these tokens."""
        chosen = mx.array(ids)
        if self._layers.args.tie_word_embeddings:
            rows: mx.array = self._layers.model.embed_tokens(chosen)
            return rows
        head = self._layers.lm_head
        # A weight has one row a token, packed or not.
        parts: dict[str, mx.array] = {name: head[name][chosen] for name in head}
        if not isinstance(head, QuantizedLinear):
            return parts["weight"]
        return mx.dequantize(
            parts["weight"],
            parts["scales"],
            parts.get("biases"),
            head.group_size,
            head.bits,
            head.mode,
        )

    def _with_lora(
        self, linear: Linear | QuantizedLinear, a: mx.array, b: mx.array, scale: float
    ) -> Module:
        lora: Module = LoRALinear.from_base(linear, r=a.shape[1], scale=scale)
        lora.lora_a, lora.lora_b = a, b
        fused: Module = lora.fuse() if self._fuses else lora.eval()
        return fused


def leave_thread() -> None:
    """End this thread's use of mlx; without it the process aborts when it exits."""
    gc.collect()  # what is left of a model goes first
    mx.clear_streams()


def _load(folder: Path, *, dense: bool) -> Layers:
    """Load the layers; `dense`: as float32, the only kind that is fast on a CPU."""
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
        weights = layers.sanitize(
            _read_weights(*sorted(folder.glob("model*.safetensors")))
        )
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
        layers.load_weights(list(weights.items()))
        layers.eval()
        mx.eval(layers.parameters())
    except DAMAGED as error:
        raise BadAdapter(f"{folder}: no base that can be served: {error}") from error
    return layers


def _unpacked(
    weights: dict[str, mx.array], packing: dict[str, Any]
) -> dict[str, mx.array]:
    """Turn all weights to float32, quantised ones too."""
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
            )
        dense[name] = weight.astype(mx.float32)
    return dense


def _read_weights(*files: Path) -> dict[str, mx.array]:
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


def _sizes(linear: Linear | QuantizedLinear) -> tuple[int, int]:
    """Give how many numbers a layer takes and gives."""
    outputs, inputs = linear.weight.shape
    packed = isinstance(linear, QuantizedLinear)
    return (inputs * 32 // linear.bits if packed else inputs), outputs
