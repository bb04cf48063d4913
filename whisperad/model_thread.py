"""The one thread that calls mlx: jobs go in, plain values come out.

mlx wants every array evaluated in the thread that made it, so the model is loaded,
used, changed and dropped here, one job after the other.
"""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from whisperad.errors import Overloaded, TimedOut
from whisperad.model import Model
from whisperad.network import leave_thread

T = TypeVar("T")


class ModelThread:
    """A thread with a model in it, fed from the event loop."""

    def __init__(self, folder: Path, limit: int) -> None:
        """`folder` is the base's; more than `limit` jobs at a time are refused."""
        self._folder = folder
        self._limit = limit
        self._pool = ThreadPoolExecutor(1, "mlx")
        self._model: Future[Model] | None = None
        self.waiting = 0  # jobs not done yet, the one at work included

    def start(self) -> None:
        """Begin to load the base. Jobs wait for it."""
        self._model = self._pool.submit(Model, self._folder)

    async def submit(
        self, job: Callable[[Model], T], deadline: float | None = None
    ) -> T:
        """Run a job in the thread and give what it returns, or raise what it raises.

        `deadline` is a time of `time.monotonic`. Raises `TimedOut` when it passes,
        `Overloaded` when too many jobs wait, and `BadAdapter` when the base could not
        be loaded.
        """
        if self.waiting >= self._limit:
            raise Overloaded(f"{self.waiting} requests wait for the model; try again")
        remaining = None if deadline is None else deadline - time.monotonic()
        self.waiting += 1
        try:
            # A job that has not begun is dropped with the wait for it.
            async with asyncio.timeout(remaining):
                return await asyncio.wrap_future(self._pool.submit(self._run, job))
        except TimeoutError as error:
            raise TimedOut("the model did not answer in time") from error
        finally:
            self.waiting -= 1

    def stop(self) -> None:
        """Let the jobs that wait be done, drop the model and end the thread."""
        self._pool.submit(self._end)
        self._pool.shutdown()

    def _run(self, job: Callable[[Model], T]) -> T:
        assert self._model is not None, "not started"
        return job(self._model.result())

    def _end(self) -> None:
        self._model = None
        leave_thread()
