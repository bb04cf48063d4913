"""Timers and alarms: set, listed, cancelled, kept over a restart, rung when due."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Coroutine
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from msgspec.structs import replace

from whisperad import log
from whisperad.clock import steady_s
from whisperad.process import Outcome
from whisperad.settings import Limits
from whisperad.timer import Kind, Timer, clock, moment, spelt
from whisperad.timer_file import TimerFile

Notify = Callable[[str, str], Awaitable[None]]

# The clock may be set, and the machine may sleep, while we wait.
_LOOK_AGAIN_S = 15.0
_LATE_S = 60.0  # a ring later than this says when it was due
_JUMP_S = 1.0  # a clock that is off by more was set
_TRY_AGAIN_S = 1.0  # what did not work: reading or writing the file, mostly


class _Waiting(msgspec.Struct, frozen=True, eq=False):
    """What is set, and when a timer ends by the clock that nobody sets."""

    timer: Timer
    ends_s: float


class Timers:
    """All timers that are set; `notify` shows a title and a message.

    `clock_s` is the clock on the wall, which may be set at any time.
    """

    def __init__(
        self, path: Path, notify: Notify, clock_s: Callable[[], float] = time.time
    ) -> None:
        self._file = TimerFile(path)
        self._notify = notify
        self._clock_s = clock_s
        self.most = Limits().timers  # set at a time
        self._ahead_s = clock_s() - steady_s()
        self._set: list[_Waiting] = []  # in the order they were set
        # These ring now. They stay in the file until somebody was told: a daemon that is
        # killed meanwhile is followed by one that tells it.
        self._ringing: list[_Waiting] = []
        self._changed = asyncio.Event()
        self._saving = asyncio.Lock()
        self._is_taken_up = False  # what was set before
        self._is_saved = True
        self._broken: str | None = None  # why nobody can tell what is due
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def problems(self) -> tuple[str, ...]:
        """What the user should know of."""
        return self._file.problems + tuple(filter(None, (self._broken,)))

    async def start(self) -> None:
        """Take up what was set before; what was missed rings now."""
        async with self._saving:
            self._is_saved = await self._take_up()
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
        found = [one for one in self._set if one.timer.kind == kind]
        if not found:
            said = "; ".join((f"no {kind} is set", *self._unread))
            return Outcome(1, stderr=said)
        self._set.remove(found[-1])
        await self._save()
        said = f"cancelled the {kind}: {found[-1].timer.name}"
        if len(found) > 1:
            rest = ", ".join(one.timer.name for one in found[:-1])
            said += f"; still set: {rest}"
        return Outcome(0, stdout=said)

    def listed(self, now: datetime) -> Outcome:
        """Say how much time is left on each timer, and when alarms ring."""
        self._follow_clock()
        lines = []
        for one in sorted(self._set, key=self._due_s):
            timer = one.timer
            left = max(0, round(self._due_s(one) - now.timestamp()))
            if timer.kind == "timer":
                lines.append(f"timer {timer.name}: {spelt(left)} left")
            else:
                label = f" ({timer.label})" if timer.label else ""
                lines.append(f"alarm{label}: {clock(timer.local, now)}")
        lines = [*lines, *self._unread] or ["no timer is set"]
        return Outcome(0, stdout="\n".join(lines))

    @property
    def _unread(self) -> tuple[str, ...]:
        """Why there may be more timers than we know of."""
        return () if self._is_taken_up else self.problems

    async def _add(self, timer: Timer, said: str) -> Outcome:
        if len(self._set) >= self.most:
            many = len(self._set)
            return Outcome(1, stderr=f"{many} timers are set; cancel one first")
        self._follow_clock()
        self._set.append(self._waiting(timer))
        said += f": {timer.label}" if timer.label else ""
        if not await self._save():
            said += "; it could not be saved, and is lost if the daemon ends before"
        return Outcome(0, stdout=said)

    async def _save(self) -> bool:
        """Write all of them down; False if that cannot be, and is tried again."""
        self._changed.set()
        async with self._saving:
            is_saved = await self._take_up() and await self._write()
        self._is_saved = is_saved
        self._changed.set()
        return is_saved

    async def _take_up(self) -> bool:
        """Add what was set before; False if it cannot be read now.

        Nothing is written until it was read: it would be lost.
        """
        if not self._is_taken_up:
            try:
                before = await asyncio.to_thread(self._file.read)
            except OSError:  # which was logged
                return False
            self._follow_clock()
            self._set = [*map(self._waiting_again, before), *self._set]
            self._is_taken_up = True
            self._changed.set()
        return True

    async def _write(self) -> bool:
        kept = [self._told(one) for one in (*self._set, *self._ringing)]
        try:
            await asyncio.to_thread(self._file.write, kept)
        except OSError:  # which was logged
            return False  # they ring all the same, if we live until then
        return True

    def _follow_clock(self) -> None:
        """Notice that the clock was set.

        Timers count time, whatever the clock says; alarms go by the clock.
        """
        ahead_s = self._clock_s() - steady_s()
        if abs(ahead_s - self._ahead_s) >= _JUMP_S:
            self._ahead_s = ahead_s
            self._is_saved = False
            self._changed.set()

    def _waiting(self, timer: Timer) -> _Waiting:
        return _Waiting(timer, timer.due.timestamp() - self._ahead_s)

    def _waiting_again(self, timer: Timer) -> _Waiting:
        """Take up one that was set before."""
        one = self._waiting(timer)
        if not timer.length_s:
            return one
        # More than all of it is left if the clock has been set back, as it is at the
        # start of a machine whose clock has no battery.
        return replace(one, ends_s=min(one.ends_s, steady_s() + timer.length_s))

    def _due_s(self, one: _Waiting) -> float:
        """Give when it is due, by the clock as it is now."""
        if one.timer.kind == "alarm":
            return one.timer.due.timestamp()
        return one.ends_s + self._ahead_s

    def _told(self, one: _Waiting) -> Timer:
        """Give it as the clocks here have it now."""
        if one.timer.kind == "alarm":
            return one.timer
        return replace(one.timer, due=moment(self._due_s(one)))

    async def _ring_when_due(self) -> None:
        while True:
            try:
                await self._ring_or_wait()
                self._broken = None
            except (ArithmeticError, OSError, ValueError) as error:
                said = f"timers do not ring ({error}): set the clock"
                if self._broken != said:
                    log.error("timers-broken", message=said)
                self._broken = said
                await asyncio.sleep(_TRY_AGAIN_S)

    async def _ring_or_wait(self) -> None:
        """Ring what is due, and wait until more may be."""
        self._follow_clock()
        now_s = self._clock_s()
        for one in [one for one in self._set if self._due_s(one) <= now_s]:
            self._set.remove(one)
            self._ringing.append(one)
            self._spawn(self._ring(one, now_s))
        if not self._is_saved:
            await self._save()
        self._changed.clear()
        waits = [self._due_s(one) - now_s for one in self._set]
        waits += [] if self._is_saved else [_TRY_AGAIN_S]
        timeout_s = min([*waits, _LOOK_AGAIN_S]) if waits else None
        with contextlib.suppress(TimeoutError):
            # `wait_for` of Python 3.11 may miss that we are to stop.
            async with asyncio.timeout(timeout_s):
                await self._changed.wait()

    async def _ring(self, one: _Waiting, now_s: float) -> None:
        timer = self._told(one)
        if timer.kind == "timer":
            message = f"{spelt(timer.length_s)}: time is up"
        else:
            message = f"it is {timer.local:%H:%M}"
        if now_s - self._due_s(one) > _LATE_S:
            now = moment(now_s).astimezone().replace(tzinfo=None)
            message += f" (while away, due {clock(timer.local, now)})"
        log.info("ring", kind=timer.kind)
        await self._notify(timer.label or timer.kind.capitalize(), message)
        self._ringing.remove(one)
        await self._save()

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._end)

    def _end(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("timer-failed", reason=repr(error))
