"""What a base's own adapter knows stays while another is fitted from there."""

import shutil
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import mlx.core as mx
import numpy as np
import pytest
from mlx.nn.layers.base import Module
from mlx.nn.utils import value_and_grad
from mlx.utils import tree_flatten
from mlx_lm.tuner.utils import linear_to_lora_layers
from mlx_lm.utils import load_model
from tokenizers import Tokenizer

from training import bases, lessons, quick
from training.dataset import Example, write
from training.feeding import Rows, batches
from training.fit import KEYS
from whisperad.adapter import MANIFEST, WEIGHTS
from whisperad.errors import BadAdapter
from whisperad.intent import NOT_A_COMMAND, Intent
from whisperad.settings import EMBEDDED_MODEL

OWN = EMBEDDED_MODEL / "adapter"
KNOWN = (
    Example("mute", (Intent("mute_volume"),), ""),
    Example("open chrome", (Intent("open_app", {"target": "chrome"}),), ""),
    Example("what a lovely day", (NOT_A_COMMAND,), ""),
)
NEW = (Example("feed the cat", (Intent("buy_cat_food"),), ""),)


def base() -> Module:
    """Give the embedded base."""
    model: Module
    model, _ = load_model(EMBEDDED_MODEL)
    model.set_dtype(mx.float32)
    return model


def lora(rank: int = 16) -> Module:
    """Give the embedded base with layers to be fitted."""
    model = base()
    model.freeze()
    parameters = {"rank": rank, "scale": 1.0, "dropout": 0.0, "keys": list(KEYS)}
    linear_to_lora_layers(model, len(model.layers), parameters)
    return model


def slope(examples: Sequence[Example], folder: Path) -> float:
    """Give how steep the loss is where fitting begins, on some examples."""
    write(examples, folder / "rows.jsonl")
    tokenizer = Tokenizer.from_file(str(EMBEDDED_MODEL / "tokenizer.json"))
    rows = Rows(folder / "rows.jsonl", tokenizer)
    np.random.seed(0)
    (batch,) = islice(batches(rows, len(rows), 99, loop=False, share=(0, 1)), 1)
    arrays = [mx.array(numbers) for part in batch for numbers in part]
    model = lora()
    assert lessons.begin(model, OWN, 1.0)
    aim = lessons.aim(base(), OWN)

    def loss(model: Module, *batch: mx.array) -> mx.array:
        return quick.answer_loss(model, *batch, aim=aim)[0]

    _, slopes = value_and_grad(model, loss)(model, *arrays)
    flat = tree_flatten(slopes, destination={})
    assert isinstance(flat, dict)
    return max(float(mx.abs(some).max()) for some in flat.values())


def test_what_is_known_asks_for_no_change(tmp_path: Path) -> None:
    assert slope(KNOWN, tmp_path) < 1e-4


def test_what_is_new_asks_for_a_change(tmp_path: Path) -> None:
    assert slope(NEW, tmp_path) > 1e-2


def test_what_is_known_is_aimed_at_as_it_is_and_the_rest_at_what_is_right() -> None:
    logits = mx.array([[5.0, 0.0, 0.0], [5.0, 0.0, 0.0], [5.0, 0.0, 0.0]])

    aims, weights = lessons.targets(logits, mx.array([0, 1, -1]))

    assert mx.allclose(aims[0], mx.softmax(logits[0]))
    assert aims[1].tolist() == [0.0, 1.0, 0.0]
    assert weights[:2].tolist() == [1.0, lessons.NEW_WEIGHT]


@pytest.mark.parametrize(("rank", "scale"), [(8, 1.0), (16, 2.0)])
def test_fitting_begins_anew_where_an_adapter_does_not_fit(
    rank: int, scale: float
) -> None:
    model = lora(rank)
    before = dict(tree_flatten(model.trainable_parameters()))

    assert not lessons.begin(model, OWN, scale)

    after = dict(tree_flatten(model.trainable_parameters()))
    assert all(mx.array_equal(after[name], before[name]) for name in before)


def test_weights_that_are_damaged_are_named(tmp_path: Path) -> None:
    damaged = tmp_path / "adapter"
    shutil.copytree(OWN, damaged)
    (damaged / WEIGHTS).write_bytes(b"no weights")

    with pytest.raises(BadAdapter, match=str(damaged / WEIGHTS)):
        lessons.begin(lora(), damaged, 1.0)


def test_a_base_knows_its_own_adapter_while_it_fits_and_is_whole(
    tmp_path: Path,
) -> None:
    other = tmp_path / "other"
    shutil.copytree(EMBEDDED_MODEL, other)
    assert bases.own_adapter(EMBEDDED_MODEL) == OWN
    assert bases.own_adapter(other) == other / "adapter"
    with_own = bases.ground_hash(other)

    weights = (OWN / WEIGHTS).read_bytes()
    (other / "adapter" / WEIGHTS).write_bytes(weights[:-4] + b"\0\0\0\0")
    assert bases.own_adapter(other) is None
    (other / "adapter" / WEIGHTS).unlink()
    assert bases.own_adapter(other) is None
    (other / "adapter" / WEIGHTS).write_bytes(weights)
    assert bases.own_adapter(other) == other / "adapter"

    (other / "model.safetensors").write_bytes(b"other weights")
    assert bases.own_adapter(other) is None

    (other / "adapter" / MANIFEST).unlink()
    assert bases.own_adapter(other) is None
    assert with_own == bases.ground_hash(EMBEDDED_MODEL) != bases.ground_hash(other)
