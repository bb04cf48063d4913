"""Leaving: the process ends in time, whatever a thread of it waits for.

Python waits for every thread before it ends, and a thread may wait for a file system
that never answers.
"""

import asyncio
import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from whisperad import log

WITHIN_S = 9.0  # of being told to stop: launchd kills after ten
_THREADS_S = 0.5  # for threads that have nothing to do any more
_LOOK_S = 0.005
_TELL_S = 0.6


def in_time(last: Callable[[], None]) -> None:
    """See that the process has ended within `WITHIN_S`, with exit code 0.

    `last` is done before, if it comes to that, in a thread of its own.
    """
    watch = threading.Timer(WITHIN_S, _leave, (last,))
    watch.daemon = True
    watch.start()


async def without_waiting() -> None:
    """Wait a moment for the other threads, and end the process if some go on.

    Everything else must have been stopped.
    """
    ends = time.monotonic() + _THREADS_S
    while _others():
        if time.monotonic() > ends:
            _leave()
        await asyncio.sleep(_LOOK_S)


def _others() -> list[str]:
    """Name the threads that Python would wait for."""
    main = threading.main_thread()
    return [t.name for t in threading.enumerate() if t is not main and not t.daemon]


def _leave(last: Callable[[], None] | None = None) -> None:
    if last is not None:
        last()
    with suppress(RuntimeError):  # too many threads
        telling = threading.Thread(target=_tell, args=(_others(),), daemon=True)
        telling.start()
        telling.join(_TELL_S)
    os._exit(0)


def _tell(threads: list[str]) -> None:
    """Log what is left; it may be the log that hangs."""
    log.warning("threads-left", threads=threads)
    log.flush()
