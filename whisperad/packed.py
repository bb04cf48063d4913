"""A small base's layers on a CPU, in as few and as large steps as there can be.

Computes what mlx-lm computes for Qwen2 (arXiv:2407.10671) with half the steps: there,
each costs some microseconds whatever its size, which is most of a pass over a command.
One product gives queries, keys and values, another one gate and up; the weights of
norms, the scale of attention and an adapter are part of the matrices.
"""

from collections.abc import Generator, Mapping, Sequence
from typing import NamedTuple, TypeAlias

import msgspec

from whisperad.padding import padded, places
from whisperad.weights import Layers, Lora, ModelArgs, linears, quick_swiglu

# After `weights`, which chooses the BLAS that mlx binds when it is imported.
import mlx.core as mx  # isort: skip

POSITIONS = 256  # of the first table of angles

# Keys and values of each layer: rows x heads x tokens x numbers of a head.
Memory: TypeAlias = list[tuple[mx.array, mx.array]]


class Block(NamedTuple):
    """A layer's weights, each inputs by outputs."""

    attending: mx.array  # hidden -> queries, keys and values
    bias: mx.array
    attended: mx.array  # values -> hidden
    gate_and_up: mx.array
    down: mx.array


class Weights(msgspec.Struct):
    """The weights of a base and its adapter, and what they read before every prompt."""

    blocks: list[Block]
    prefix: Memory = []


class Packed:
    """A base's layers, which read with one adapter at a time and remember it."""

    def __init__(self, layers: Layers, prefix: Sequence[int]) -> None:
        """Take mlx-lm's layers, and keep them in half the bytes if that loses nothing.

        What a file has in so few is taken as it is.
        """
        args = layers.args
        self._layers = layers.layers
        self._prefix = list(prefix)
        self._heads, self._groups = args.num_attention_heads, args.num_key_value_heads
        self._size = args.hidden_size // self._heads
        self._theta, self._eps = args.rope_theta, args.rms_norm_eps
        self._embedding = layers.model.embed_tokens
        self._norm = layers.model.norm.weight.astype(mx.float32)
        self._linears = linears(layers)
        # They wait for adapters to be added to them, and need not be wide for that.
        for module in [*self._linears.values(), self._embedding]:
            module.weight = _narrow(module.weight)
        mx.eval(self._embedding.weight, self._norm)
        self._make_angles(POSITIONS)
        self._memory: Memory = []

    @staticmethod
    def fits(args: ModelArgs) -> bool:
        """Whether these layers are computed as they are here."""
        return args.rope_scaling is None and not args.rope_traditional

    def adapting(self, loras: Mapping[str, Lora]) -> Generator[None, None, Weights]:
        """Add an adapter to the base, stopping after each layer."""
        blocks: list[Block] = []
        for number in range(len(self._layers)):
            blocks.append(self._block(number, loras))
            mx.eval(blocks[-1])
            yield
        return Weights(blocks)

    def use(self, weights: Weights | None) -> None:
        """Read with these weights from now on, or with the base's alone."""
        if weights is None:
            weights = Weights([self._block(n, {}) for n in range(len(self._layers))])
        self._blocks = weights.blocks
        if not weights.prefix:
            self._memory = self._nothing()
            self.read(self._prefix, len(self._prefix) - 1)
            weights.prefix = self._memory
            # All of it: other threads may read, but cannot end what this one began.
            mx.eval(weights.prefix, weights.blocks)
        self._begun = self._memory = weights.prefix

    def read(self, tokens: list[int], since: int) -> mx.array:
        """Read on, remember it, and give the states from one of the tokens on."""
        at = mx.arange(since, len(tokens))
        states, self._memory = self._read(mx.array([tokens]), at, self._memory)
        return states

    def read_together(self, rows: list[list[int]], since: list[int]) -> mx.array:
        """Read several prompts from their beginning, and remember none.

        Gives the states of each from one of its tokens on, one after the other.
        """
        at = mx.array(places(rows, since))
        states, _ = self._read(mx.array(padded(rows)), at, self._begun)
        return states

    def forget(self, kept: int) -> None:
        """Forget all but the prefix and the first `kept` tokens after it."""
        length = len(self._prefix) + kept
        if not kept:
            self._memory = self._begun
        elif self._memory[0][0].shape[2] > length:
            self._memory = [
                (keys[:, :, :length], values[:, :, :length])
                for keys, values in self._memory
            ]

    def _read(
        self, tokens: mx.array, at: mx.array, begun: Memory
    ) -> tuple[mx.array, Memory]:
        """Read rows x tokens after what was read; `at` counts through all rows.

        Gives the states there, and what has been read by then.
        """
        count, length = tokens.shape
        before = begun[0][0].shape[2]
        angles = self._angles(before, length)
        mask = self._mask(before, length)
        x = self._embedding(tokens.flatten()).astype(mx.float32)
        memory: Memory = []
        for block, (keys, values) in zip(self._blocks, begun, strict=True):
            y = mx.addmm(block.bias, self._normed(x), block.attending)
            y = y.reshape(count, length, -1, self._size)
            turned = _turned(y[:, :, : -self._groups], *angles).swapaxes(1, 2)
            queries, new = turned[:, : self._heads], turned[:, self._heads :]
            keys = _joined(keys, new)
            values = _joined(values, y[:, :, -self._groups :].swapaxes(1, 2))
            memory.append((keys, values))
            # The queries of heads that share their keys, one after the other.
            queries = queries.reshape(count, self._groups, -1, self._size)
            scores = queries @ keys.swapaxes(2, 3)
            if mask is not None:
                scores = scores + mask
            read = mx.softmax(scores, -1) @ values
            read = read.reshape(count, self._heads, length, self._size)
            read = read.swapaxes(1, 2).reshape(count * length, -1)
            if len(memory) == len(self._blocks):  # nothing else is asked for
                x, read = x[at], read[at]
            x = mx.addmm(x, read, block.attended)
            gate, up = mx.split(self._normed(x) @ block.gate_and_up, 2, -1)
            x = mx.addmm(x, quick_swiglu(gate, up), block.down)
            if len(memory) == 1:
                mx.async_eval(x)  # while Python says what comes after it
        return self._normed(x) * self._norm, memory

    def _normed(self, x: mx.array) -> mx.array:
        return x * mx.rsqrt(mx.mean(x * x, -1, keepdims=True) + self._eps)

    def _nothing(self) -> Memory:
        nothing = mx.zeros((1, self._groups, 0, self._size))
        return [(nothing, nothing) for _ in self._layers]

    def _mask(self, before: int, length: int) -> mx.array | None:
        """Hide later tokens, for the queries of all heads that share their keys."""
        if length == 1:
            return None
        later = mx.arange(before + length) > mx.arange(before, before + length)[:, None]
        hidden = mx.where(later, -mx.inf, 0.0)
        return mx.tile(hidden, (self._heads // self._groups, 1))

    def _angles(self, before: int, length: int) -> tuple[mx.array, mx.array]:
        """Give cosines and sines, tokens x 1 x numbers of a head."""
        end = before + length
        if end > self._cosines.shape[0]:
            self._make_angles(2 * end)
        return self._cosines[before:end], self._sines[before:end]

    def _make_angles(self, positions: int) -> None:
        """Make the tables of rotary positions (arXiv:2104.09864)."""
        exponents = mx.arange(0, self._size, 2) / self._size
        angles = mx.arange(positions)[:, None] * mx.power(self._theta, -exponents)
        cosines, sines = mx.cos(angles), mx.sin(angles)
        self._cosines = mx.concatenate([cosines, cosines], -1)[:, None]
        self._sines = mx.concatenate([-sines, sines], -1)[:, None]
        mx.eval(self._cosines, self._sines)

    def _block(self, number: int, loras: Mapping[str, Lora]) -> Block:
        """Put a layer's weights together, with an adapter's in them."""
        layer = self._layers[number]
        attention = layer.self_attn
        scale = self._size**-0.5
        before = _wide(layer.input_layernorm.weight)
        between = _wide(layer.post_attention_layernorm.weight)

        def weight(path: str) -> mx.array:
            path = f"model.layers.{number}.{path}"
            weight = _wide(self._linears[path].weight)
            return weight + loras[path].delta() if path in loras else weight

        queries, keys, values = (weight(f"self_attn.{n}_proj") for n in "qkv")
        biases = [_wide(attention.q_proj.bias) * scale]
        biases += [_wide(attention.k_proj.bias), _wide(attention.v_proj.bias)]
        attending = mx.concatenate([queries * scale, keys, values])
        gate_and_up = mx.concatenate([weight("mlp.gate_proj"), weight("mlp.up_proj")])
        return Block(
            mx.contiguous((attending * before).T),
            mx.concatenate(biases),
            mx.contiguous(weight("self_attn.o_proj").T),
            mx.contiguous((gate_and_up * between).T),
            mx.contiguous(weight("mlp.down_proj").T),
        )


def _turned(x: mx.array, cosines: mx.array, sines: mx.array) -> mx.array:
    """Turn each head's numbers by the angles of their positions."""
    low, high = mx.split(x, 2, -1)
    return x * cosines + mx.concatenate([high, low], -1) * sines


def _joined(before: mx.array, new: mx.array) -> mx.array:
    """Append the tokens of each row to what all rows begin with."""
    if before.shape[0] != new.shape[0]:
        before = mx.broadcast_to(before, (new.shape[0], *before.shape[1:]))
    return mx.concatenate([before, new], 2)


def _wide(weight: mx.array) -> mx.array:
    return weight.astype(mx.float32)


def _narrow(weight: mx.array) -> mx.array:
    """Give numbers in half the bytes, if that loses nothing."""
    if weight.itemsize <= mx.float16.size:
        return weight
    narrow = weight.astype(mx.float16)
    same = mx.array_equal(narrow.astype(mx.float32), weight)
    kept = narrow if same.item() else weight
    mx.eval(kept)
    return kept
