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


@pytest.mark.parametrize(
    "why",
    [
        "OSError: [Errno 28] No space left on device",
        "OSError: [Errno 27] File too large",
        "RuntimeError: [write] Unable to write 4096 bytes to file.",
    ],
)
def test_a_full_disk_is_known_by_what_is_said_of_it(tmp_path: Path, why: str) -> None:
    assert room.is_full(tmp_path, why)
    assert not room.is_full(tmp_path, "OSError: [Errno 13] Permission denied")


def test_a_full_disk_is_said_with_what_to_do_next() -> None:
    said = "no room left in x (y); free some, then say the same again: it goes on from here"

    assert room.none_left("x", "y") == said
    assert room.none_left("x", "") == said.replace(" (y)", "")
