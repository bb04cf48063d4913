"""Many clients at once: more than allowed, slow ones, and such as ask nothing."""

import resource
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress

import pytest

from tests.running import Client, RunningDaemon, eventually

CLIENTS = 256  # that the daemon takes
CROWDED_S = 1.0  # after which a slow client gives way to others
QUICK_S = 1.0  # to be answered beside clients that misbehave; the cores may be taken


@pytest.fixture
def running(stopped: RunningDaemon) -> RunningDaemon:
    """Give a daemon that knows an answer without its model."""
    stopped.start().teach("hush", action="mute_volume")
    return stopped


@pytest.mark.timeout(60)
def test_of_a_thousand_clients_as_many_as_allowed_are_served(
    running: RunningDaemon,
) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(2048, hard)), hard))
    with ExitStack() as leaving:
        clients = [leaving.enter_context(_patient(running.client)) for _ in range(1000)]
        for client in clients:
            with suppress(BrokenPipeError):  # told to go already
                client.send(b'{"type":"status"}\n')
        said = [r.get("code", r["type"]) for r in (c.receive() for c in clients)]
        assert running.process.poll() is None
    assert eventually(lambda: running.ask(type="status").get("clients") == 1)

    assert said == ["status"] * CLIENTS + ["overloaded"] * (1000 - CLIENTS)
    assert running.stop() == 0


def _patient(connect: Callable[[], Client]) -> Client:
    """Connect, when there is room among those who wait to be let in."""
    while True:
        try:
            return connect()
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


@pytest.mark.timeout(90)
def test_five_hundred_slow_clients_keep_nobody_out(stopped: RunningDaemon) -> None:
    """A byte a second from each; they take every place, but only for a moment."""
    stopped.set(read_timeout_s=3)
    stopped.start().teach("hush", action="mute_volume")
    slow = [_patient(stopped.client) for _ in range(500)]
    waits: list[float] = []

    def dribble() -> None:
        for byte in b'{"ty':
            for client in slow:
                with suppress(OSError):  # it had to go
                    client.send(bytes([byte]))
            time.sleep(1)

    dribbling = threading.Thread(target=dribble)
    dribbling.start()
    while dribbling.is_alive() or len(waits) < 20:
        waits.append(_until_served(stopped))
    dribbling.join()
    said = [client.receive()["code"] for client in slow]
    for client in slow:
        client.close()

    assert max(waits) < CROWDED_S + QUICK_S
    assert sorted(set(said)) == ["overloaded", "timeout"]
    assert said.count("timeout") >= CLIENTS
    assert stopped.ask(type="status")["clients"] == 1
    assert stopped.stop() == 0


@pytest.mark.timeout(90)
def test_five_hundred_halves_of_requests_keep_nobody_waiting(
    stopped: RunningDaemon,
) -> None:
    """Half a request from each, and then silence, beside one that asks all the time."""
    stopped.set(read_timeout_s=3)
    stopped.start().teach("hush", action="mute_volume")
    waits: list[float] = []
    hanging: list[Client] = []
    with ExitStack() as leaving, stopped.client() as good:

        def ask() -> None:
            began = time.monotonic()
            reply = good.ask(type="interpret", utterance="hush")
            assert (reply["stage"], reply["outcome"]) == ("taught", "proposed")
            waits.append(time.monotonic() - began)

        for number in range(500):
            hanging.append(leaving.enter_context(_patient(stopped.client)))
            with suppress(BrokenPipeError):  # told to go already
                hanging[-1].send(b'{"type":"interpret","utter')
            if number % 10 == 0:
                ask()
        newcomer_s = _until_served(stopped)
        ends = time.monotonic() + CROWDED_S
        while time.monotonic() < ends:
            ask()
        told = [client.receive()["code"] for client in hanging]

    assert max(waits) < QUICK_S
    assert newcomer_s < CROWDED_S + QUICK_S
    assert set(told) <= {"overloaded", "timeout"}
    assert told.count("timeout") >= CLIENTS - 1
    assert stopped.events("internal") == []
    assert stopped.ask(type="interpret", utterance="hush")["stage"] == "taught"
    assert stopped.stop() == 0


def _until_served(daemon: RunningDaemon) -> float:
    """Ask again while all places are taken, and give how long that took."""
    began = time.monotonic()
    while True:
        with _patient(daemon.client) as client:
            with suppress(BrokenPipeError):
                client.send(b'{"type":"interpret","utterance":"hush"}\n')
            reply = client.receive()
        if reply.get("code") != "overloaded":
            assert reply["stage"] == "taught"
            return time.monotonic() - began
        time.sleep(0.02)


@pytest.mark.timeout(60)
def test_half_lines_keep_nobody_waiting(running: RunningDaemon) -> None:
    half, rest = b'{"type":"sta', b'tus","id":"late"}\n'
    clients = [running.client() for _ in range(150)]
    waits: list[float] = []
    for number, client in enumerate(clients):
        client.send(half)
        if number % 5 == 0:
            waits.append(_until_served(running))
    leaving, staying = clients[:50], clients[50:]
    for client in leaving:
        client.close()
    for client in staying:
        client.send(rest)

    assert [client.receive()["id"] for client in staying] == ["late"] * 100
    assert max(waits) < QUICK_S
    assert running.events("internal") == []
    assert running.stop() == 0


def test_who_asks_nothing_for_long_is_closed_and_may_come_again(
    stopped: RunningDaemon,
) -> None:
    stopped.set(idle_timeout_s=1)
    stopped.start()
    idle = stopped.client()
    assert idle.ask(type="status")["limits"]["idle_timeout_s"] == 1
    began = time.monotonic()
    assert idle.at_end()

    assert 0.9 < time.monotonic() - began < 1 + QUICK_S
    assert stopped.ask(type="status")["clients"] == 1
    assert stopped.stop() == 0
