"""The heap: what malloc(3) keeps of what was freed. Only glibc lets us say."""

import ctypes
import sys

# mallopt(3). Memory that one thread has freed is there for all others, and what was
# freed at the heap's end goes back to the system.
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8
LARGE_BYTES = 2**18  # has a place of its own, which goes back as soon as it is freed


def keep_small() -> None:
    """Have what was freed kept in one place, and not much of it."""
    library = _library()
    if library is not None and hasattr(library, "mallopt"):
        library.mallopt(_M_ARENA_MAX, 1)
        library.mallopt(_M_MMAP_THRESHOLD, LARGE_BYTES)
        library.mallopt(_M_TRIM_THRESHOLD, LARGE_BYTES)


def give_freed_back() -> None:
    """Give the system back what was freed."""
    library = _library()
    if library is not None and hasattr(library, "malloc_trim"):
        library.malloc_trim(0)


def _library() -> ctypes.CDLL | None:
    return ctypes.CDLL(None) if sys.platform == "linux" else None
