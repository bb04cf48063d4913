"""A stop ends in less than ten seconds, whatever hangs, and leaves nothing running."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests import dead_disk
from tests.end_to_end import own_programs
from tests.programs import is_running
from tests.running import RunningDaemon, eventually

pytestmark = [
    pytest.mark.timeout(90),
    pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc"),
]

LIMIT_S = 10.0  # after which macOS kills what it told to stop
NAMES = ("dozing", "recording")
_PACK = """\
pack = "mine"
[[action]]
id = "doze"
phrases = ["doze off"]
linux = {{ argv = ["{0}/stubborn", "dozing"] }}
[[action]]
id = "record"
phrases = ["record it"]
linux = {{ keep = "recording", argv = ["{0}/stubborn", "recording"] }}
"""
# Tells its number, and ends for nobody who only asks.
_STUBBORN = """\
#!/bin/sh
trap '' INT TERM HUP
echo $$ > "$HOME/new-$1"
mv "$HOME/new-$1" "$HOME/$1"
sleep 60
"""


@pytest.fixture
def running(stopped: RunningDaemon) -> Iterator[RunningDaemon]:
    """Give a daemon with programs that do not want to end."""
    own_programs.give(stopped, {"stubborn": _STUBBORN}, mine=_PACK)
    dead_disk.plant(stopped)
    stopped.start()
    for action in ("doze", "record"):
        stopped.teach(action, action=action)
    yield stopped
    for name in NAMES:
        with suppress(FileNotFoundError, ProcessLookupError):
            os.killpg(own_programs.written(stopped, name), signal.SIGKILL)


def _stopped_in_s(daemon: RunningDaemon) -> float:
    began = time.monotonic()
    daemon.process.send_signal(signal.SIGTERM)
    assert daemon.process.wait(30) == 0
    return time.monotonic() - began


def test_programs_that_do_not_want_to_end_are_ended_all_the_same(
    running: RunningDaemon,
) -> None:
    kept = own_programs.begun(running, "record", "recording")
    dozing = own_programs.begun(running, "doze", "dozing")

    assert _stopped_in_s(running) < LIMIT_S
    assert not is_running(dozing)
    assert eventually(lambda: not is_running(kept))


def test_a_state_folder_that_answers_no_more_holds_no_stop_up(
    running: RunningDaemon,
) -> None:
    assert running.ask(type="history")["type"] == "history"
    dead_disk.die(running, running.home / "state")
    running.ask(type="interpret", utterance="whatever")

    assert _stopped_in_s(running) < LIMIT_S
    assert "memory_0" in running.events("threads-left")[0]["threads"]


def test_a_log_that_nobody_can_write_to_holds_no_stop_up(
    running: RunningDaemon,
) -> None:
    dead_disk.die(running, running.home / "log")

    assert _stopped_in_s(running) < LIMIT_S
