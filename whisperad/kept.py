"""Kept: programs that run on by name until they are told to stop, or we stop."""

import asyncio
import signal
from collections.abc import Mapping
from pathlib import Path

from whisperad import audit
from whisperad.children import Children
from whisperad.command import Command
from whisperad.process import Outcome, Process, start

_SETTLE_S = 0.3  # a program that cannot do its work mostly says so within this
# A recorder finishes its file when it is interrupted as from a keyboard.
_ENDINGS = ((signal.SIGINT, 5.0), (signal.SIGTERM, 2.0))


class Kept:
    """The programs that are kept running, each under its name."""

    def __init__(
        self, children: Children, environ: Mapping[str, str], limit_bytes: int
    ) -> None:
        self._children = children
        self._environ = environ
        self.limit_bytes = limit_bytes  # of each of its outputs
        self._running: dict[str, Process] = {}
        self._watchers: set[asyncio.Task[None]] = set()
        self._changing: dict[str, asyncio.Lock] = {}  # one change of a name at a time

    async def start(self, name: str, command: Command, cwd: Path) -> Outcome:
        """Start a program under a name; the outcome is that it runs, or why not."""
        async with self._changing.setdefault(name, asyncio.Lock()):
            return await self._start(name, command, cwd)

    async def _start(self, name: str, command: Command, cwd: Path) -> Outcome:
        before = self._running.get(name)
        if before is not None and not command.replaces:
            return Outcome(1, stderr=f'"{name}" is already running; stop it first')
        started = await start(command, self._environ, cwd, self.limit_bytes)
        if isinstance(started, Outcome):
            return started
        try:
            await self._children.add(started.pid, command.argv[0], None)
            if await started.wait(_SETTLE_S):
                self._children.remove(started.pid)
                return started.outcome()
            if before is not None:
                await before.end(*_ENDINGS)
        except asyncio.CancelledError:
            await started.end(*_ENDINGS)
            self._children.remove(started.pid)
            raise
        self._running[name] = started
        watcher = asyncio.create_task(self._watch(name, started))
        self._watchers.add(watcher)
        watcher.add_done_callback(self._watchers.discard)
        return Outcome(0, stdout=f'"{name}" is running')

    async def stop(self, name: str) -> Outcome:
        """End the program of this name, the gentle way first."""
        async with self._changing.setdefault(name, asyncio.Lock()):
            process = self._running.pop(name, None)
            if process is None:
                return Outcome(1, stderr=f'"{name}" is not running')
            await process.end(*_ENDINGS)
            return Outcome(0, stdout=f'"{name}" has stopped')

    async def stop_all(self) -> None:
        """End all programs at once."""
        await asyncio.gather(*map(self._stop_with_us, tuple(self._running)))
        for watcher in tuple(self._watchers):
            watcher.cancel()

    async def _stop_with_us(self, name: str) -> None:
        command = Command(("@stop", name), "safe", "daemon")
        with audit.effect("daemon-stops", command, is_private=False) as ending:
            ending.came(await self.stop(name))

    async def _watch(self, name: str, process: Process) -> None:
        """Forget a program when it ends by itself."""
        await process.ended()
        self._children.remove(process.pid)
        if self._running.get(name) is process:
            del self._running[name]
