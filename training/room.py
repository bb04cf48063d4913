"""Room: whether disk and memory take what is to be done, before it is begun."""

import errno
import os
import shutil
import sys
from pathlib import Path

from whisperad.errors import CannotFetch

DISK_MARGIN = 1.05  # file systems round up
MEMORY_MARGIN = 1.35  # while a model loads, some of it is there twice
PROGRAM_BYTES = 150 * 10**6  # Python and libraries, beside a model's weights

# What says that a disk is full: the system's words, and mlx's own.
FULL = (
    *(os.strerror(n) for n in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)),
    "Unable to write",
)
LEAST_BYTES = 2**14  # with fewer free, not even what went wrong can be written down


def is_full(folder: Path, why: str) -> bool:
    """Whether something went wrong because a folder's disk is full."""
    said = any(words in why for words in FULL)
    return said or shutil.disk_usage(folder).free < LEAST_BYTES


def none_left(place: Path | str, why: str) -> str:
    """Say that a disk is full, and what to do about it."""
    found = f" ({why})" if why else ""
    return (
        f"no room left in {place}{found}; free some, then say the same again: it goes"
        " on from here"
    )


def check_disk(needed: int, folder: Path, what: str) -> None:
    """Raise `CannotFetch` unless a folder's disk has so many bytes free."""
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    free, wanted = shutil.disk_usage(existing).free, round(needed * DISK_MARGIN)
    if free < wanted:
        raise CannotFetch(
            f"{what} needs {told(wanted)} of disk, but {existing} has {told(free)} free"
        )


def check_memory(needed: int, what: str) -> None:
    """Raise `CannotFetch` unless there is memory for so many bytes of weights."""
    free, wanted = memory(), round(needed * MEMORY_MARGIN) + PROGRAM_BYTES
    if free < wanted:
        raise CannotFetch(
            f"{what} needs {told(wanted)} of memory, but {told(free)} can be had; close"
            " some programs"
        )


def memory() -> int:
    """Give how much memory can be had without making others swap, in bytes."""
    if sys.platform == "linux":
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    # macOS compresses what others have not used for a while.
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") * 2 // 3


def told(size: int) -> str:
    """Say a number of bytes as people do."""
    if size >= 10**9:
        return f"{size / 1e9:.1f} GB"
    return f"{size / 1e6:.0f} MB" if size >= 10**6 else f"{size / 1e3:.0f} KB"
