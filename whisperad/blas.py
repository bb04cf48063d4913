"""Choose the BLAS that mlx multiplies matrices with. Must run before mlx is imported.

On Linux mlx brings the reference BLAS, up to 30 times slower than OpenBLAS. The
symbols of a library that was loaded globally before it win over mlx's own.
"""

import ctypes
import os
import sys

import msgspec

LIBRARIES = ("libopenblas.so.0", "libmkl_rt.so.3", "libmkl_rt.so.2")
REFERENCE = "reference"  # the preference for mlx's own


class Blas(msgspec.Struct, frozen=True):
    """The BLAS in use, as `status` names it."""

    name: str
    library: ctypes.CDLL | None = None

    def limit_threads(self, count: int) -> None:
        """Let a multiplication use this many threads, where that can be said.

        Not done through the environment: the commands we run inherit that.
        """
        limit = getattr(self.library, "openblas_set_num_threads", None)
        if limit is not None and "OPENBLAS_NUM_THREADS" not in os.environ:
            limit(min(count, os.cpu_count() or 1))


def pick_blas(preferred: str | None = None) -> Blas:
    """Load the fastest BLAS there is.

    `preferred` is a library to try first, or "reference" to leave mlx its own.
    """
    if sys.platform == "darwin":
        return Blas("Accelerate")
    if "mlx.core" in sys.modules:
        return Blas("unknown (mlx was imported first)")
    if preferred == REFERENCE:
        return Blas("reference (asked for)")
    for name in (preferred, *LIBRARIES) if preferred else LIBRARIES:
        library = _load(name)
        if library is not None:
            return Blas(_described(library, name), library)
    return Blas("reference (slow; install libopenblas0)")


def _load(name: str) -> ctypes.CDLL | None:
    try:
        library = ctypes.CDLL(name, mode=ctypes.RTLD_GLOBAL)
    except OSError:
        return None
    return library if hasattr(library, "cblas_sgemm") else None


def _described(library: ctypes.CDLL, name: str) -> str:
    if not hasattr(library, "openblas_get_config"):
        return name
    library.openblas_get_config.restype = ctypes.c_char_p
    config: bytes = library.openblas_get_config()
    return f"{' '.join(config.decode().split()[:2])} ({name})"


def cores() -> int:
    """Say how many cores this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1
