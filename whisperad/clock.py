"""The clock that nobody sets: it goes on while the machine sleeps."""

import sys
import time

# macOS counts sleep into the one that Linux keeps for waking hours.
_ALWAYS = time.CLOCK_BOOTTIME if sys.platform == "linux" else time.CLOCK_MONOTONIC


def steady_s() -> float:
    """Give the seconds since some moment that stays the same until the next boot."""
    return time.clock_gettime(_ALWAYS)
