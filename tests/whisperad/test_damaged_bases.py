"""A folder that is no base, or only half of one, is refused by its name."""

import shutil
from pathlib import Path

import pytest
from safetensors.numpy import load_file, save_file

from tests import tiny_base
from whisperad.errors import BadAdapter
from whisperad.network import Network


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a base that is whole."""
    return tiny_base.write_base(tmp_path_factory.mktemp("base"))


def _damage_config(folder: Path) -> None:
    (folder / "config.json").write_text("{")


def _other_architecture(folder: Path) -> None:
    (folder / "config.json").write_text('{"model_type":"llama"}')


def _nothing_but_the_type(folder: Path) -> None:
    (folder / "config.json").write_text('{"model_type":"qwen2"}')


def _cut_weights(folder: Path) -> None:
    file = folder / "model.safetensors"
    file.write_bytes(file.read_bytes()[:-100])


def _no_weights(folder: Path) -> None:
    (folder / "model.safetensors").unlink()


def _one_layer_less(folder: Path) -> None:
    file = folder / "model.safetensors"
    weights = load_file(file)
    del weights["model.layers.1.mlp.up_proj.weight"]
    save_file(weights, file)


@pytest.mark.parametrize(
    "damage",
    [
        _damage_config,
        _other_architecture,
        _nothing_but_the_type,
        _cut_weights,
        _no_weights,
        _one_layer_less,
    ],
)
def test_a_folder_that_is_no_base_is_refused(
    folder: Path, tmp_path: Path, damage: object
) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(folder, broken)
    assert callable(damage)
    damage(broken)

    with pytest.raises(BadAdapter, match="broken"):
        Network(broken, [1])
