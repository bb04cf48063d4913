"""What a killed daemon leaves behind is tended by the next, which says so."""

import os
import shutil
import signal
import sys
from collections.abc import Iterator

import pytest

from tests.end_to_end import own_programs
from tests.programs import FAMILY, is_running
from tests.running import RunningDaemon, eventually

pytestmark = [
    pytest.mark.timeout(60),
    pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc"),
]

_PACK = """\
pack = "mine"
[[action]]
id = "doze"
phrases = ["doze off"]
linux = {{ argv = ["{0}/doze", "dozing"] }}
[[action]]
id = "record"
phrases = ["record it"]
linux = {{ keep = "recording", argv = ["{0}/doze", "recording"] }}
[[action]]
id = "gather"
phrases = ["gather them"]
linux = {{ argv = ["{0}/family"] }}
"""
_FAMILY = ("tidy", "stubborn")
# Tells its number, and that it was asked to end.
_DOZE = """\
#!/usr/bin/env python3
import os, pathlib, signal, sys, time

def finish(*_):
    name.with_suffix(".finished").touch()
    sys.exit()

name = pathlib.Path(os.environ["HOME"], sys.argv[1])
signal.signal(signal.SIGINT, finish)
name.with_suffix(".new").write_text(str(os.getpid()))
name.with_suffix(".new").replace(name)
time.sleep(60)
"""


@pytest.fixture
def running(stopped: RunningDaemon) -> Iterator[RunningDaemon]:
    """Give a daemon that knows two programs of ours; those that are left end."""
    own_programs.give(stopped, {"doze": _DOZE, "family": FAMILY}, mine=_PACK)
    yield stopped
    own_programs.end(stopped, "dozing", "recording", *_FAMILY)


def begun(daemon: RunningDaemon, said: str, name: str, timeout_s: float) -> int:
    """Say something that starts a program, and give the program's number."""
    number = own_programs.begun(daemon, said, name, timeout_s)
    # It is written down as soon as it runs; the daemon shall have had the time.
    assert eventually(lambda: list(daemon.home.glob("state/children/*/[0-9]*")))
    return number


def test_a_command_that_a_killed_daemon_ran_is_named_and_may_finish(
    running: RunningDaemon,
) -> None:
    running.start()
    running.teach("doze", action="doze")
    pid = begun(running, "doze", "dozing", timeout_s=60)
    running.stop(signal.SIGKILL)
    assert is_running(pid)
    running.start()
    assert eventually(lambda: running.events("left-behind"))
    (told,) = running.events("left-behind")
    goes_on = is_running(pid)
    os.kill(pid, signal.SIGKILL)
    status = running.ask(type="status")

    assert goes_on
    assert told["pid"] == pid
    assert told["program"] == str(running.home / "doze")
    assert told["now"] == "runs until its time is over"
    assert status["problems"] == []
    assert running.stop() == 0
    assert list(running.home.glob("state/children/*")) == []


def test_a_command_that_a_killed_daemon_ran_ends_when_its_time_is_over(
    running: RunningDaemon,
) -> None:
    running.start()
    running.teach("doze", action="doze")
    pid = begun(running, "doze", "dozing", timeout_s=2)
    running.stop(signal.SIGKILL)
    running.start()

    assert eventually(lambda: not is_running(pid))


def test_a_command_whose_time_is_over_ends_with_all_that_it_started(
    running: RunningDaemon,
) -> None:
    running.start()
    running.teach("gather", action="gather")
    reply = running.ask(type="interpret", utterance="gather", execute=True, timeout_s=3)
    pids = [own_programs.written(running, name) for name in _FAMILY]

    assert reply["results"][0]["timed_out"]
    assert (running.home / "tidied").exists()
    assert eventually(lambda: not any(map(is_running, pids)))
    assert running.stop() == 0


def test_what_a_command_started_that_a_killed_daemon_ran_ends_with_it(
    running: RunningDaemon,
) -> None:
    running.start()
    running.teach("gather", action="gather")
    begun(running, "gather", "stubborn", timeout_s=3)
    assert eventually((running.home / "tidy").exists)
    pids = [own_programs.written(running, name) for name in _FAMILY]
    running.stop(signal.SIGKILL)
    running.start()

    assert eventually(lambda: not any(map(is_running, pids)))
    assert (running.home / "tidied").exists()
    assert running.stop() == 0


def test_a_program_that_a_killed_daemon_kept_is_ended_the_gentle_way(
    running: RunningDaemon,
) -> None:
    running.start()
    running.teach("tape it", action="record")
    pid = begun(running, "tape it", "recording", timeout_s=10)
    running.stop(signal.SIGKILL)
    running.start()
    ended = eventually(lambda: not is_running(pid))
    (told,) = running.events("left-behind")

    assert ended
    assert (told["pid"], told["now"]) == (pid, "is ended")
    assert (running.home / "recording.finished").exists()
    again = running.ask(type="interpret", utterance="tape it", execute=True)
    assert again["outcome"] == "done", again["results"]


def test_a_timer_that_rang_while_the_daemon_was_killed_rings_again(
    running: RunningDaemon,
) -> None:
    """The notification hangs the first time, so nobody was told."""
    programs = running.home / "bin"
    programs.mkdir()
    notify = programs / "notify-send"
    notify.write_text(f'#!/bin/sh\necho $$ > "$HOME/dozing"\nexec {_sleep()} 60\n')
    notify.chmod(0o755)
    running.environ["PATH"] = str(programs)
    running.start()
    running.teach(
        "egg one second",
        action="set_timer",
        duration="one second",
        label="egg",
    )
    assert running.ask(type="interpret", utterance="egg one second", execute=True)[
        "results"
    ]
    assert eventually((running.home / "dozing").exists)
    running.stop(signal.SIGKILL)
    os.kill(own_programs.written(running, "dozing"), signal.SIGKILL)
    notify.write_text('#!/bin/sh\necho "$@" > "$HOME/told"\n')
    running.start()

    assert eventually((running.home / "told").exists)
    assert eventually((running.home / "told").read_text)
    assert "egg" in (running.home / "told").read_text()
    assert eventually(
        lambda: (running.home / "state" / "timers.json").read_text() == "[]"
    )


def _sleep() -> str:
    found = shutil.which("sleep")
    assert found
    return found
