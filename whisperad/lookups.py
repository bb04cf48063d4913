"""Lookups: what has to look at files, with a deadline, in threads of its own.

A file system may never answer, and nothing ends a thread that waits for it. Here such a
thread holds up neither its request nor what needs other threads.
"""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from whisperad.errors import TimedOut

T = TypeVar("T")

MOST = 16  # at a time, those that never end included


class Lookups:
    """Threads that may be left waiting."""

    def __init__(self, name: str) -> None:
        self._pool = ThreadPoolExecutor(MOST, name)

    async def find(self, deadline: float, job: Callable[[], T]) -> T:
        """Give what a job finds until `deadline`, a time of `time.monotonic`.

        Raises `TimedOut`.
        """
        try:
            async with asyncio.timeout(deadline - time.monotonic()):
                return await self.begin(job)
        except TimeoutError as error:
            raise TimedOut(
                "files could not be looked at in time; see whether a disk or a folder"
                " of the network does not answer"
            ) from error

    def begin(self, job: Callable[[], T]) -> "asyncio.Future[T]":
        """Give what a job is going to find, however long it takes."""
        return asyncio.get_running_loop().run_in_executor(self._pool, job)

    def stop(self) -> None:
        """Begin nothing more; what hangs is not waited for."""
        self._pool.shutdown(wait=False, cancel_futures=True)
