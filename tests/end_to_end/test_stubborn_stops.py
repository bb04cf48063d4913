"""A stop ends in less than ten seconds, whatever hangs, and leaves nothing running."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from tests import dead_disk
from tests.programs import is_running
from tests.running import RunningDaemon

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
    home = stopped.home
    stopped.environ["HOME"] = str(home)
    (home / "stubborn").write_text(_STUBBORN)
    (home / "stubborn").chmod(0o755)
    folder = stopped.user_file.parent / "actions"
    folder.mkdir()
    (folder / "mine.toml").write_text(_PACK.format(home))
    dead_disk.plant(stopped)
    stopped.start()
    for action in ("doze", "record"):
        intent = {"action": action}
        taught = stopped.ask(type="teach", utterance=action, intent=intent)
        assert taught["type"] == "ok", taught
    yield stopped
    for name in NAMES:
        with suppress(FileNotFoundError, ProcessLookupError):
            os.killpg(int((home / name).read_text()), signal.SIGKILL)


def _begun(daemon: RunningDaemon, said: str, name: str) -> int:
    """Say something that starts a program, and give the program's number."""
    daemon.client().send(
        b'{"type":"interpret","utterance":"%s","execute":true,"timeout_s":50}\n'
        % said.encode()
    )
    assert _eventually((daemon.home / name).exists)
    return int((daemon.home / name).read_text())


def _eventually(is_so: Callable[[], object]) -> bool:
    ends = time.monotonic() + 10
    while not is_so() and time.monotonic() < ends:
        time.sleep(0.01)
    return bool(is_so())


def _stopped_in_s(daemon: RunningDaemon) -> float:
    began = time.monotonic()
    daemon.process.send_signal(signal.SIGTERM)
    assert daemon.process.wait(30) == 0
    return time.monotonic() - began


def test_programs_that_do_not_want_to_end_are_ended_all_the_same(
    running: RunningDaemon,
) -> None:
    kept = _begun(running, "record", "recording")
    dozing = _begun(running, "doze", "dozing")

    assert _stopped_in_s(running) < LIMIT_S
    assert not is_running(dozing)
    assert _eventually(lambda: not is_running(kept))


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
