"""Where a daemon's socket was deleted it makes another; nobody starts a second daemon."""

import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.end_to_end.lessons import lines
from tests.running import RunningDaemon

pytestmark = pytest.mark.timeout(60)


def _whispera(daemon: RunningDaemon, verb: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-m", "client.cli", verb],
        env={**daemon.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("gone", ["socket", "folder"])
def test_where_the_socket_was_deleted_it_listens_again(
    taught: RunningDaemon, gone: str
) -> None:
    """By itself and soon; who is in stays in."""
    with taught.client() as client:
        client.ask(type="status")
        if gone == "folder":
            shutil.rmtree(taught.socket.parent)
        else:
            taught.socket.unlink()
        client.send(lines(3, type="interpret", utterance="hush"))
        taught.wait_until_ready()
        still = [client.receive()["outcome"] for _ in range(3)]
    started = _whispera(taught, "start")

    assert still == ["proposed"] * 3
    assert taught.ask(type="status")["pid"] == taught.process.pid
    assert len(taught.events("socket-was-removed")) == 1
    assert stat.S_IMODE(taught.socket.stat().st_mode) == 0o600
    assert started.returncode == 0, started.stderr
    assert _whispera(taught, "stop").returncode == 0
    assert taught.process.wait(5) == 0
    assert not taught.socket.exists()


def test_a_start_waits_for_a_daemon_that_lost_its_socket(
    taught: RunningDaemon,
) -> None:
    taught.socket.unlink()
    started = _whispera(taught, "start")

    assert taught.ask(type="status")["pid"] == taught.process.pid, started.stderr
    assert taught.stop() == 0
