"""A stop while many clients ask: what was asked is answered, and the end is clean."""

import json
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.running import Client, RunningDaemon

CLIENTS = 24
AHEAD = 4  # requests that each client has sent before it reads a reply
STOPS = 3
LIMIT_S = 1.0  # and as long as all that is open took before, on however busy a machine

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def running(short_dir: Path) -> Iterator[RunningDaemon]:
    """Give a daemon with the embedded model, which reads in several threads."""
    daemon = RunningDaemon(short_dir, {"settings": {}})
    yield daemon
    if daemon.process.poll() is None:
        daemon.stop()


class _Crowd:
    """Clients that ask something new all the time and read every reply."""

    def __init__(self, daemon: RunningDaemon) -> None:
        self.sent = [0] * CLIENTS
        self.torn = 0  # replies that were broken off in the middle
        self.replies: list[list[dict[str, object]]] = [[] for _ in range(CLIENTS)]
        self._threads = [
            threading.Thread(target=self._ask, args=(n, daemon.client()))
            for n in range(CLIENTS)
        ]
        for thread in self._threads:
            thread.start()

    def wait_for_replies(self, count: int) -> None:
        """Wait until so many have come."""
        while sum(map(len, self.replies)) < count:
            time.sleep(0.002)

    def leave(self) -> None:
        """Wait until every connection has come to its end."""
        for thread in self._threads:
            thread.join(20)
            assert not thread.is_alive()

    def _ask(self, number: int, client: Client) -> None:
        try:
            while True:
                while self.sent[number] - len(self.replies[number]) < AHEAD:
                    said = f"open application {number} {self.sent[number]}"
                    self.sent[number] += 1
                    client.send(self._request(said, self.sent[number]))
                self.replies[number].append(client.receive())
        except (EOFError, OSError):
            self._read_on(number, client)
        except ValueError:
            self.torn += 1

    def _read_on(self, number: int, client: Client) -> None:
        """Take what came before the end; nothing can be sent any more."""
        try:
            while True:
                self.replies[number].append(client.receive())
        except (EOFError, OSError):
            return
        except ValueError:
            self.torn += 1

    def _request(self, said: str, number: int) -> bytes:
        asked = {"type": "interpret", "id": str(number), "utterance": said}
        return json.dumps(asked).encode() + b"\n"


def test_a_stop_among_many_questions_is_clean_each_time(
    running: RunningDaemon,
) -> None:
    for stop in range(STOPS):
        running.start()
        crowd = _Crowd(running)
        asked = time.monotonic()
        crowd.wait_for_replies(40 + 60 * stop)
        began = time.monotonic()
        open_s = CLIENTS * AHEAD * (began - asked) / (40 + 60 * stop)

        assert running.stop(signal.SIGTERM) == 0, running.events()[-3:]
        assert time.monotonic() - began < LIMIT_S + open_s
        crowd.leave()
        assert not crowd.torn
        for replies in crowd.replies:
            ids = [reply["id"] for reply in replies]
            assert ids == [str(n + 1) for n in range(len(ids))]  # none is left out
            assert all("type" in reply for reply in replies)


def test_a_kill_among_many_questions_leaves_nothing_in_the_way(
    running: RunningDaemon,
) -> None:
    for stop in range(STOPS):
        running.start()
        crowd = _Crowd(running)
        crowd.wait_for_replies(20 + 30 * stop)

        assert running.stop(signal.SIGKILL) == -signal.SIGKILL
        crowd.leave()

    running.start()
    found = running.ask(type="interpret", utterance="open chrome")
    assert found["intents"][0]["action"] == "open_app"
    assert running.stop() == 0


def test_reloads_among_many_questions_lose_none(running: RunningDaemon) -> None:
    running.start()
    crowd = _Crowd(running)
    for number, what in enumerate(("config", "adapter"), 1):
        crowd.wait_for_replies(50 * number)
        reloaded = running.ask(type="reload", what=what)
        assert reloaded["type"] != "error", reloaded

    assert running.stop(signal.SIGTERM) == 0
    crowd.leave()
    assert not crowd.torn
    codes = {reply.get("code") for replies in crowd.replies for reply in replies}
    assert codes <= {None, "overloaded", "shutting-down"}
