"""Children: which programs of ours run, in files, for the daemon that comes after us.

A daemon that is killed leaves its programs behind. The next one finds them here: it
ends those that were kept running, and the others when their time is over. Only
programs' names are written down, no arguments.
"""

import asyncio
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import msgspec

from whisperad import group, log
from whisperad.clock import steady_s

LOCK = "lock"  # held for as long as the daemon lives whose folder it is in
_LOOK_S = 0.05
_SAME_S = 2.0  # how exactly systems say when a process began, and more
# A recorder finishes its file when it is interrupted as from a keyboard.
_ENDINGS = ((signal.SIGINT, 5.0), (signal.SIGTERM, 2.0), (signal.SIGKILL, 2.0))
_LATE = _ENDINGS[1:]


class Child(msgspec.Struct, frozen=True):
    """A program that was started; it leads a group of its own."""

    pid: int
    program: str
    started_s: float  # of the clock that nobody sets
    ends_s: float | None = None  # when its time is over; None if it was kept running

    @property
    def is_running(self) -> bool:
        """Whether it is there, and no other process that got its number."""
        try:
            is_leader = os.getpgid(self.pid) == self.pid
        except OSError:
            return False
        began_s = _began_s(self.pid)
        return (
            is_leader
            and began_s is not None
            and abs(began_s - self.started_s) < _SAME_S
        )


class Children:
    """The programs of this daemon, and those that a killed one has left."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._own: Path | None = None
        self._lock: int | None = None
        self._tending: set[asyncio.Task[None]] = set()
        self._running: set[int] = set()

    async def start(self) -> None:
        """Look after what was left behind, beside everything else."""
        for child in await asyncio.to_thread(lambda: list(_left(self._folder))):
            task = asyncio.create_task(_tend(child))
            self._tending.add(task)
            task.add_done_callback(self._tending.discard)

    async def stop(self) -> None:
        """Forget everything: nothing of ours runs any more."""
        self._running.clear()  # their numbers may be given to others
        for task in tuple(self._tending):
            task.cancel()
        await asyncio.gather(*self._tending, return_exceptions=True)
        if self._own is not None:
            await asyncio.to_thread(shutil.rmtree, self._own, ignore_errors=True)
        if self._lock is not None:
            os.close(self._lock)
        self._own = self._lock = None

    async def add(self, pid: int, program: str, timeout_s: float | None) -> None:
        """Write a program down that was started just now."""
        self._running.add(pid)
        now = steady_s()
        ends_s = None if timeout_s is None else now + timeout_s
        await asyncio.to_thread(self._write, Child(pid, program, now, ends_s))

    def remove(self, pid: int) -> None:
        """Forget a program that has ended; nobody waits for that."""
        self._running.discard(pid)
        if self._own is not None:
            file = self._own / str(pid)
            asyncio.get_running_loop().run_in_executor(None, _unlink, file)

    def kill(self) -> None:
        """End all that still runs, and at once: nobody will be there to do it later."""
        for pid in tuple(self._running):
            # macOS has no permission for a group that is only a zombie any more.
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, signal.SIGKILL)

    def _write(self, child: Child) -> None:
        try:
            if self._own is None:
                self._own, self._lock = _made(self._folder)
            file = self._own / str(child.pid)
            file.touch(mode=0o600)
            file.write_bytes(msgspec.json.encode(child))
        except OSError as error:
            # It runs all the same, and is ended as usual while we live.
            log.warning("child-not-noted", reason=str(error))


def _made(folder: Path) -> tuple[Path, int]:
    """Make a daemon's own folder and hold the lock in it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    own = Path(tempfile.mkdtemp(prefix="", dir=folder))
    lock = os.open(own / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return own, lock


def _unlink(file: Path) -> None:
    with suppress(OSError):
        file.unlink()


def _left(folder: Path) -> Iterator[Child]:
    """Give the programs of daemons that are gone, once; they are on no list then."""
    try:
        owned = [path for path in folder.iterdir() if (path / LOCK).exists()]
    except OSError:
        return
    for own in owned:
        try:
            lock = os.open(own / LOCK, os.O_RDWR)
        except OSError:
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield from _noted(own)
            shutil.rmtree(own, ignore_errors=True)
        except OSError:
            continue  # its daemon is alive
        finally:
            os.close(lock)


def _noted(own: Path) -> list[Child]:
    children = []
    for file in own.iterdir():
        with suppress(OSError, msgspec.DecodeError):
            if file.name != LOCK:
                children.append(msgspec.json.decode(file.read_bytes(), type=Child))
    return children


async def _tend(child: Child) -> None:
    """Say what became of a program that was left, and end it when that is due."""

    def tell(now: str) -> None:
        log.warning("left-behind", program=child.program, pid=child.pid, now=now)

    if not child.is_running:
        tell("ended by itself")
        return
    if child.ends_s is None:
        tell("is ended")
        await _end(child, _ENDINGS)
        return
    tell("runs until its time is over")
    while child.is_running:
        if steady_s() > child.ends_s:
            await _end(child, _LATE)
            return
        await asyncio.sleep(_LOOK_S)


async def _end(child: Child, endings: tuple[tuple[signal.Signals, float], ...]) -> None:
    """End the whole group, with one signal after the other and time after each."""
    for number, patience_s in endings:
        group.send(child.pid, number)
        ends = steady_s() + patience_s
        while await asyncio.to_thread(group.is_alive, child.pid):
            if steady_s() > ends:
                break
            await asyncio.sleep(_LOOK_S)
        else:
            return


def _began_s(pid: int) -> float | None:
    """Tell when a process began; None if it has ended."""
    if sys.platform == "linux":
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            return None
        if fields[0] in {"Z", "X"}:
            return None
        return int(fields[19]) / os.sysconf("SC_CLK_TCK")
    asked = ["/bin/ps", "-o", "stat=,etime=", "-p", str(pid)]
    said = subprocess.run(asked, capture_output=True, text=True, check=False)
    state, _, elapsed = said.stdout.strip().partition(" ")
    if not elapsed or state.startswith("Z"):
        return None
    return steady_s() - _seconds(elapsed.strip())


def _seconds(elapsed: str) -> int:
    """Read how long a process has run: "05:03", "1-02:03:04"."""
    days, _, clock = elapsed.rpartition("-")
    total = 0
    for part in clock.split(":"):
        total = total * 60 + int(part)
    return total + int(days or 0) * 86400
