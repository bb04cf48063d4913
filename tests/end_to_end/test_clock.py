"""A clock on the wall that is set while a real daemon runs."""

import shutil
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.running import RunningDaemon, eventually
from tests.shim import shim

pytestmark = [
    pytest.mark.timeout(60),
    pytest.mark.skipif(sys.platform != "linux", reason="wants LD_PRELOAD"),
    pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler is here"),
]

SetClock = Callable[[timedelta], None]
HOUR = timedelta(hours=1)
LATE_S = 25  # what the clock says is looked at now and then

_CLOCK = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int clock_gettime(clockid_t clock, struct timespec *now) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
    int result = real(clock, now);
    if (clock == CLOCK_REALTIME) {
        FILE *file = fopen(getenv("CLOCK_IS_OFF_BY"), "r");
        long off = 0;
        if (file) {
            if (fscanf(file, "%ld", &off) != 1) off = 0;
            fclose(file);
        }
        now->tv_sec += off;
    }
    return result;
}
"""
_TAUGHT = {
    "cake ten minutes": {"action": "set_timer", "duration": "ten minutes"},
    "egg two seconds": {"action": "set_timer", "duration": "two seconds"},
    "which timers": {"action": "list_timers"},
    "end zeppelin": {"action": "process_kill_name", "process": "zeppelin"},
}


@pytest.fixture
def set_clock(stopped: RunningDaemon, tmp_path: Path) -> SetClock:
    """Give a way to set the clock of the daemon, which shows the right time first."""
    file = tmp_path / "off"
    stopped.environ["LD_PRELOAD"] = str(shim(_CLOCK, tmp_path))
    stopped.environ["CLOCK_IS_OFF_BY"] = str(file)

    def put(off_by: timedelta) -> None:
        new = file.with_suffix(".new")
        new.write_text(f"{off_by.total_seconds():.0f}")
        new.replace(file)  # at once

    return put


@pytest.fixture
def running(stopped: RunningDaemon, set_clock: SetClock) -> RunningDaemon:
    """Give a daemon that was taught all of it, and whose notifications go to a file."""
    programs = stopped.home / "programs"
    programs.mkdir()
    notify = programs / "notify-send"
    notify.write_text('#!/bin/sh\necho "$@" >> "$HOME/told"\n')
    notify.chmod(0o755)
    stopped.environ |= {"HOME": str(stopped.home), "PATH": str(programs)}
    stopped.start()
    for said, intent in _TAUGHT.items():
        stopped.teach(said, **intent)
    return stopped


def result(daemon: RunningDaemon, said: str) -> str:
    """Say something, and give what came of it."""
    reply = daemon.ask(type="interpret", utterance=said, execute=True)
    text: str = reply["results"][0]["stdout"]
    return text


def names(daemon: RunningDaemon) -> list[str]:
    """Give what is set, without what is left of it, which is never an hour."""
    lines = result(daemon, "which timers").splitlines()
    for line in lines:
        if line.startswith("timer"):
            left = line.partition(": ")[2]
            assert left.endswith("left")
            assert "hour" not in left
            assert "day" not in left
    return [line.partition(":")[0] for line in lines]


def test_a_clock_that_is_set_back_an_hour_changes_no_timer_and_no_token(
    running: RunningDaemon, set_clock: SetClock
) -> None:
    result(running, "cake ten minutes")
    result(running, "egg two seconds")
    before = names(running)
    asked = running.ask(type="interpret", utterance="end zeppelin", execute=True)
    set_clock(-HOUR)
    after = names(running)
    rang = eventually(lambda: running.events("ring"), LATE_S)
    confirmed = running.ask(type="confirm", token=asked["token"])
    last = names(running)
    status = running.ask(type="status")
    times = [line["time"] for line in running.events()]

    assert before == ["timer 2 seconds", "timer 10 minutes"]
    assert after in (before, before[1:])
    assert rang
    assert confirmed["outcome"] == "failed"  # there is no such program
    assert last == ["timer 10 minutes"]
    assert 0 < status["uptime_s"] < 60
    assert times[-1] < times[0]  # the clock was really set
    assert running.stop() == 0


def test_a_clock_that_shows_1970_for_a_while_loses_no_timer(
    running: RunningDaemon, set_clock: SetClock
) -> None:
    result(running, "cake ten minutes")
    result(running, "egg two seconds")
    set_clock(datetime(1970, 1, 2) - datetime.now())
    while_off = names(running)
    rang = eventually(lambda: running.events("ring"), LATE_S)
    set_clock(timedelta())
    later = names(running)
    saved = running.home / "state" / "timers.json"
    assert eventually(lambda: saved.read_text().count('"kind"') == 1, LATE_S)
    year = str((datetime.now() + timedelta(minutes=10)).year)
    assert eventually(lambda: year in saved.read_text(), LATE_S)
    assert running.stop() == 0
    running.start()

    assert while_off[-1] == "timer 10 minutes"
    assert rang
    assert later == ["timer 10 minutes"]
    assert names(running) == later
    assert len(running.events("ring")) == 1
    assert running.events("timer-failed") == []
    assert running.stop() == 0


def test_an_alarm_rings_once_by_the_clock_that_is_put_back_and_on(
    running: RunningDaemon, set_clock: SetClock
) -> None:
    """A timer that is set as well counts time, whatever the clock says."""
    due = datetime.now() + HOUR
    wake = f"wake me at {due:%H:%M}"
    running.teach(wake, action="set_alarm", time=f"{due:%H:%M}")
    result(running, wake)
    result(running, "cake ten minutes")
    told = running.home / "told"
    set_clock(-HOUR)
    early = names(running)
    rang_early = told.exists()
    set_clock(HOUR)
    names(running)  # it looks at the clock then
    rang = eventually(lambda: told.exists() and told.read_text(), LATE_S)
    set_clock(-HOUR)
    last = names(running)

    assert early == ["timer 10 minutes", "alarm"]
    assert not rang_early
    assert rang
    assert f"it is {due:%H:%M}" in told.read_text()
    assert last == ["timer 10 minutes"]
    assert len(running.events("ring")) == 1
    assert running.stop() == 0
