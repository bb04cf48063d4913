"""Timers and the clock on the wall, which may be set, and goes back once a year."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from tests.timing import Clock, Rung, until_rung, with_timers
from whisperad.clock import steady_s
from whisperad.timer import Timer
from whisperad.timers import Timers


@pytest.mark.parametrize("hours", [1, -1, 24, -24])
def test_a_timer_counts_time_however_the_clock_is_set(
    tmp_path: Path, hours: float
) -> None:
    clock = Clock()

    async def work(timers: Timers, rung: Rung) -> tuple[Rung, str, Rung]:
        await timers.set_timer(3600, "cake", clock.now)
        await timers.set_timer(1, "egg", clock.now)
        clock.put(hours=hours)
        await timers.set_timer(60, "tea", clock.now)
        await asyncio.sleep(0.2)
        early, listed = rung.copy(), timers.listed(clock.now).stdout
        return early, listed, (await until_rung(rung)).copy()

    early, listed, rung = with_timers(tmp_path / "t.json", work, True, clock)

    assert early == []
    assert listed.splitlines() == [
        "timer egg (1 second): 1 second left",
        "timer tea (1 minute): 1 minute left",
        "timer cake (1 hour): 1 hour left",
    ]
    assert rung == [("egg", "1 second: time is up")]


FAR_OFF = [datetime(1901, 1, 1), datetime(1970, 1, 2), datetime(9999, 6, 1)]


@pytest.mark.parametrize("shown", FAR_OFF, ids=str)
def test_a_timer_outlives_a_clock_that_is_far_off_for_a_while(
    tmp_path: Path, shown: datetime
) -> None:
    clock, path = Clock(), tmp_path / "t.json"

    async def work(timers: Timers, rung: Rung) -> tuple[str, Rung, datetime]:
        await timers.set_timer(3600, "cake", clock.now)
        await timers.set_timer(2, "egg", clock.now)
        clock.show(shown)
        listed = timers.listed(clock.now).stdout
        await asyncio.sleep(0.2)
        clock.show(None)
        await until_rung(rung)
        while (
            len(saved := msgspec.json.decode(path.read_bytes(), type=list[Timer])) > 1
        ):
            await asyncio.sleep(0.01)
        return listed, rung, saved[0].due

    listed, rung, due = with_timers(path, work, True, clock)
    left = due - datetime.now(UTC)

    assert [line.split()[1] for line in listed.splitlines()] == ["egg", "cake"]
    assert "day" not in listed
    assert rung == [("egg", "2 seconds: time is up")]
    assert timedelta(minutes=59) < left < timedelta(hours=1)


@pytest.mark.parametrize("shown", FAR_OFF, ids=str)
def test_a_timer_rings_while_the_clock_is_far_off(
    tmp_path: Path, shown: datetime
) -> None:
    clock = Clock()

    async def work(timers: Timers, rung: Rung) -> Rung:
        await timers.set_timer(1, "egg", clock.now)
        clock.show(shown)
        return await until_rung(rung)

    rung = with_timers(tmp_path / "t.json", work, True, clock)

    assert rung == [("egg", "1 second: time is up")]


def test_a_timer_can_be_set_and_survives_a_restart_in_1970(tmp_path: Path) -> None:
    clock = Clock(datetime(1970, 1, 1, 0, 10))

    async def work(timers: Timers, rung: Rung) -> str:
        return (await timers.set_timer(600, "", clock.now)).stdout

    said = with_timers(tmp_path / "t.json", work, True, clock)
    listed, rung = with_timers(tmp_path / "t.json", _listed_at(clock), True, clock)

    assert said.startswith("timer set for 10 minutes, until 00:20")
    assert listed.startswith("timer 10 minutes: ")
    assert rung == []


def test_a_timer_waits_no_longer_than_it_was_set_for(tmp_path: Path) -> None:
    """The machine was off, and its clock, which has no battery, starts in 1970."""
    clock = Clock()

    async def work(timers: Timers, rung: Rung) -> None:
        await timers.set_timer(2, "egg", clock.now)

    async def after(timers: Timers, rung: Rung) -> Rung:
        return await until_rung(rung)

    with_timers(tmp_path / "t.json", work, True, clock)
    clock.show(datetime(1970, 1, 2))

    assert with_timers(tmp_path / "t.json", after, True, clock) == [
        ("egg", "2 seconds: time is up")
    ]


def test_a_clock_that_cannot_be_read_for_a_while_is_told_of(tmp_path: Path) -> None:
    clock = Clock()

    async def work(timers: Timers, rung: Rung) -> tuple[str, Rung]:
        await timers.set_timer(1, "egg", clock.now)
        clock.fault = OSError("no clock")
        while not timers.problems:
            await asyncio.sleep(0.01)
        (problem,) = timers.problems
        clock.fault = None
        await until_rung(rung)
        while timers.problems:
            await asyncio.sleep(0.01)
        return problem, rung

    problem, rung = with_timers(tmp_path / "t.json", work, True, clock)

    assert problem == "timers do not ring (no clock): set the clock"
    assert rung == [("egg", "1 second: time is up")]


def test_an_alarm_goes_by_the_clock(tmp_path: Path) -> None:
    clock = Clock()

    async def work(timers: Timers, rung: Rung) -> Rung:
        await timers.set_alarm(clock.now + timedelta(hours=1), "up", clock.now)
        await timers.set_timer(1, "egg", clock.now)  # it looks at the clock again
        clock.put(hours=1)
        while len(rung) < 2:
            await asyncio.sleep(0.01)
        return rung

    rung = with_timers(tmp_path / "t.json", work, True, clock)

    assert {title for title, _ in rung} == {"egg", "up"}


@pytest.fixture
def new_york() -> Iterator[None]:
    """Give New York's time, where one in the morning comes twice in November."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = "EST5EDT,M3.2.0,M11.1.0"
    time.tzset()
    yield
    del os.environ["TZ"]
    if before is not None:
        os.environ["TZ"] = before
    time.tzset()


def test_a_timer_counts_time_in_the_night_when_the_clock_goes_back(
    new_york: None, tmp_path: Path
) -> None:
    clock = Clock(datetime(2026, 11, 1, 1, 50))

    async def work(timers: Timers, rung: Rung) -> tuple[str, Rung]:
        await timers.set_timer(1200, "", clock.now)
        await asyncio.sleep(0.2)
        return timers.listed(clock.now).stdout, rung

    listed, rung = with_timers(tmp_path / "t.json", work, True, clock)
    again, _ = with_timers(tmp_path / "t.json", _listed_at(clock), True, clock)

    assert (listed, rung) == ("timer 20 minutes: 20 minutes left", [])
    assert again == listed


def _listed_at(clock: Clock) -> Callable[[Timers, Rung], Awaitable[tuple[str, Rung]]]:
    async def work(timers: Timers, rung: Rung) -> tuple[str, Rung]:
        return timers.listed(clock.now).stdout, rung

    return work


def test_the_steady_clock_goes_on_and_never_back() -> None:
    first = steady_s()
    time.sleep(0.02)

    assert 0.02 <= steady_s() - first < 5
