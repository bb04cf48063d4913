"""Timers and alarms: set, listed, cancelled, kept over a restart, rung when due."""

import asyncio
import contextlib
import os
import tempfile
import time
from collections.abc import Awaitable, Callable, Coroutine
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import msgspec
from msgspec.structs import replace

from whisperad import log
from whisperad.clock import steady_s
from whisperad.process import Outcome
from whisperad.settings import Limits

Kind = Literal["timer", "alarm"]
Notify = Callable[[str, str], Awaitable[None]]

# The clock may be set, and the machine may sleep, while we wait.
_LOOK_AGAIN_S = 15.0
_LATE_S = 60.0  # a ring later than this says when it was due
_JUMP_S = 1.0  # a clock that is off by more was set
_HALF = ".timers-"  # begins the names of files that are not all written yet
_YEARS = range(1971, 9999)  # that every system can count in


class Timer(msgspec.Struct, frozen=True):
    """One timer or alarm."""

    kind: Kind
    # An alarm's is local, without a zone: it rings when the clock says so.
    due: datetime
    label: str = ""
    length_s: int = 0  # of a timer

    def __post_init__(self) -> None:
        """Raise `ValueError` for a moment that cannot be waited for."""
        if self.due.year not in _YEARS:
            raise ValueError(f"nobody can wait until the year {self.due.year}")

    @property
    def local(self) -> datetime:
        """Give when it is due, as the clocks here will show it."""
        return self.due.astimezone().replace(tzinfo=None)

    @property
    def name(self) -> str:
        """Give what people call it."""
        what = spelt(self.length_s) if self.kind == "timer" else f"{self.local:%H:%M}"
        return f"{self.label} ({what})" if self.label else what


class Timers:
    """All timers that are set; `notify` shows a title and a message.

    `clock_s` is the clock on the wall, which may be set at any time.
    """

    def __init__(
        self, path: Path, notify: Notify, clock_s: Callable[[], float] = time.time
    ) -> None:
        self._path = path
        self._notify = notify
        self._clock_s = clock_s
        self.most = Limits().timers  # set at a time
        self._ahead_s = clock_s() - steady_s()
        self._set: list[Timer] = []  # in the order they were set
        # These ring now. They stay in the file until somebody was told: a daemon that is
        # killed meanwhile is followed by one that tells it.
        self._ringing: list[Timer] = []
        self._changed = asyncio.Event()
        self._saving = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Take up what was set before; what was missed rings now."""
        self._set = await asyncio.to_thread(_read, self._path) + self._set
        self._spawn(self._ring_when_due())

    async def stop(self) -> None:
        """Ring no more; what is set stays in the file."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def set_timer(self, length_s: int, label: str, now: datetime) -> Outcome:
        """Set a timer that rings after a time."""
        # In UTC: the clock may be put forward or back meanwhile.
        due = datetime.fromtimestamp(now.timestamp() + length_s, UTC)
        timer = Timer("timer", due, label, length_s)
        said = f"timer set for {spelt(length_s)}, until {clock(timer.local, now)}"
        return await self._add(timer, said)

    async def set_alarm(self, due: datetime, label: str, now: datetime) -> Outcome:
        """Set an alarm that rings at a local time."""
        said = f"alarm set for {clock(due, now)}"
        return await self._add(Timer("alarm", due, label), said)

    async def cancel(self, kind: Kind, now: datetime) -> Outcome:
        """Cancel the timer or alarm that was set last."""
        self._follow_clock()
        found = [timer for timer in self._set if timer.kind == kind]
        if not found:
            return Outcome(1, stderr=f"no {kind} is set")
        self._set.remove(found[-1])
        await self._save()
        said = f"cancelled the {kind}: {found[-1].name}"
        if len(found) > 1:
            rest = ", ".join(timer.name for timer in found[:-1])
            said += f"; still set: {rest}"
        return Outcome(0, stdout=said)

    def listed(self, now: datetime) -> Outcome:
        """Say how much time is left on each timer, and when alarms ring."""
        self._follow_clock()
        lines = []
        for timer in sorted(self._set, key=lambda timer: timer.due.timestamp()):
            left = max(0, round(_left_s(timer, now)))
            if timer.kind == "timer":
                lines.append(f"timer {timer.name}: {spelt(left)} left")
            else:
                label = f" ({timer.label})" if timer.label else ""
                lines.append(f"alarm{label}: {clock(timer.local, now)}")
        return Outcome(0, stdout="\n".join(lines) or "no timer is set")

    async def _add(self, timer: Timer, said: str) -> Outcome:
        if len(self._set) >= self.most:
            many = len(self._set)
            return Outcome(1, stderr=f"{many} timers are set; cancel one first")
        self._follow_clock()
        self._set.append(timer)
        said += f": {timer.label}" if timer.label else ""
        if not await self._save():
            said += "; it could not be saved, and is lost if the daemon ends before"
        return Outcome(0, stdout=said)

    async def _save(self) -> bool:
        """Write all of them down; False if that cannot be."""
        self._changed.set()
        async with self._saving:
            kept = (*self._set, *self._ringing)
            try:
                await asyncio.to_thread(_write, self._path, kept)
            except OSError as error:
                # It rings all the same, if we live until then.
                log.warning("timers-not-saved", reason=str(error))
                return False
        return True

    def _follow_clock(self) -> bool:
        """Move timers with the clock if it was set, and tell whether it was.

        They count time, whatever the clock says; alarms go by the clock.
        """
        jump_s = self._clock_s() - steady_s() - self._ahead_s
        if abs(jump_s) < _JUMP_S:
            return False
        self._ahead_s += jump_s
        self._set = [
            replace(timer, due=timer.due + timedelta(seconds=jump_s))
            if timer.kind == "timer"
            else timer
            for timer in self._set
        ]
        return True

    async def _ring_when_due(self) -> None:
        while True:
            was_set = self._follow_clock()
            now = datetime.fromtimestamp(self._clock_s())
            due = [timer for timer in self._set if _left_s(timer, now) <= 0]
            for timer in due:
                self._set.remove(timer)
                self._ringing.append(timer)
                self._spawn(self._ring(timer, now))
            if was_set:
                await self._save()
            self._changed.clear()
            waits = [_left_s(timer, now) for timer in self._set]
            timeout_s = min([*waits, _LOOK_AGAIN_S]) if waits else None
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), timeout_s)

    async def _ring(self, timer: Timer, now: datetime) -> None:
        if timer.kind == "timer":
            message = f"{spelt(timer.length_s)}: time is up"
        else:
            message = f"it is {timer.local:%H:%M}"
        if _left_s(timer, now) < -_LATE_S:
            message += f" (while away, due {clock(timer.local, now)})"
        log.info("ring", kind=timer.kind)
        await self._notify(timer.label or timer.kind.capitalize(), message)
        self._ringing.remove(timer)
        await self._save()

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _left_s(timer: Timer, now: datetime) -> float:
    return timer.due.timestamp() - now.timestamp()


def spelt(seconds: int) -> str:
    """Say a time span: "1 hour 30 minutes"."""
    parts = []
    for name, length in (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1)):
        count, seconds = divmod(seconds, length)
        if count:
            parts.append(f"{count} {name}{'' if count == 1 else 's'}")
    return " ".join(parts) or "0 seconds"


def clock(when: datetime, now: datetime) -> str:
    """Say a local time: "14:05", "tomorrow at 07:00", "on Friday, 27 November at 09:00"."""
    days = (when.date() - now.date()).days
    shown = f"{when:%H:%M:%S}" if when.second else f"{when:%H:%M}"
    if days == 0:
        return shown
    if days in {1, -1}:
        return f"{'tomorrow' if days == 1 else 'yesterday'} at {shown}"
    year = f" {when.year}" if when.year != now.year else ""
    return f"on {when:%A}, {when.day} {when:%B}{year} at {shown}"


def _read(path: Path) -> list[Timer]:
    """Read what was set; a file that is broken is put aside."""
    with contextlib.suppress(OSError):
        # A daemon that was killed while it wrote them.
        for half in path.parent.glob(f"{_HALF}*"):
            half.unlink()
    try:
        return msgspec.json.decode(path.read_bytes(), type=list[Timer])
    except FileNotFoundError:
        return []
    except (OSError, msgspec.DecodeError, RecursionError) as error:
        log.warning("timers-not-read", reason=str(error))
        with contextlib.suppress(OSError):
            path.replace(path.with_suffix(".broken"))
        return []


def _write(path: Path, timers: tuple[Timer, ...]) -> None:
    """Replace the file at once, readable by its owner alone."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=_HALF, delete=False) as f:
        try:
            f.write(msgspec.json.encode(timers))
            f.flush()
            os.fsync(f.fileno())
            Path(f.name).replace(path)
        except OSError:
            Path(f.name).unlink(missing_ok=True)
            raise
