"""Timers and the clock on the wall, which may be set, and goes back once a year."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.timing import Clock, Rung, until_rung, with_timers
from whisperad.clock import steady_s
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
