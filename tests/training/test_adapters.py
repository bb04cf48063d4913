"""Adapter folders are published whole, and `current` never points at half of one."""

from pathlib import Path

import pytest

from training import adapters
from whisperad.adapter import WEIGHTS, Manifest, read_manifest
from whisperad.errors import BadAdapter


def _published(folder: Path, weights: bytes) -> Path:
    partial = adapters.fresh_partial(folder)
    (partial / WEIGHTS).write_bytes(weights)
    manifest = Manifest(base="b", base_hash="0" * 64, prompt_version=1)
    return adapters.publish(partial, manifest, folder)


def test_a_published_folder_is_complete_and_named_by_time_and_hash(
    tmp_path: Path,
) -> None:
    folder = _published(tmp_path, b"one")

    assert read_manifest(folder).base == "b"
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


def test_what_a_killed_run_left_is_cleared_away(tmp_path: Path) -> None:
    (adapters.fresh_partial(tmp_path) / "half.safetensors").write_bytes(b"x")

    assert list(adapters.fresh_partial(tmp_path).iterdir()) == []
