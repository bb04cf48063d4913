"""A daemon that is stopped for a while: its clients are told, and it goes on after."""

import signal
import subprocess
import sys
import time
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from client import connection
from tests.end_to_end.lessons import lines
from tests.running import Client, RunningDaemon
from whisperad import wire

FROZEN_S = 3.0  # longer than all that a client is given here
SHORT_S = 2
PATIENCE_S = 0.5

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def running(stopped: RunningDaemon) -> RunningDaemon:
    """Give a daemon that knows answers without its model and waits for nobody long."""
    notify = stopped.home / "bin" / "notify-send"
    notify.parent.mkdir()
    notify.write_text("#!/bin/sh\n")
    notify.chmod(0o755)
    stopped.environ["PATH"] = str(notify.parent)
    stopped.set(read_timeout_s=SHORT_S, idle_timeout_s=SHORT_S)
    stopped.start()
    for said, intent in {
        "hush": {"action": "mute_volume"},
        "pasta two seconds": {"action": "set_timer", "duration": "two seconds"},
    }.items():
        stopped.teach(said, **intent)
    return stopped


def _w(daemon: RunningDaemon, said: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "client.say", said],
        env={**daemon.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_who_asks_a_frozen_daemon_is_told_or_answered_after(
    running: RunningDaemon,
) -> None:
    asked = running.ask(type="interpret", utterance="pasta two seconds", execute=True)
    assert asked["outcome"] == "done"
    half, silent = running.client(), running.client()
    half.send(b'{"type":"interpret","id":"half",')
    assert running.ask(type="status")["clients"] == 3
    running.process.send_signal(signal.SIGSTOP)
    patient = _w(running, "hush")
    began = time.monotonic()
    with pytest.raises(connection.Unreachable) as told:
        connection.request(str(running.socket), {"type": "status"}, PATIENCE_S)
    took_s = time.monotonic() - began
    half.send(b'"utterance":"hush"}\n')
    silent.send(b'{"type":"interpret","id":"silent","utterance":"hush"}\n')
    time.sleep(FROZEN_S)
    assert patient.poll() is None
    running.process.send_signal(signal.SIGCONT)
    shown, complaint = patient.communicate(timeout=20)

    assert str(told.value) == (
        f"the daemon at {running.socket} gave no answer in 0.5 s; see `whispera logs`"
    )
    assert PATIENCE_S <= took_s < FROZEN_S
    assert (patient.returncode, complaint) == (wire.EXIT_DONE, "")
    assert shown
    # Time that the daemon could not hear them does not count.
    for client, name in ((half, "half"), (silent, "silent")):
        reply = client.receive()
        assert (reply.get("id"), reply.get("outcome")) == (name, "proposed")
    status = running.ask(type="status")
    assert (status["queue"], status["problems"]) == (0, [])
    assert len(running.events("ring")) == 1
    assert running.events("internal") == []
    assert running.stop() == 0


@pytest.mark.skipif(sys.platform != "linux", reason="says so on Linux alone")
def test_too_many_for_a_frozen_daemon_are_told_so_and_the_others_answered(
    running: RunningDaemon,
) -> None:
    running.process.send_signal(signal.SIGSTOP)
    with ExitStack() as leaving:
        waiting: list[Client] = []
        with suppress(BlockingIOError):
            while True:
                waiting.append(leaving.enter_context(Client(running.socket)))
        for client in waiting:
            client.send(b'{"type":"interpret","utterance":"hush"}\n')
        refused = _w(running, "hush")
        _, complaint = refused.communicate(timeout=20)
        running.process.send_signal(signal.SIGCONT)
        replies = [client.receive() for client in waiting]

    assert refused.returncode == wire.EXIT_UNREACHABLE
    assert f"too many clients wait for the daemon at {running.socket}" in complaint
    assert "Traceback" not in complaint
    said = {reply.get("code") or reply["outcome"] for reply in replies}
    assert "proposed" in said
    assert said <= {"proposed", "overloaded"}
    assert running.ask(type="interpret", utterance="hush")["outcome"] == "proposed"
    assert running.stop() == 0


def test_a_daemon_that_was_frozen_for_half_a_minute_goes_on(
    stopped: RunningDaemon,
) -> None:
    """With clients that may wait as long as it lets them wait usually."""
    stopped.start()
    stopped.teach("hush", action="mute_volume")
    before = stopped.client()
    before.send(lines(10, type="interpret", utterance="open chrome"))
    stopped.process.send_signal(signal.SIGSTOP)
    meanwhile = stopped.client()  # the system lets it in
    meanwhile.send(lines(3, type="interpret", utterance="hush"))
    time.sleep(30)
    stopped.process.send_signal(signal.SIGCONT)
    replies = [before.receive() for _ in range(10)]

    assert [reply["id"] for reply in replies] == list(range(10))
    assert {reply["type"] for reply in replies} == {"interpretation"}
    assert [meanwhile.receive()["outcome"] for _ in range(3)] == ["proposed"] * 3
    assert stopped.stop() == 0
