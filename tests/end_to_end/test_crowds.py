"""Many at once: more clients than allowed, slow ones, two daemons for one socket."""

import resource
import threading
import time
from contextlib import ExitStack, suppress

import pytest

from tests.running import START_S, Client, RunningDaemon

CLIENTS = 256  # that the daemon takes
QUICK_S = 1.0  # to be answered beside clients that misbehave; the cores may be taken
RACES = 20


@pytest.fixture
def running(stopped: RunningDaemon) -> RunningDaemon:
    """Give a daemon that knows an answer without its model."""
    meaning = {"action": "mute_volume"}
    stopped.start().ask(type="teach", utterance="hush", intent=meaning)
    return stopped


@pytest.mark.timeout(60)
def test_of_a_thousand_clients_as_many_as_allowed_are_served(
    running: RunningDaemon,
) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(2048, hard)), hard))
    with ExitStack() as leaving:
        clients = [leaving.enter_context(_patient(running)) for _ in range(1000)]
        for client in clients:
            with suppress(BrokenPipeError):  # told to go already
                client.send(b'{"type":"status"}\n')
        said = [r.get("code", r["type"]) for r in (c.receive() for c in clients)]
        assert running.process.poll() is None
    ends = time.monotonic() + START_S
    while running.ask(type="status").get("clients") != 1:
        assert time.monotonic() < ends
        time.sleep(0.01)

    assert said == ["status"] * CLIENTS + ["overloaded"] * (1000 - CLIENTS)
    assert running.stop() == 0


def _patient(daemon: RunningDaemon) -> Client:
    """Connect, when there is room among those who wait to be let in."""
    while True:
        try:
            return Client(daemon.socket)
        except BlockingIOError:
            time.sleep(0.005)


@pytest.mark.timeout(60)
def test_two_hundred_slow_clients_keep_nobody_waiting(running: RunningDaemon) -> None:
    line = b'{"type":"status","id":"slow"}\n'
    slow = [running.client() for _ in range(200)]
    waits: list[float] = []

    def dribble() -> None:
        for at in range(len(line)):
            for client in slow:
                client.send(line[at : at + 1])

    dribbling = threading.Thread(target=dribble)
    dribbling.start()
    with running.client() as quick:
        while dribbling.is_alive() or len(waits) < 20:
            began = time.monotonic()
            assert quick.ask(type="interpret", utterance="hush")["stage"] == "taught"
            waits.append(time.monotonic() - began)
    dribbling.join()

    assert max(waits) < QUICK_S
    assert [client.receive()["id"] for client in slow] == ["slow"] * 200
    assert running.stop() == 0


@pytest.mark.timeout(180)  # forty starts
def test_of_two_daemons_that_race_for_a_socket_one_serves(
    stopped: RunningDaemon,
) -> None:
    other = RunningDaemon(stopped.home)
    for _ in range(RACES):
        pair = [daemon.start(wait=False) for daemon in (stopped, other)]
        ends = time.monotonic() + START_S
        while all(daemon.process.poll() is None for daemon in pair):
            assert time.monotonic() < ends
            time.sleep(0.01)
        winner, loser = sorted(pair, key=lambda d: d.process.poll() is not None)
        winner.wait_until_ready()

        assert winner.ask(type="status")["pid"] == winner.process.pid
        assert loser.process.poll() == 1
        assert stopped.events("cannot-start")[-1]["message"] == (
            f"another whisperad (process {winner.process.pid}) serves {stopped.socket}"
        )
        assert winner.stop() == 0
