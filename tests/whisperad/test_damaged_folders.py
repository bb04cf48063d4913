"""Folders of bases and adapters that are damaged: refused with a reason, never served."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from tests import tiny_base
from whisperad.adapter import CONFIG, MANIFEST, WEIGHTS
from whisperad.errors import BadAdapter
from whisperad.model import Model
from whisperad.utterance import normalise

DOWN = "model.layers.0.mlp.down_proj.lora_a"
Weights = dict[str, np.ndarray]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a base."""
    return tiny_base.write_base(tmp_path_factory.mktemp("bases") / "little")


@pytest.fixture(scope="module")
def model(base: Path) -> Model:
    """Give a model of that base."""
    model = Model(base)
    model.serve(tiny_base.catalogue())
    return model


def _change(file: Path, **fields: object) -> None:
    file.write_text(json.dumps({**json.loads(file.read_text()), **fields}))


@pytest.mark.parametrize(
    "text", ["[]", '"qwen2"', '{"a":' * 50_000, "\udcff", "null", '{"model_type":[]}']
)
def test_a_config_that_is_none_is_refused(
    base: Path, tmp_path: Path, text: str
) -> None:
    broken = shutil.copytree(base, tmp_path / "broken")
    (broken / "config.json").write_text(text, errors="surrogateescape")

    with pytest.raises(BadAdapter, match="broken"):
        Model(broken)


@pytest.mark.parametrize(
    "fields",
    [
        {"num_attention_heads": 0},
        {"num_attention_heads": "4"},
        {"num_key_value_heads": 3},
        {"hidden_size": 0},
        {"hidden_size": -1},
        {"vocab_size": 10},
        {"rope_theta": None},
        {"rope_parameters": "all"},
        {"rope_scaling": {"type": "none of ours"}},
        {"rms_norm_eps": "small"},
    ],
    ids=str,
)
def test_a_config_that_cannot_be_is_refused(
    base: Path, tmp_path: Path, fields: dict[str, object]
) -> None:
    broken = shutil.copytree(base, tmp_path / "broken")
    _change(broken / "config.json", **fields)

    with pytest.raises(BadAdapter, match="broken"):
        Model(broken)


@pytest.mark.parametrize(
    "fields",
    [
        {"decoder": None},
        {"added_tokens": []},
        {"model": {"type": "WordLevel", "vocab": {"a": 0}, "unk_token": "a"}},
        {"normalizer": {"type": "Lowercase"}, "pre_tokenizer": None},
    ],
    ids=str,
)
def test_a_tokenizer_that_does_not_give_back_what_it_cut_is_refused(
    base: Path, tmp_path: Path, fields: dict[str, object]
) -> None:
    broken = shutil.copytree(base, tmp_path / "broken")
    _change(broken / "tokenizer.json", **fields)

    with pytest.raises(BadAdapter, match=r"tokenizer\.json"):
        Model(broken)


def test_a_base_that_is_a_link_to_itself_is_refused(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")

    with pytest.raises(BadAdapter, match="Too many levels of symbolic links"):
        Model(tmp_path / "loop")


def _none(weights: Weights) -> None:
    weights.clear()


def _a_single_number(weights: Weights) -> None:
    weights[DOWN] = np.zeros((), np.float32)


def _a_row(weights: Weights) -> None:
    weights[DOWN] = np.zeros(7, np.float32)


def _a_cube(weights: Weights) -> None:
    weights[DOWN] = np.zeros((64, 4, 1), np.float32)


def _no_rank(weights: Weights) -> None:
    for name, weight in weights.items():
        is_a = name.endswith("lora_a")
        weights[name] = weight[:, :0].copy() if is_a else weight[:0].copy()


def _no_numbers(weights: Weights) -> None:
    weights[DOWN][3, 2] = np.nan


def _no_end(weights: Weights) -> None:
    weights[DOWN.replace("lora_a", "lora_b")][0, 0] = np.inf


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (_none, "it has no weights"),
        (_a_single_number, r"expected \(64, rank\)"),
        (_a_row, r"expected \(64, rank\)"),
        (_a_cube, r"expected \(64, rank\)"),
        (_no_rank, "expected"),
        (_no_numbers, "are no numbers"),
        (_no_end, "are no numbers"),
    ],
)
def test_weights_that_cannot_be_served_are_refused(
    model: Model,
    base: Path,
    tmp_path: Path,
    damage: Callable[[Weights], None],
    message: str,
) -> None:
    before = model.understand(normalise("mute"))
    adapter = tiny_base.write_adapter(tmp_path / "a", base)
    weights = load_file(adapter / WEIGHTS)
    damage(weights)
    save_file(weights, adapter / WEIGHTS)

    with pytest.raises(BadAdapter, match=message):
        model.load_adapter(adapter)
    assert model.understand(normalise("mute")).confidence == before.confidence


def test_a_scale_that_makes_weights_endless_is_refused(
    model: Model, base: Path, tmp_path: Path
) -> None:
    adapter = tiny_base.write_adapter(tmp_path / "a", base, scale=1e300)

    with pytest.raises(BadAdapter, match="are no numbers"):
        model.load_adapter(adapter)


@pytest.mark.parametrize("share", [0, 0.0005, 0.001, 0.01, 0.1, 0.5, 0.9999])
@pytest.mark.parametrize("name", [WEIGHTS, MANIFEST, CONFIG])
def test_a_part_of_a_file_is_refused(
    model: Model, base: Path, tmp_path: Path, name: str, share: float
) -> None:
    adapter = tiny_base.write_adapter(tmp_path / "a", base)
    data = (adapter / name).read_bytes()
    (adapter / name).write_bytes(data[: int(len(data) * share)])

    with pytest.raises(BadAdapter, match=name):
        model.load_adapter(adapter)


@pytest.mark.parametrize("name", [WEIGHTS, MANIFEST, CONFIG])
def test_a_file_that_is_a_link_to_itself_is_refused(
    model: Model, base: Path, tmp_path: Path, name: str
) -> None:
    adapter = tiny_base.write_adapter(tmp_path / "a", base)
    (adapter / name).unlink()
    (adapter / name).symlink_to(name)

    with pytest.raises(BadAdapter, match=name):
        model.load_adapter(adapter)
