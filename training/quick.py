"""What fitting computes, in less time than mlx takes by itself on an x86 CPU.

There mlx's `exp`, `sigmoid` and `softmax` take three to six times as long as its
`power`, and the gradients that it derives compute them again. So two functions say what
their gradients are. And all that is no product is done by one core, so a batch is parted
among the cores.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, TypeAlias

from training.feeding import Batch
from whisperad.blas import cores
from whisperad.weights import BLAS, LOG2_E

# After `weights`, which chooses the BLAS that mlx binds when it is imported.
import mlx.core as mx  # isort: skip

MOST_PARTS = 4  # of a batch, at the same time: smaller ones would be too small

_ARRAYS = len(Batch._fields)  # of a part
_Arrays = Sequence[mx.array]
Aim: TypeAlias = Callable[[mx.array, mx.array, mx.array], tuple[mx.array, mx.array]]


@cache
def streams() -> list[mx.Stream]:
    """Give a stream for each part of a batch: on a CPU each has a core of its own.

    There most of an iteration is done by one core, but for products, and these too are
    done sooner so than by all cores together.
    """
    device = mx.default_device()
    if device.type != mx.DeviceType.cpu:
        return [mx.default_stream(device)]
    BLAS.limit_threads(1)
    return [mx.new_stream(device) for _ in range(min(MOST_PARTS, cores()))]


def answer_loss(
    model: Any, *batch: mx.array, aim: Aim | None = None
) -> tuple[mx.array, mx.array]:
    """Mean cross-entropy of the answers' tokens, of the parts of a batch.

    `aim` gives what to aim for instead of the tokens that follow, of a part's tokens,
    places and these: probabilities, and how much each place weighs.
    """
    losses, counts = [], []
    for number, stream in enumerate(streams()[: len(batch) // _ARRAYS]):
        with mx.stream(stream):
            tokens, places, following = batch[_ARRAYS * number :][:_ARRAYS]
            logits = answer_logits(model, tokens, places)
            if aim is None:
                each = cross_entropy(logits, following)
            else:
                targets, weights = aim(tokens, places, following)
                each = weights * soft_cross_entropy(logits, targets) * (following >= 0)
            losses.append(each.sum())
            counts.append((following >= 0).sum())
    count = mx.stack(counts).sum()
    return mx.stack(losses).sum() / count, count


def answer_logits(model: Any, tokens: mx.array, places: mx.array) -> mx.array:
    """Score what follows tokens (rows, length) at places, counted through all rows."""
    states = model.model(tokens).flatten(0, 1)[places]
    if model.args.tie_word_embeddings:
        logits: mx.array = model.model.embed_tokens.as_linear(states)
    else:
        logits = model.lm_head(states)
    return logits


def swiglu(gate: mx.array, x: mx.array) -> mx.array:
    """Give `silu(gate) * x` (arXiv:2002.05202)."""
    product: mx.array = _gated(gate, x)[0]
    return product


def cross_entropy(logits: mx.array, following: mx.array) -> mx.array:
    """Give each row's cross-entropy, of logits (rows, vocabulary) and token ids (rows).

    Rows whose token is negative do not count: theirs is 0.
    """
    each: mx.array = _entropies(logits.astype(mx.float32), following)[0]
    return each


def soft_cross_entropy(logits: mx.array, targets: mx.array) -> mx.array:
    """Give each row's cross-entropy, of logits and probabilities (rows, vocabulary).

    No gradient goes to the probabilities.
    """
    each: mx.array = _soft_entropies(logits.astype(mx.float32), targets)[0]
    return each


def softmax(logits: mx.array) -> mx.array:
    """Give the probabilities of logits (rows, vocabulary)."""
    powers = _powers(logits.astype(mx.float32))[1]
    return powers / powers.sum(-1, keepdims=True)


def _powers(logits: mx.array) -> tuple[mx.array, mx.array]:
    most = logits.max(-1, keepdims=True)
    return most, mx.power(2.0, (logits - most) * LOG2_E)


def _gate(gate: mx.array, x: mx.array) -> tuple[mx.array, mx.array]:
    share = 1 / (1 + mx.power(2.0, gate * -LOG2_E))  # sigmoid(gate)
    return gate * share * x, share


_gated: Any = mx.custom_function(_gate)


@_gated.vjp  # type: ignore[untyped-decorator]
def _gated_vjp(
    primals: _Arrays, cotangents: _Arrays, outputs: _Arrays
) -> tuple[mx.array, mx.array]:
    gate, x = primals
    share = outputs[1]
    passed = cotangents[0] * share
    return passed * x * (1 + gate * (1 - share)), passed * gate


def _entropy(logits: mx.array, following: mx.array) -> tuple[mx.array, mx.array]:
    most, powers = _powers(logits)
    total = powers.sum(-1, keepdims=True)
    found = mx.take_along_axis(logits, _column(following), -1)
    each = (mx.log(total) + most - found)[:, 0]
    return each * (following >= 0), powers / total


_entropies: Any = mx.custom_function(_entropy)


@_entropies.vjp  # type: ignore[untyped-decorator]
def _entropies_vjp(
    primals: _Arrays, cotangents: _Arrays, outputs: _Arrays
) -> tuple[mx.array, mx.array]:
    following, shares = primals[1], outputs[1]
    counted = (cotangents[0] * (following >= 0))[:, None]
    slopes = shares * counted
    column = _column(following)
    there = mx.take_along_axis(slopes, column, -1) - counted
    return mx.put_along_axis(slopes, column, there, -1), mx.zeros_like(following)


def _soft_entropy(logits: mx.array, targets: mx.array) -> tuple[mx.array, mx.array]:
    most, powers = _powers(logits)
    total = powers.sum(-1, keepdims=True)
    each = (mx.log(total) + most)[:, 0] - (targets * logits).sum(-1)
    return each, powers / total


_soft_entropies: Any = mx.custom_function(_soft_entropy)


@_soft_entropies.vjp  # type: ignore[untyped-decorator]
def _soft_entropies_vjp(
    primals: _Arrays, cotangents: _Arrays, outputs: _Arrays
) -> tuple[mx.array, mx.array]:
    targets, shares = primals[1], outputs[1]
    return (shares - targets) * cotangents[0][:, None], mx.zeros_like(targets)


def _column(following: mx.array) -> mx.array:
    """Make token ids (rows) indices into the last axis, (rows, 1)."""
    return mx.maximum(following, 0)[:, None]
