"""Whatever a daemon acknowledged before it was killed, or told to stop, is there after."""

import os
import signal
import time
from collections.abc import Callable

import pytest

from tests.end_to_end import own_programs
from tests.end_to_end.lessons import TAUGHT, lines
from tests.running import Client, RunningDaemon, eventually

Busy = Callable[[RunningDaemon, Client], None]

pytestmark = pytest.mark.timeout(60)


def _idle(daemon: RunningDaemon, client: Client) -> None:
    assert client.ask(type="status")["queue"] == 0


def _in_a_pass(daemon: RunningDaemon, client: Client) -> None:
    client.send(lines(30, type="interpret", utterance="open chrome and all the rest"))
    assert eventually(lambda: bool(daemon.ask(type="status")["queue"]))


def _with_a_child(daemon: RunningDaemon, client: Client) -> None:
    own_programs.begun(daemon, "doze", "dozing", timeout_s=60)


def _in_a_reload(daemon: RunningDaemon, client: Client) -> None:
    client.send(lines(5, type="reload", what="all"))
    time.sleep(0.05)


def _in_a_write(daemon: RunningDaemon, client: Client) -> None:
    client.send(lines(30, type="teach", utterance="quiet", intent=TAUGHT["hush"]))
    client.receive()


@pytest.mark.parametrize(
    "busy", [_idle, _in_a_pass, _with_a_child, _in_a_reload, _in_a_write]
)
def test_a_kill_loses_nothing_that_was_acknowledged(
    taught: RunningDaemon, busy: Busy
) -> None:
    assert taught.say("pasta ten minutes", execute=True)["outcome"] == "done"
    busy(taught, taught.client())
    assert taught.stop(signal.SIGKILL) == -signal.SIGKILL
    taught.start()
    known = {row["utterance"] for row in taught.ask(type="taught")["rows"]}

    assert known - {"quiet"} == set(TAUGHT)
    assert taught.say("hush")["stage"] == "taught"
    cooking = taught.say("what is cooking", execute=True)["results"][0]["stdout"]
    assert cooking.startswith("timer 10 minutes: ")
    assert taught.ask(type="status")["problems"] == []
    assert taught.stop() == 0


def test_a_stop_ends_a_child_that_goes_on_for_long(taught: RunningDaemon) -> None:
    child = own_programs.begun(taught, "doze", "dozing", timeout_s=60)

    assert taught.stop() == 0
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)
