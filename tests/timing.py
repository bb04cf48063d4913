"""Timers in a file of their own, and a clock that can be set."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from whisperad.timers import Timers

T = TypeVar("T")
Rung = list[tuple[str, str]]


def with_timers(
    path: Path,
    work: Callable[[Timers, Rung], Awaitable[T]],
    starts: bool = False,
    clock_s: Callable[[], float] = time.time,
) -> T:
    """Do something with timers; `work` is also given what rings."""

    async def whole() -> T:
        rung: Rung = []

        async def ring(title: str, message: str) -> None:
            rung.append((title, message))

        timers = Timers(path, ring, clock_s)
        if starts:
            await timers.start()
        try:
            return await work(timers, rung)
        finally:
            await timers.stop()

    return asyncio.run(whole())


async def until_rung(rung: Rung) -> Rung:
    """Wait until something rings."""
    while not rung:
        await asyncio.sleep(0.01)
    return rung


class Clock:
    """A clock on the wall that can be set."""

    def __init__(self, now: datetime | None = None) -> None:
        self.fault: OSError | None = None  # that it meets when it is asked
        self.show(now)

    def __call__(self) -> float:
        if self.fault:
            raise self.fault
        return time.time() + self._off_s

    def put(self, **span: float) -> None:
        """Put it forward, or back."""
        self._off_s += timedelta(**span).total_seconds()

    def show(self, now: datetime | None) -> None:
        """Set it to a local time, or to the right one."""
        self._off_s = now.timestamp() - time.time() if now else 0.0

    @property
    def now(self) -> datetime:
        """Give what it shows."""
        return datetime.fromtimestamp(self())
