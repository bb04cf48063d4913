"""The layers of a Qwen2 model, as fast as they run here.

A network belongs to the thread that made it: `model_thread.py` touches it from nowhere
else. Threads beside it read with what `Network.beside` gives each of them, which shares
the weights and nothing that changes.
"""

import gc
from collections.abc import Generator
from copy import copy
from pathlib import Path
from typing import Any, TypeAlias

from whisperad import weights as files
from whisperad.errors import BadAdapter
from whisperad.heap import give_freed_back
from whisperad.packed import Packed
from whisperad.plain import Plain
from whisperad.weights import BLAS, Lora

# After `weights`, which chooses the BLAS that mlx binds when it is imported.
import mlx.core as mx  # isort: skip
from mlx.nn.layers.linear import Linear  # isort: skip
from mlx.nn.layers.quantized import QuantizedEmbedding, QuantizedLinear  # isort: skip
from mlx.utils import tree_flatten  # isort: skip

Scores = list[list[float]]
States: TypeAlias = mx.array  # tokens x hidden size, of a pass that may be on its way
Weights: TypeAlias = Any  # what the layers have made of an adapter

# Freed buffers that mlx keeps; by itself it keeps as many as there is memory for.
CPU_CACHE_BYTES = 2**20  # more makes nothing faster, once all is loaded
LOADING_CACHE_BYTES = 2**25  # new pages cost more than what is done with their numbers
GPU_CACHE_BYTES = 128 * 2**20

# Up to this size, on a CPU, an adapter's weights are added to the base's: a copy of the
# base for each adapter, but a pass takes half the time. And one thread is nearly as
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
        mx.set_cache_limit(LOADING_CACHE_BYTES if is_cpu else GPU_CACHE_BYTES)
        if is_cpu:
            # It would run a C++ compiler at the first pass, and gain nothing.
            mx.disable_compile()
        base = files.load(folder, dense=is_cpu)
        weights: list[tuple[str, mx.array]] = tree_flatten(base.parameters())  # type: ignore[assignment]  # a list, without a destination
        width = mx.float32.size if is_cpu else 0
        self.bytes = sum(w.size * max(width, w.itemsize) for _, w in weights)
        self.vocabulary: int = base.args.vocab_size
        self.device = (
            f"{'cpu' if is_cpu else 'gpu'} ({mx.device_info()['device_name']})"
        )
        is_small = is_cpu and self.bytes <= SMALL_BYTES
        if is_small:
            BLAS.limit_threads(SMALL_THREADS)
        del weights
        # Whether several threads may read at a time, and are the faster for it.
        self.can_share = is_small and Packed.fits(base.args)
        try:
            if is_cpu and not self.can_share:
                files.widen(base)
            mx.eval(base.parameters())
            self._layers: Packed | Plain = (
                Packed(base, prefix) if self.can_share else Plain(base, prefix)
            )
        except files.DAMAGED as error:
            raise BadAdapter(
                f"{folder}: no base that can be served: {error}"
            ) from error
        self._places = {p: _sizes(m) for p, m in files.linears(base).items()}
        self._head = base.model.embed_tokens
        if not base.args.tie_word_embeddings:
            self._head = base.lm_head
        self._kind = mx.float32 if is_cpu else self._head.weight.dtype
        self._kept: tuple[tuple[int, ...], mx.array | None] = ((), None)

    def adapting(self, folder: Path, scale: float) -> Generator[None, None, Weights]:
        """Read an adapter's weights and get them ready to be used.

        Stops every few of them, for others to have their turn, and gives all at the
        end. Raises `BadAdapter` if they do not fit; what is in use stays as it is.
        """
        file = folder / "adapters.safetensors"
        weights = files.read(file)
        if not weights:
            raise BadAdapter(f"{file}: it has no weights")
        yield
        loras: dict[str, Lora] = {}
        for path in sorted({name.rpartition(".")[0] for name in weights}):
            a, b = weights.get(f"{path}.lora_a"), weights.get(f"{path}.lora_b")
            if a is None or b is None or path not in self._places:
                raise BadAdapter(f'{file}: the base has no place for "{path}"')
            inputs, outputs = self._places[path]
            rank = a.shape[-1] if a.ndim else 0
            if not rank or (a.shape, b.shape) != ((inputs, rank), (rank, outputs)):
                raise BadAdapter(
                    f'{file}: "{path}" is {a.shape} by {b.shape}, expected'
                    f" ({inputs}, rank) by (rank, {outputs})"
                )
            numbers = mx.concatenate([a.flatten(), (scale * b).flatten()])
            if not mx.isfinite(numbers).all():
                raise BadAdapter(f'{file}: some weights of "{path}" are no numbers')
            loras[path] = Lora(a, b, scale)
        yield
        return (yield from self._layers.adapting(loras))

    def use(self, weights: Weights | None) -> None:
        """Read with an adapter's weights from now on, or with the base's alone."""
        self._layers.use(weights)

    def settle(self) -> None:
        """Keep no more freed memory at hand than passes need: all is loaded."""
        if mx.default_device().type == mx.DeviceType.cpu:
            mx.set_cache_limit(CPU_CACHE_BYTES)
        mx.clear_cache()

    def keep_rows(self, ids: tuple[int, ...]) -> None:
        """Have the output weights of these tokens, and no others, at hand."""
        rows = self._output(ids).T
        mx.eval(rows)
        self._kept = ids, rows

    def read(self, tokens: list[int], since: int) -> States:
        """Begin a pass that reads tokens, and give what it will make of the last ones.

        Those are the tokens from `since` on, for `scores`. Only where mlx runs ahead, as
        on a GPU, is the pass still on its way when this returns.
        """
        return _begun(self._layers.read(tokens, since))

    def read_together(self, rows: list[list[int]], since: list[int]) -> States:
        """Begin a pass that reads several prompts from their beginning.

        Gives what it will make of each row from its `since` on, one after the other.
        Begun as by `read`; none of it is remembered.
        """
        return _begun(self._layers.read_together(rows, since))

    def scores(self, states: States, at: list[int], ids: tuple[int, ...]) -> Scores:
        """Score tokens as the next ones after those that `read` gave, by number.

        It is quicker if `ids` begin with the tokens whose rows are kept.
        """
        kept, rows = self._kept
        if len(at) < states.shape[0]:
            states = states[mx.array(at)]
        if rows is None or ids[: len(kept)] != kept:
            found = states @ self._output(ids).T
        else:
            found = states @ rows
            if len(ids) > len(kept):
                others = states @ self._output(ids[len(kept) :]).T
                found = mx.concatenate([found, others], -1)
        found = found.astype(mx.float32)
        mx.eval(found)  # others have their turn meanwhile
        scores: Scores = found.tolist()  # type: ignore[assignment]  # of two dimensions
        return scores

    def beside(self) -> "Network":
        """Give one with the same weights, and a memory of its own, for another thread."""
        beside = copy(self)
        beside._layers = copy(self._layers)
        return beside

    def forget(self, kept: int) -> None:
        """Forget all but the prefix and the first `kept` tokens after it."""
        self._layers.forget(kept)

    def _output(self, ids: tuple[int, ...]) -> mx.array:
        """Give the rows of the output layer that score these tokens."""
        chosen = mx.array(ids)
        head = self._head
        if not isinstance(head, QuantizedLinear | QuantizedEmbedding):
            rows: mx.array = head.weight[chosen].astype(self._kind)
            return rows
        # A weight has one row a token, packed or not.
        parts: dict[str, mx.array] = {name: head[name][chosen] for name in head}
        return mx.dequantize(
            parts["weight"],
            parts["scales"],
            parts.get("biases"),
            head.group_size,
            head.bits,
            head.mode,
        )


def _begun(states: States) -> States:
    mx.async_eval(states)
    return states


def leave_thread() -> None:
    """End this thread's use of mlx; without it the process aborts when it exits."""
    gc.collect()  # what is left of a model goes first
    mx.clear_streams()


def give_back() -> None:
    """Give memory back to the system that loading took and nothing uses any more."""
    mx.clear_cache()
    give_freed_back()


def _sizes(linear: Linear | QuantizedLinear) -> tuple[int, int]:
    """Give how many numbers a layer takes and gives."""
    outputs, inputs = linear.weight.shape
    packed = isinstance(linear, QuantizedLinear)
    return (inputs * 32 // linear.bits if packed else inputs), outputs
