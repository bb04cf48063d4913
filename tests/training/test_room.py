"""What does not fit is refused with figures before it is begun."""

from pathlib import Path

import pytest

from training import room
from whisperad.errors import CannotFetch


def test_more_memory_than_there_is_is_refused() -> None:
    with pytest.raises(CannotFetch, match=r"^a base needs 1350000\.1 GB of memory, "):
        room.check_memory(10**15, "a base")


def test_more_disk_than_there_is_is_refused_for_a_folder_yet_to_be_made(
    tmp_path: Path,
) -> None:
    with pytest.raises(CannotFetch, match=f"{tmp_path} has .* free"):
        room.check_disk(10**16, tmp_path / "models" / "x", "a base")


def test_what_fits_is_not_refused(tmp_path: Path) -> None:
    room.check_memory(0, "nothing")
    room.check_disk(1, tmp_path, "a byte")


def test_this_machine_has_some_memory() -> None:
    assert room.memory() > 10**8


@pytest.mark.parametrize(
    ("size", "told"),
    [(0, "0 KB"), (1500, "2 KB"), (988_097_713, "988 MB"), (1_976_131_072, "2.0 GB")],
)
def test_sizes_are_told_as_people_do(size: int, told: str) -> None:
    assert room.told(size) == told
