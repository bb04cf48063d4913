"""A kill in the middle of writing: whatever was acknowledged is there, and it is whole.

Clients write all that a daemon keeps, as fast as it takes it, until it is killed.
"""

import json
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count

import pytest

from tests.running import Client, Message, RunningDaemon

KILLS_S = (0.02, 0.1, 0.3)  # after everybody was answered for the first time
MOST_TIMERS = 1000
LIST = "what is cooking"
# Nothing half-written, nothing that was damaged.
KEPT = {"timers.json", "history.db", "history.db-wal", "history.db-shm"}

pytestmark = pytest.mark.timeout(120)

Work = Callable[["Writers", Client], Iterator[None]]


class Writers:
    """Clients that write, and what the daemon told them that it has."""

    def __init__(self, daemon: RunningDaemon) -> None:
        self.lessons: set[str] = set()
        self.timers: list[int] = []  # how long, in seconds
        self.history: list[str] = []  # when it was said, oldest first
        self._daemon = daemon

    def teach(self, client: Client, said: str, **intent: str) -> None:
        """Teach one thing."""
        reply = client.ask(type="teach", utterance=said, intent=intent)
        assert reply["type"] == "ok", reply
        self.lessons.add(said)

    def teach_on(self, client: Client) -> Iterator[None]:
        """Teach one thing after the other."""
        for number in count(len(self.lessons)):
            self.teach(client, f"hush {number}", action="mute_volume")
            yield

    def set_timers(self, client: Client) -> Iterator[None]:
        """Set one timer after the other, each of a length of its own."""
        for length_s in range(3600 + len(self.timers), 3600 + MOST_TIMERS):
            said = f"pasta {length_s} seconds"
            duration = f"{length_s} seconds"
            self.teach(client, said, action="set_timer", duration=duration)
            reply = client.ask(type="interpret", utterance=said, execute=True)
            assert reply["outcome"] == "done", reply
            assert "could not be saved" not in reply["results"][0]["stdout"]
            self.timers.append(length_s)
            yield

    def ask(self, client: Client) -> Iterator[None]:
        """Say things, and look again and again what the daemon remembers of them."""
        self.teach(client, LIST, action="list_timers")
        while True:
            for _ in range(5):
                client.ask(type="interpret", utterance=LIST)
            self.history = [row["time"] for row in _history(client.ask)]
            yield

    def reload(self, client: Client) -> Iterator[None]:
        """Reload all the time."""
        while True:
            reply = client.ask(type="reload", what="all")
            assert reply["type"] in {"ok", "status"}, reply
            yield

    def write_until_killed(self, works: list[Work], after_s: float) -> None:
        """Let all of them work and kill the daemon in the middle of it."""
        begun = threading.Barrier(len(works) + 1)
        wrong: list[BaseException] = []

        def one(work: Work) -> None:
            client = self._daemon.client()
            working = work(self, client)
            try:
                next(working)
                begun.wait(20)
                for _ in working:
                    pass
            except (EOFError, ConnectionError, json.JSONDecodeError):
                return  # it was killed, perhaps amid a reply
            except BaseException as error:
                wrong.append(error)
                begun.abort()

        threads = [threading.Thread(target=one, args=(work,)) for work in works]
        for thread in threads:
            thread.start()
        with suppress(threading.BrokenBarrierError):
            begun.wait(20)
            time.sleep(after_s)
        self._daemon.process.kill()
        for thread in threads:
            thread.join(20)
        assert self._daemon.stop(signal.SIGKILL) == -signal.SIGKILL
        for error in wrong:
            raise error


def _history(ask: Callable[..., Message]) -> list[Message]:
    """Give its rows, oldest first."""
    rows: list[Message] = ask(type="history", limit=100_000)["rows"]
    return rows[::-1]


@pytest.mark.parametrize("beside", [(), (Writers.reload,)], ids=["writes", "reloads"])
def test_kills_amid_writes_lose_nothing_that_was_acknowledged(
    stopped: RunningDaemon, beside: tuple[Work, ...]
) -> None:
    stopped.set(timers=MOST_TIMERS, history_rows=100_000)
    writers = Writers(stopped)
    file = stopped.home / "state" / "timers.json"
    works = [Writers.teach_on, Writers.set_timers, Writers.ask, *beside]
    stopped.start()
    for after_s in KILLS_S:
        writers.write_until_killed(works, after_s)
        timers = [timer["length_s"] for timer in json.loads(file.read_text())]
        stopped.start()
        taught = {row["utterance"] for row in stopped.ask(type="taught")["rows"]}
        times = [row["time"] for row in _history(stopped.ask)]
        listed = stopped.ask(type="interpret", utterance=LIST, execute=True)

        # What was on its way may be there as well.
        assert writers.lessons <= taught
        assert len(taught - writers.lessons) <= len(works)
        assert timers[: len(writers.timers)] == writers.timers
        assert len(timers) - len(writers.timers) <= 1
        assert times[: len(writers.history)] == writers.history
        assert len(listed["results"][0]["stdout"].splitlines()) == len(timers)
        assert stopped.ask(type="status")["problems"] == []
        assert {path.name for path in file.parent.iterdir()} <= KEPT
        writers.lessons, writers.timers = taught, timers
    assert stopped.stop() == 0
