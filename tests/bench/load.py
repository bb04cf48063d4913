"""What many clients, idle times and adapter swaps do to a running daemon's answers."""

import shutil
import statistics
import threading
import time
from collections.abc import Callable, Sequence
from itertools import cycle
from pathlib import Path

from client import connection
from whisperad.settings import EMBEDDED_MODEL

SWAPS = 20
ROUND = 20  # utterances
CLIENTS = (1, 4, 16, 64)

Table = dict[str, float]


def throughput(socket: str, utterances: Sequence[str]) -> Table:
    """Answers a second, and what the slowest one in a hundred waits, by clients."""
    table: Table = {}
    for clients in CLIENTS:
        # What was answered is forgotten, so that the model answers again.
        connection.answer(socket, {"type": "reload", "what": "adapter"})
        waits, took = _asked(socket, clients, utterances)
        table[f"{clients} clients, answers a second"] = len(waits) / took
        table[f"{clients} clients, p99 (ms)"] = p99(waits)
    return table


def idle(socket: str, utterances: Sequence[str]) -> Table:
    """Time the first answer after seconds of nothing."""
    table: Table = {}
    connection.answer(socket, {"type": "reload", "what": "adapter"})
    for seconds, utterance in zip((0, 1, 10), utterances, strict=False):
        time.sleep(seconds)
        table[f"after {seconds} s idle (ms)"] = _wait(socket, utterance)
    return table


def swaps(socket: str, home: Path, utterances: Sequence[str]) -> Table:
    """Time the requests of four clients while adapters are swapped, and without."""
    adapters = home / "data" / "adapters"
    for name in ("one", "two"):
        shutil.copytree(EMBEDDED_MODEL / "adapter", adapters / name)
    connection.answer(socket, {"type": "reload", "what": "adapter"})
    calm, _ = _asked(socket, 4, utterances)
    ended = threading.Event()
    swapping = threading.Thread(target=_swap, args=(socket, adapters, ended))
    swapping.start()
    busy: list[float] = []
    # Others each time: a swap forgets answers, but not as fast as they are asked for.
    rounds = cycle(range(0, len(utterances), ROUND))
    while not ended.is_set():
        at = next(rounds)
        busy += _asked(socket, 4, utterances[at : at + ROUND])[0]
    swapping.join()
    return {
        "4 clients, p99 without swaps (ms)": p99(calm),
        f"4 clients, p99 during {SWAPS} swaps (ms)": p99(busy),
    }


def p99(times: Sequence[float]) -> float:
    """Give the 99th percentile."""
    return statistics.quantiles(times, n=100)[98]


def _swap(socket: str, adapters: Path, ended: threading.Event) -> None:
    for number in range(SWAPS):
        (adapters / "next").symlink_to(("one", "two")[number % 2])
        (adapters / "next").replace(adapters / "current")
        connection.answer(socket, {"type": "reload", "what": "adapter"})
    ended.set()


def _asked(
    socket: str, clients: int, utterances: Sequence[str]
) -> tuple[list[float], float]:
    """Have clients share utterances; give each one's wait, and the time for all."""
    waits: list[float] = []

    def ask(number: int) -> None:
        waits.extend(_wait(socket, said) for said in utterances[number::clients])

    started = time.perf_counter()
    _together(clients, ask)
    return waits, time.perf_counter() - started


def _together(count: int, do: Callable[[int], None]) -> None:
    threads = [threading.Thread(target=do, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _wait(socket: str, utterance: str) -> float:
    started = time.perf_counter()
    connection.answer(
        socket, {"type": "interpret", "utterance": utterance, "timeout_s": 60}
    )
    return (time.perf_counter() - started) * 1e3
