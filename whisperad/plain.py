"""A base's layers as mlx-lm has them: of any size, quantised or not, on any device."""

from collections.abc import Generator, Mapping, Sequence

import msgspec

from whisperad.padding import padded, places
from whisperad.weights import KVCache, Layers, Lora, LoRALinear, linears

# After `weights`, which chooses the BLAS that mlx binds when it is imported.
import mlx.core as mx  # isort: skip
from mlx.nn.layers.base import Module  # isort: skip
from mlx.utils import tree_unflatten  # isort: skip

MODULES_A_STEP = 8  # of an adapter: some milliseconds of a small base


class Weights(msgspec.Struct):
    """An adapter's modules, and what they read before every prompt."""

    modules: Mapping[str, Module]  # by their path in the model
    prefix: list[KVCache] = []


class Plain:
    """A base's layers, which read with one adapter at a time and remember it."""

    def __init__(self, layers: Layers, prefix: Sequence[int]) -> None:
        """Take mlx-lm's layers as they are."""
        self._layers = layers
        self._linears = linears(layers)
        self._prefix = list(prefix)
        self._used: Weights = Weights({})
        self._base = self._used

    def adapting(self, loras: Mapping[str, Lora]) -> Generator[None, None, Weights]:
        """Make the modules of an adapter, stopping every few of them."""
        # Layers begin with drawn numbers. Nobody reads those, so that what they are drawn
        # from would grow with every layer; this lets go of it.
        mx.random.seed(0)
        modules: dict[str, Module] = {}
        for number, (path, given) in enumerate(loras.items(), 1):
            linear = self._linears[path]
            lora = LoRALinear.from_base(linear, r=given.a.shape[1], scale=given.scale)
            lora.lora_a, lora.lora_b = given.a, given.b
            modules[path] = lora.eval()
            mx.eval(lora.parameters())
            if number % MODULES_A_STEP == 0:
                yield
        return Weights(modules)

    def use(self, weights: Weights | None) -> None:
        """Read with these modules from now on, or with the base's alone."""
        weights = weights or self._base
        bare = {path: self._linears[path] for path in self._used.modules}
        places: dict[str, Module] = {**bare, **weights.modules}
        if places:
            self._layers.update_modules(tree_unflatten(list(places.items())))
        self._used = weights
        if not weights.prefix:
            weights.prefix = [KVCache() for _ in self._layers.layers]
            mx.eval(self._layers.model(mx.array([self._prefix]), weights.prefix))
            mx.eval([layer.keys_and_values() for layer in weights.prefix])

    def read(self, tokens: list[int], since: int) -> mx.array:
        """Read on, remember it, and give the states from one of the tokens on."""
        states: mx.array = self._layers.model(mx.array([tokens]), self._used.prefix)
        return states[0, since:]

    def read_together(self, rows: list[list[int]], since: list[int]) -> mx.array:
        """Read several prompts from their beginning, and remember none.

        Gives the states of each from one of its tokens on, one after the other.
        """
        whole = [[*self._prefix, *row] for row in rows]
        before = len(self._prefix)
        at = mx.array(places(whole, [before + one for one in since]))
        states: mx.array = self._layers.model(mx.array(padded(whole)))
        return states.flatten(0, 1)[at]

    def forget(self, kept: int) -> None:
        """Forget all but the prefix and the first `kept` tokens after it."""
        memory = self._used.prefix
        excess = memory[0].offset - len(self._prefix) - kept
        for layer in memory:
            layer.trim(excess)
