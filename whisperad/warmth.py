"""Keep the model's weights where the processor finds them fast, while that is of use.

What has not been touched for seconds is slow the first time: caches and pages went to
others, clocks are down, and a Mac's GPU lets go of its memory. So a tiny pass runs when
a client connects, before it has said anything, and every few seconds for a while after
use. After that, and on battery, nothing runs, and memory that is free is given back.
"""

import asyncio
import contextlib
import math
import time
from collections.abc import Callable

from whisperad.errors import WhisperaError
from whisperad.model_thread import ModelThread
from whisperad.network import give_back

KEEP_S = 60.0  # after use
EVERY_S = 2.0  # weights are let go of after one or two seconds
# A client that says something at once is answered at once: its own pass warms as well.
SAYS_NOTHING_S = 0.005
POWER_S = 60.0  # between looks at where power comes from


class Warmth:
    """Decides when to run a tiny pass."""

    def __init__(
        self,
        thread: ModelThread,
        on_battery: Callable[[], bool],
        *,
        keep_s: float = KEEP_S,
        every_s: float = EVERY_S,
    ) -> None:
        """`on_battery` may take a while; it is called in another thread."""
        self._thread = thread
        self._on_battery = on_battery
        self._keep_s = keep_s
        self._every_s = every_s
        self._is_on_battery = False
        self._looked = -math.inf  # when it was looked where power comes from
        self._wanted_until = 0.0
        self._touched = 0.0
        self._in_use = asyncio.Event()

    async def run(self) -> None:
        """Keep warm after use, until cancelled."""
        while True:
            await self._in_use.wait()
            await asyncio.sleep(self._every_s)
            if time.monotonic() > self._wanted_until:
                self._in_use.clear()
                # What answering took and nothing uses any more.
                with contextlib.suppress(WhisperaError):
                    await self._thread.submit(lambda _: give_back())
                continue
            await self._touch()

    def used(self) -> None:
        """Take note that somebody was just answered."""
        self._touched = time.monotonic()
        self._wanted_until = self._touched + self._keep_s
        self._in_use.set()

    def expect(self) -> None:
        """Prepare for what a client, just connected, is going to say."""
        if not self._is_warm:
            loop = asyncio.get_running_loop()
            loop.call_later(SAYS_NOTHING_S, self._prepare)

    @property
    def _is_warm(self) -> bool:
        return time.monotonic() - self._touched < self._every_s

    def _prepare(self) -> None:
        self._preparing = asyncio.create_task(self._touch())

    async def _touch(self) -> None:
        """Run a tiny pass, if nothing else ran lately."""
        if time.monotonic() - self._looked > POWER_S:
            self._looked = time.monotonic()
            self._is_on_battery = True  # until it is known
            self._is_on_battery = await asyncio.to_thread(self._on_battery)
        if self._is_warm or self._thread.waiting or self._is_on_battery:
            return
        self._touched = time.monotonic()
        with contextlib.suppress(WhisperaError):  # who asks next is told
            await self._thread.submit(lambda model: model.touch())
