"""The layers of a Qwen2 model, as fast as they run here.

With `weights.py` the only file with mlx in it.
Everything belongs to one thread: `model_thread.py` makes the network in it and touches
it from nowhere else.
"""

import copy
import ctypes
import gc
import sys
from collections.abc import Generator, Mapping
from pathlib import Path

from whisperad import weights as files
from whisperad.errors import BadAdapter
from whisperad.weights import BLAS, KVCache, LoRALinear

# After `weights`, which chooses the BLAS that mlx binds when it is imported.
import mlx.core as mx  # isort: skip
from mlx.nn.layers.base import Module  # isort: skip
from mlx.nn.layers.linear import Linear  # isort: skip
from mlx.nn.layers.quantized import QuantizedLinear  # isort: skip
from mlx.utils import tree_flatten, tree_unflatten  # isort: skip

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
        self._layers = files.load(folder, dense=is_cpu)
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
            # They wait for adapters to be added to them, and need not be wide for that.
            self._linears = {path: _narrow(m) for path, m in self._linears.items()}
            mx.clear_cache()
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
        weights = files.read(file)
        if not weights:
            raise BadAdapter(f"{file}: it has no weights")
        yield
        # Layers begin with drawn numbers. Nobody reads those, so that what they are drawn
        # from would grow with every layer; this lets go of it.
        mx.random.seed(0)
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
            modules[path] = self._with_lora(path, a, b, scale)
            mx.eval(modules[path].parameters())
            if number % MODULES_A_STEP == 0:
                yield
        return modules

    def use(self, modules: Modules, memory: Memory | None) -> Memory:
        """Put an adapter's modules, or none, in the place of those there.

        Gives the memory of the prefix that belongs to them: what they have read is
        different for every adapter. Pass it in again the next time.
        """
        restored = {p: self._base(p) for p in self._adapted if p not in modules}
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
        return self._scores(states[mx.array(at)], ids)

    def read_together(
        self, rows: list[list[int]], at: list[list[int]], ids: tuple[int, ...]
    ) -> list[Scores]:
        """Read several prompts from their beginning in one pass, and remember none.

        Scores `ids` as the next after those tokens of each row that are at `at`.
        """
        before, longest = len(self._prefix), max(map(len, rows))
        width = before + longest
        # What comes after a row's own tokens is read, but none of those attends to it.
        padded = [[*self._prefix, *row, *[0] * (longest - len(row))] for row in rows]
        states = self._layers.model(mx.array(padded)).flatten(0, 1)
        places = [
            row * width + before + place
            for row, places in enumerate(at)
            for place in places
        ]
        scores = iter(self._scores(states[mx.array(places)], ids))
        return [[next(scores) for _ in places] for places in at]

    def forget(self, kept: int) -> None:
        """Forget all but the prefix and the first `kept` tokens after it."""
        excess = self._memory[0].offset - len(self._prefix) - kept
        for layer in self._memory:
            layer.trim(excess)

    def _scores(self, states: mx.array, ids: tuple[int, ...]) -> Scores:
        rows = self._rows.get(ids)
        scores = states @ (self._output(ids) if rows is None else rows).T
        found: Scores = scores.astype(mx.float32).tolist()  # type: ignore[assignment]  # of two dimensions
        return found

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

    def _base(self, path: str) -> Linear | QuantizedLinear:
        linear = self._linears[path]
        return _as_type(linear, mx.float32) if self._fuses else linear

    def _with_lora(self, path: str, a: mx.array, b: mx.array, scale: float) -> Module:
        linear = self._base(path)
        lora: Module = LoRALinear.from_base(linear, r=a.shape[1], scale=scale)
        lora.lora_a, lora.lora_b = a, b
        fused: Module = lora.fuse() if self._fuses else lora.eval()
        return fused


def leave_thread() -> None:
    """End this thread's use of mlx; without it the process aborts when it exits."""
    gc.collect()  # what is left of a model goes first
    mx.clear_streams()


def give_back() -> None:
    """Give memory back to the system that loading took and nothing uses any more."""
    mx.clear_cache()
    if sys.platform == "linux":
        ctypes.CDLL(None).malloc_trim(0)


def _narrow(linear: Linear | QuantizedLinear) -> Linear | QuantizedLinear:
    """Give a layer in half the bytes, if that loses nothing."""
    narrow = _as_type(linear, mx.float16)
    same = mx.array_equal(narrow.weight.astype(mx.float32), linear.weight)
    return narrow if same.item() else linear


def _as_type(
    linear: Linear | QuantizedLinear, kind: mx.Dtype
) -> Linear | QuantizedLinear:
    """Give a layer with its weight as another type; the bias stays as it is."""
    changed = copy.copy(linear)
    changed.weight = linear.weight.astype(kind)
    mx.eval(changed.weight)
    return changed


def _sizes(linear: Linear | QuantizedLinear) -> tuple[int, int]:
    """Give how many numbers a layer takes and gives."""
    outputs, inputs = linear.weight.shape
    packed = isinstance(linear, QuantizedLinear)
    return (inputs * 32 // linear.bits if packed else inputs), outputs
