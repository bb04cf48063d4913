"""A file system that never answers holds up what asked for it, and nothing else.

It is stood in for by a pipe, which keeps whoever opens it until somebody writes.
"""

import os
import sys
import time
from pathlib import Path

import pytest

from tests.running import Client, RunningDaemon

pytestmark = [
    pytest.mark.timeout(60),
    pytest.mark.skipif(sys.platform != "linux", reason="reads Linux's user-dirs.dirs"),
]

HANGING = 10  # more than Python has threads for what takes a while, on four cores
DOWNLOADS = {"action": "open_folder", "folder": "downloads"}
PASTA = {"action": "set_timer", "duration": "ten minutes"}


@pytest.fixture
def running(stopped: RunningDaemon) -> RunningDaemon:
    """Give a daemon that hangs when it is asked where the downloads are."""
    stopped.environ |= {
        "HOME": str(stopped.home),
        "XDG_CONFIG_HOME": str(stopped.home / "xdg"),
    }
    stopped.start()
    for said, intent in (("downloads", DOWNLOADS), ("pasta ten minutes", PASTA)):
        stopped.teach(said, **intent)
    _pipe(stopped).parent.mkdir()
    os.mkfifo(_pipe(stopped))
    return stopped


def _pipe(daemon: RunningDaemon) -> Path:
    return daemon.home / "xdg" / "user-dirs.dirs"


def _ask_where(client: Client, kind: str, timeout_s: float) -> None:
    client.send(
        b'{"type":"%s","utterance":"downloads","timeout_s":%g}\n'
        % (kind.encode(), timeout_s)
    )


def _hang(daemon: RunningDaemon) -> None:
    """Have more lookups hang than there are threads for all else."""
    clients = [daemon.client() for _ in range(HANGING)]
    for number, client in enumerate(clients):
        _ask_where(client, "explain" if number % 2 else "interpret", timeout_s=0.5)
    for client in clients:
        reply = client.receive()
        assert (reply["type"], reply.get("code")) == ("error", "timeout"), reply
        assert "does not answer" in reply["message"]


def test_lookups_that_hang_time_out_and_keep_no_thread_from_others(
    running: RunningDaemon,
) -> None:
    _hang(running)
    set_ = running.ask(type="interpret", utterance="pasta ten minutes", execute=True)

    assert set_["outcome"] == "done"
    assert "could not be saved" not in set_["results"][0]["stdout"]
    assert (running.home / "state" / "timers.json").read_text() != "[]"
    assert running.ask(type="history")["type"] == "history"


def test_what_answers_again_is_asked_again(running: RunningDaemon) -> None:
    _hang(running)
    os.close(os.open(_pipe(running), os.O_WRONLY))
    _pipe(running).unlink()
    found = running.ask(type="interpret", utterance="downloads")

    assert found["outcome"] == "proposed"
    assert found["resolved"][0]["folder"] == str(running.home / "Downloads")


def test_a_stop_waits_for_no_lookup_that_hangs(running: RunningDaemon) -> None:
    _hang(running)
    began = time.monotonic()

    assert running.stop() == 0
    assert time.monotonic() - began < 2.0
    assert running.events("stopped")
    (left,) = running.events("threads-left")
    assert len(left["threads"]) == HANGING


def test_a_stop_does_not_wait_for_a_request_that_hangs(running: RunningDaemon) -> None:
    """Longer than it would for one that works."""
    _ask_where(running.client(), "interpret", timeout_s=60)
    time.sleep(0.2)

    assert running.stop() == 0
    assert running.events("broken-off")
    assert running.events("stopped")
