"""Runner: do a command and say what came of it."""

import asyncio
import signal
import time
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from pathlib import Path

from whisperad import audit, grants, log
from whisperad.children import Children
from whisperad.command import Command
from whisperad.errors import TimedOut
from whisperad.grants import Grants
from whisperad.kept import Kept
from whisperad.lookups import Lookups
from whisperad.process import NOT_ALLOWED, NOT_FOUND, Outcome, start
from whisperad.ringing import notices
from whisperad.settings import Limits, Settings
from whisperad.timers import Timers
from whisperad.working_folder import WorkingFolder

_ENDINGS = ((signal.SIGTERM, 1.0),)
_NOTICE_S = 30.0  # a sound may be long
# What a service manager tells us is not for the programs we start.
_OURS = frozenset(
    "NOTIFY_SOCKET LISTEN_FDS LISTEN_PID LISTEN_FDNAMES WATCHDOG_USEC WATCHDOG_PID".split()
)

__all__ = ["Effects", "Outcome", "run"]


async def run(
    command: Command,
    environ: Mapping[str, str],
    timeout_s: float,
    cwd: Path,
    limit_bytes: int,
    children: Children | None = None,
) -> Outcome:
    """Run a program to its end, or end it and all it started when its time is over.

    A program that fails or is not there is an outcome, not an exception. `children`
    notes it while it runs.
    """
    process = await start(command, environ, cwd, limit_bytes)
    if isinstance(process, Outcome):
        return process
    try:
        if children is not None:
            await children.add(process.pid, command.argv[0], timeout_s)
        has_exited = await process.wait(timeout_s)
        if not has_exited:
            await process.end(*_ENDINGS)
    except asyncio.CancelledError:
        await process.end(*_ENDINGS)
        raise
    finally:
        if children is not None:
            children.remove(process.pid)
    return process.outcome(timed_out=not has_exited)


class Effects:
    """Everything the daemon does to the machine: programs, kept programs, timers."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._environ = {k: v for k, v in settings.environ.items() if k not in _OURS}
        self._limits = Limits()
        self._children = Children(settings.state / "children")
        self._kept = Kept(self._children, self._environ, self._limits.output_bytes)
        self._timers = Timers(settings.state / "timers.json", self._notify)
        self._lookups = Lookups("reach")
        self._folder = WorkingFolder(
            settings.state / "working_folder", settings.home, self._lookups
        )
        self._asking = asyncio.Lock()

    async def start(self) -> None:
        """Take up the timers and the working folder that were set before."""
        self._folder.read()
        if self._settings.can_execute:
            await self._timers.start()
            await self._children.start()

    def keep_to(self, limits: Limits) -> None:
        """Allow so much output and so many timers from now on."""
        self._limits = limits
        self._kept.limit_bytes = limits.output_bytes
        self._timers.most = limits.timers

    async def stop(self) -> None:
        """End what is kept running; timers stay for the next start."""
        await asyncio.gather(self._timers.stop(), self._kept.stop_all())
        self._lookups.stop()
        await self._children.stop()

    def kill(self) -> None:
        """End the programs that still run; there is no time to ask them to."""
        self._children.kill()

    @property
    def problems(self) -> tuple[str, ...]:
        """What the user should know of."""
        return self._timers.problems

    async def folder(self, sent: str | None) -> Path:
        """Where commands of the shell run: in the folder that a client sent, if any."""
        return Path(sent) if sent else await self._folder.path()

    async def grants(self) -> Grants | None:
        """Ask macOS what it lets us do; None on another system, or if we run nothing."""
        if self._settings.platform != "macos" or not self._settings.can_execute:
            return None
        async with self._asking:  # once at a time, however many want to know
            return await grants.look(self.perform)

    async def perform(
        self, command: Command, timeout_s: float, cwd: Path | None
    ) -> Outcome:
        """Do a command and give what came of it; never raises for one that fails."""
        if command.argv[0].startswith("@"):
            try:
                return await self._own(*command.argv[:3])
            except (ValueError, OverflowError) as error:  # of a user's own action
                return Outcome(NOT_ALLOWED, stderr=f"{command.shown}: {error}")
        folder = cwd or await self._folder.path()
        try:
            reach = partial(_reach, command, folder)
            await self._lookups.find(time.monotonic() + timeout_s, reach)
        except TimedOut as error:
            return Outcome(None, stderr=str(error), timed_out=True)
        if command.keep is not None:
            return await self._kept.start(command.keep, command, folder)
        limit = self._limits.output_bytes
        return await run(
            command, self._environ, timeout_s, folder, limit, self._children
        )

    async def _own(self, name: str, first: str = "", second: str = "") -> Outcome:
        """Do what the daemon does itself."""
        now = datetime.now()
        match name:
            case "@set_working_folder":
                return await self._folder.choose(Path(first))
            case "@get_working_folder":
                return await self._folder.shown()
            case "@stop":
                return await self._kept.stop(first)
            case "@set_timer":
                return await self._timers.set_timer(int(first), second, now)
            case "@set_alarm":
                when = datetime.fromisoformat(first)
                return await self._timers.set_alarm(when, second, now)
            case "@cancel_timer":
                return await self._timers.cancel("timer", now)
            case "@cancel_alarm":
                return await self._timers.cancel("alarm", now)
            case "@list_timers":
                return self._timers.listed(now)
        return Outcome(NOT_FOUND, stderr=f'"{name}" is nothing the daemon does itself')

    async def _notify(self, title: str, message: str) -> None:
        """Show a notification and ring, with the first programs that can."""
        for kind, ways in notices(self._settings.platform, title, message).items():
            for argv in ways:
                command = Command(argv, "safe", "daemon")
                with audit.effect("timer-rings", command, is_private=False) as ending:
                    outcome = await self.perform(command, _NOTICE_S, None)
                    ending.came(outcome)
                if outcome.exit_code == 0:
                    break
            else:
                log.warning("not-noticed", kind=kind)


def _reach(command: Command, folder: Path) -> None:
    """Look at what a command begins with; what never answers is waited for here."""
    folder.is_dir()
    if command.stdin_file is not None:
        Path(command.stdin_file).exists()
