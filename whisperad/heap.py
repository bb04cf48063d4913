"""The heap: what malloc(3) keeps of what was freed. Only glibc lets us say."""

import ctypes
import sys

# mallopt(3). Memory that one thread has freed is there for all others, and what was
# freed at the heap's end goes back to the system.
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8
LARGE_BYTES = 2**18  # has a place of its own, which goes back as soon as it is freed
LOADING_BYTES = 2**25  # the same while much is loaded: new pages are slow


def keep_for_loading() -> None:
    """Have what was freed kept in one place, for what is loaded next."""
    _set(_M_ARENA_MAX, 1)
    _keep(LOADING_BYTES)


def keep_small() -> None:
    """Have not much kept of what was freed from now on."""
    _keep(LARGE_BYTES)


def _keep(size_bytes: int) -> None:
    _set(_M_MMAP_THRESHOLD, size_bytes)
    _set(_M_TRIM_THRESHOLD, size_bytes)


def give_freed_back() -> None:
    """Give the system back what was freed."""
    library = _library()
    if library is not None and hasattr(library, "malloc_trim"):
        library.malloc_trim(0)


def _set(parameter: int, value: int) -> None:
    library = _library()
    if library is not None and hasattr(library, "mallopt"):
        library.mallopt(parameter, value)


def _library() -> ctypes.CDLL | None:
    return ctypes.CDLL(None) if sys.platform == "linux" else None
