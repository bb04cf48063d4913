"""Quick functions of fitting give what mlx's own give, gradients too."""

from types import SimpleNamespace

import mlx.core as mx
import pytest
from mlx import nn
from mlx.nn.layers.base import Module
from mlx.nn.layers.embedding import Embedding
from mlx.nn.layers.linear import Linear
from mlx.nn.utils import value_and_grad

from training import quick


def test_swiglu_and_its_gradients_are_those_of_mlx() -> None:
    gate, x, onto = mx.random.normal((3, 40, 60), key=mx.random.key(1)) * 4

    def loss(gate: mx.array, x: mx.array) -> mx.array:
        return (quick.swiglu(gate, x) * onto).sum()

    def expected(gate: mx.array, x: mx.array) -> mx.array:
        return (gate * mx.sigmoid(gate) * x * onto).sum()

    _same(quick.swiglu(gate, x), gate * mx.sigmoid(gate) * x)
    found = mx.grad(loss, argnums=(0, 1))(gate, x)
    for one, other in zip(
        found, mx.grad(expected, argnums=(0, 1))(gate, x), strict=True
    ):
        _same(one, other)


def test_cross_entropy_and_its_gradient_are_those_of_mlx() -> None:
    logits = mx.random.normal((20, 300), key=mx.random.key(2)) * 5
    following = mx.array([7 * row for row in range(20)])
    onto = mx.arange(20) / 10

    def loss(logits: mx.array) -> mx.array:
        return (quick.cross_entropy(logits, following) * onto).sum()

    def expected(logits: mx.array) -> mx.array:
        return (nn.losses.cross_entropy(logits, following) * onto).sum()

    _same(loss(logits), expected(logits))
    _same(mx.grad(loss)(logits), mx.grad(expected)(logits))


def test_rows_without_a_token_cost_nothing_and_teach_nothing() -> None:
    logits = mx.random.normal((2, 9), key=mx.random.key(3))
    following = mx.array([4, -1])

    slopes = mx.grad(lambda some: quick.cross_entropy(some, following).sum())(logits)

    assert quick.cross_entropy(logits, following)[1].item() == 0
    assert not slopes[1].any()
    assert slopes[0].any()


@pytest.mark.parametrize("far", [200.0, 3e4])
def test_the_entropy_of_what_is_all_but_impossible_is_finite(far: float) -> None:
    found = quick.cross_entropy(mx.array([[far, 0.0]]), mx.array([1]))

    _same(found, mx.array([far]))


def test_soft_cross_entropy_and_its_gradient_are_those_of_mlx() -> None:
    logits, other = mx.random.normal((2, 20, 300), key=mx.random.key(5)) * 5
    targets = mx.softmax(other, -1)
    onto = mx.arange(20) / 10

    def loss(logits: mx.array) -> mx.array:
        return (quick.soft_cross_entropy(logits, targets) * onto).sum()

    def expected(logits: mx.array) -> mx.array:
        return (nn.losses.cross_entropy(logits, targets) * onto).sum()

    _same(quick.softmax(other), targets)
    _same(loss(logits), expected(logits))
    _same(mx.grad(loss)(logits), mx.grad(expected)(logits))


class _Model(Module):
    """The smallest that scores tokens as mlx-lm's models do."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        mx.random.seed(4)
        self.model = Embedding(12, 8)
        self.lm_head = Linear(8, 12)
        self.args = SimpleNamespace(tie_word_embeddings=False)


@pytest.mark.parametrize("parts", [1, 2, 3])
def test_the_loss_of_parts_is_that_of_the_whole_batch(
    parts: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quick, "cores", lambda: parts)
    quick.streams.cache_clear()
    model = _Model()
    tokens = mx.array([[1, 2, 3], [4, 5, 6], [7, 8, 9]])
    rows = [tokens[part::parts] for part in range(parts)]
    batch = [
        numbers
        for row in rows
        for numbers in (row, mx.arange(row.size), (row.flatten() + 1) % 11)
    ]

    (loss, count), slopes = value_and_grad(model, quick.answer_loss)(model, *batch)
    expected = nn.losses.cross_entropy(
        model.lm_head(model.model(tokens.flatten())), (tokens.flatten() + 1) % 11
    )
    quick.streams.cache_clear()

    assert count.item() == 9
    _same(loss, expected.mean())
    assert slopes["lm_head"]["weight"].any()


def _same(found: mx.array, expected: mx.array) -> None:
    assert mx.allclose(found, expected, rtol=1e-4, atol=1e-5)
