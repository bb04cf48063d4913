"""Adapter folders are published whole, and `current` never points at half of one."""

from pathlib import Path

import pytest

from training import adapters
from training.hashes import file_hash
from whisperad.adapter import WEIGHTS, Manifest, read_manifest
from whisperad.errors import BadAdapter


def _published(folder: Path, weights: bytes, base_hash: str = "0" * 64) -> Path:
    partial = folder / ".fitting"
    partial.mkdir(parents=True)
    (partial / WEIGHTS).write_bytes(weights)
    manifest = Manifest(base="b", base_hash=base_hash, prompt_version=1)
    return adapters.publish(partial, manifest, folder)


def test_a_published_folder_is_complete_and_named_by_time_and_hash(
    tmp_path: Path,
) -> None:
    folder = _published(tmp_path, b"one")

    assert read_manifest(folder).base == "b"
    assert read_manifest(folder).weights_hash == file_hash(folder / WEIGHTS)
    assert folder.name[8] == "T"
    assert len(folder.name.rsplit("-", 1)[1]) == 8
    assert not (tmp_path / ".fitting").exists()


def test_rollback_swaps_current_and_previous(tmp_path: Path) -> None:
    first, second = _published(tmp_path, b"one"), _published(tmp_path, b"two")
    adapters.make_current(tmp_path, first)
    adapters.make_current(tmp_path, second)

    assert adapters.rollback(tmp_path) == first
    assert adapters.current(tmp_path) == first
    assert adapters.rollback(tmp_path) == second


def test_without_a_previous_one_rollback_says_so(tmp_path: Path) -> None:
    adapters.make_current(tmp_path, _published(tmp_path, b"one"))

    with pytest.raises(BadAdapter, match="no adapter to go back to"):
        adapters.rollback(tmp_path)


def test_a_folder_without_manifest_is_not_current(tmp_path: Path) -> None:
    unfinished = tmp_path / "unfinished"
    unfinished.mkdir()
    (tmp_path / "current").symlink_to("unfinished")

    assert adapters.current(tmp_path) is None


def test_another_base_has_its_own_current_and_previous(tmp_path: Path) -> None:
    tiny, qwen = "1" * 64, "2" * 64
    first, second = (_published(tmp_path, b, tiny) for b in (b"one", b"two"))
    adapters.make_current(tmp_path, first)
    adapters.make_current(tmp_path, second)
    adapters.choose_for(tmp_path, qwen)

    assert adapters.current(tmp_path) is None
    with pytest.raises(BadAdapter):
        adapters.rollback(tmp_path)

    third = _published(tmp_path, b"three", qwen)
    adapters.make_current(tmp_path, third)
    adapters.choose_for(tmp_path, qwen)

    assert adapters.current(tmp_path) == third

    adapters.choose_for(tmp_path, tiny)

    assert adapters.current(tmp_path) == second
    assert adapters.rollback(tmp_path) == first


def test_one_cannot_go_back_to_an_adapter_of_another_base(tmp_path: Path) -> None:
    adapters.make_current(tmp_path, _published(tmp_path, b"one", "1" * 64))
    adapters.make_current(tmp_path, _published(tmp_path, b"two", "2" * 64))

    with pytest.raises(BadAdapter, match="no adapter to go back to"):
        adapters.rollback(tmp_path)
