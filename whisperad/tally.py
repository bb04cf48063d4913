"""What `status` tells about the work done: counts, how long it took, memory."""

import ctypes
import os
import resource
import statistics
import sys
from collections import Counter, deque
from pathlib import Path

from whisperad.protocol import Outcome
from whisperad.status import Latency, Served

RECENT = 1000  # understandings that the latencies are taken over

# libproc.h of macOS: proc_pidinfo(pid, PROC_PIDTASKINFO, 0, buffer, size) fills a
# `struct proc_taskinfo` of 96 bytes whose second 64-bit number is the resident size.
_PROC_PIDTASKINFO, _TASKINFO_BYTES = 4, 96


class Tally:
    """Counts interpretations and remembers how long the last of them took."""

    def __init__(self) -> None:
        self._outcomes: Counter[str] = Counter()
        self._stages: Counter[str] = Counter()
        self._recent_ms: deque[float] = deque(maxlen=RECENT)

    def understood(self, stage: str, took_ms: float) -> None:
        """Count one understanding."""
        self._stages[stage] += 1
        self._recent_ms.append(took_ms)

    def ended(self, outcome: Outcome) -> None:
        """Count what came of a request."""
        self._outcomes[outcome] += 1

    def served(self) -> Served:
        """Give the counts since the start."""
        return Served(dict(self._outcomes), dict(self._stages))

    def latency(self) -> Latency:
        """Give the middle and the slow end of the last understandings."""
        if not self._recent_ms:
            return Latency(None, None)
        ordered = sorted(self._recent_ms)
        slow = ordered[(len(ordered) * 99 - 1) // 100]
        return Latency(round(statistics.median(ordered), 3), round(slow, 3))


def memory_bytes() -> int:
    """Give the memory of this process that is in RAM."""
    if sys.platform == "linux":
        try:
            pages = Path("/proc/self/statm").read_bytes().split()[1]
        except OSError:  # no file can be opened now; the peak is the next best thing
            return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        return int(pages) * resource.getpagesize()
    buffer = ctypes.create_string_buffer(_TASKINFO_BYTES)
    size = ctypes.CDLL(None).proc_pidinfo(
        os.getpid(), _PROC_PIDTASKINFO, ctypes.c_uint64(0), buffer, _TASKINFO_BYTES
    )
    if size == _TASKINFO_BYTES:
        return int.from_bytes(buffer.raw[8:16], sys.byteorder)
    # The peak is the next best thing; macOS counts it in bytes.
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
