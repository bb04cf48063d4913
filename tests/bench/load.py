"""What many clients, idle times and adapter swaps do to a running daemon's answers.

The daemon must be one without shortcuts, so that the model gives every answer.
"""

import shutil
import threading
import time
from collections.abc import Iterable, Sequence
from itertools import cycle, islice
from typing import NamedTuple

from tests.bench.contenders import Base, Conversation
from tests.bench.figures import Row, p50, p99
from tests.bench.stages import together
from tests.running import Client, RunningDaemon

CLIENTS = (1, 4, 16, 64)
WAIT_S = 60.0  # of a client; who waits longer has lost a reply
SWAP_S = 0.2  # between two swaps


class Answers(NamedTuple):
    """What some clients got in some seconds."""

    waits: list[list[float]]  # milliseconds, by client
    lost: int
    took_s: float

    @property
    def all(self) -> list[float]:
        """The waits of all clients."""
        return [wait for waits in self.waits for wait in waits]


def throughput(
    daemon: RunningDaemon, utterances: Sequence[str], seconds: float
) -> list[Row]:
    """Answers a second and how long they are waited for, by number of clients."""
    rows = []
    for clients in CLIENTS:
        got = asked(daemon, clients, utterances, seconds)
        name = f"{clients} client{'s' if clients > 1 else ''}"
        rows += [
            Row(f"{name}: answers a second", len(got.all) / got.took_s, ""),
            Row(f"{name}: p50", p50(got.all)),
            Row(f"{name}: p99", p99(got.all)),
        ]
    fewest = min(map(len, got.waits))
    return [
        *rows,
        Row(f"{name}: fewest answers of a client", fewest, ""),
        Row(f"{name}: replies lost", got.lost, ""),
    ]


def idle(
    daemon: RunningDaemon, utterances: Sequence[str], seconds: Iterable[int]
) -> list[Row]:
    """Time the first answer after some seconds of nothing, on a connection of its own.

    `seconds` has an entry for each time; the longest come once, the others often.
    """
    taken: dict[int, list[float]] = {}
    for at, utterance in zip(seconds, cycle(utterances), strict=False):
        time.sleep(at)
        conversation = Conversation(daemon)
        with conversation.client:
            taken.setdefault(at, []).extend(conversation([utterance]))
    return [
        Row(f"after {at} s of nothing, p50", p50(times), note=f"of {len(times)}")
        for at, times in sorted(taken.items())
    ]


def swaps(
    daemon: RunningDaemon, base: Base, utterances: Sequence[str], seconds: float
) -> list[Row]:
    """Time the requests of four clients while adapters are swapped, and without."""
    names = ["4 clients, no swaps: p99", "4 clients, swaps all the time: p99"]
    if base.adapter is None:
        return [Row(name, None, note="no adapter") for name in names]
    adapters = daemon.home / "data" / "adapters"
    for name in ("one", "two"):
        shutil.copytree(base.adapter, adapters / name)
    ended = threading.Event()
    done: list[float] = []

    def swap() -> None:
        for name in cycle(("one", "two")):
            if ended.wait(SWAP_S):
                return
            (adapters / "next").symlink_to(name)
            (adapters / "next").replace(adapters / "current")
            started = time.perf_counter()
            reply = daemon.ask(type="reload", what="adapter")
            assert reply["type"] == "ok", reply
            done.append((time.perf_counter() - started) * 1e3)

    calm = asked(daemon, 4, utterances, seconds)
    swapping = threading.Thread(target=swap)
    swapping.start()
    busy = asked(daemon, 4, utterances, seconds)
    ended.set()
    swapping.join()
    return [
        Row(names[0], p99(calm.all)),
        Row(names[1], p99(busy.all), note=f"{len(done)} swaps"),
        Row("an adapter swap under that load, p50", p50(done) if done else None),
    ]


def asked(
    daemon: RunningDaemon, clients: int, utterances: Sequence[str], seconds: float
) -> Answers:
    """Have clients ask one thing after the other for some seconds, each its own."""
    waits: list[list[float]] = [[] for _ in range(clients)]
    lost: list[str] = []
    started = time.perf_counter()

    def ask(number: int) -> None:
        own = islice(cycle(utterances), number * len(utterances) // clients, None)
        try:
            with Client(daemon.socket, WAIT_S) as client:
                while time.perf_counter() - started < seconds:
                    waits[number].append(_wait(client, next(own)))
        except (OSError, EOFError, AssertionError) as error:
            lost.append(repr(error))

    together(clients, ask)
    return Answers(waits, len(lost), time.perf_counter() - started)


def _wait(client: Client, utterance: str) -> float:
    started = time.perf_counter()
    reply = client.ask(type="interpret", utterance=utterance, timeout_s=WAIT_S)
    assert reply["type"] == "interpretation", reply
    return (time.perf_counter() - started) * 1e3
