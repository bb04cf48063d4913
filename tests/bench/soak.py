"""A long mixed load with reloads and faults: no reply lost, nothing grows.

`--minutes` says how long. Several clients ask for all there is and have programs run,
others hang up, and the configuration and the adapter are swapped, broken and mended
meanwhile. For the first third of the time the daemon is killed again and again; what the
last one takes is measured. `--json FILE` saves what came of it.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from tests.bench import lives, soaked, table
from tests.bench.contenders import settle
from tests.bench.errands import Errands
from tests.bench.lives import Lives
from tests.bench.soaked import Report, Sample
from tests.running import Client, Message, RunningDaemon
from whisperad.settings import EMBEDDED_MODEL

WAIT_S = 120.0  # of a client; who waits longer has lost a reply
CLIENTS = 4
ERRANDS = 2  # clients that have something done
PAUSE_S = 0.1  # between two errands, at most
FIRST = 30  # errands before the daemon is measured
KILLS = 0.3  # of the time, until the last of them
KILL_S = 2.0  # between two, at most
RELOADS = 5  # until the memory that a reload takes is there to be taken again
SAMPLES = 6  # of memory and descriptors, the first of them after `WARM`
WARM = 0.2  # of the time after the kills: caches fill, and the history
SWAP_S, LEAVE_S = 1.0, 0.05  # between two changes, and two clients that hang up
SETTLE_S = 0.3  # until the last who left is forgotten

SAID = (
    "open chrome",
    "mute the sound",
    "set the volume to forty percent",
    "what is the capital of france",
    "remind me to water the plants",
    "open firefox and mute the sound",
    "close this window",
)
# What changes nothing for good, so that all of it can be asked without end.
ASKED: tuple[tuple[int, Message], ...] = (
    (4, {"type": "explain", "utterance": "mute the sound"}),
    (6, {"type": "status"}),
    (1, {"type": "actions"}),
    (3, {"type": "history", "limit": 20}),
    (2, {"type": "taught"}),
    (1, {"type": "teach", "utterance": "hush", "intent": {"action": "mute_volume"}}),
    (1, {"type": "interpret", "utterance": "hush"}),
    (1, {"type": "sing"}),
)


class Soak:
    """The clients, what they got, and the one who changes things under them."""

    def __init__(self, daemon: RunningDaemon, seed: int) -> None:
        self._daemon = daemon
        self._good = daemon.user_file.read_text()
        self._adapters = daemon.home / "data" / "adapters"
        self._seed = seed
        self._lives = Lives(daemon)
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self.errands = Errands(daemon.home)
        self.replies: Counter[str] = Counter()
        self.changes: Counter[str] = Counter()  # and those who hung up
        self.lost: list[str] = []

    def run(self, seconds: float) -> list[Sample]:
        """Keep them all at it for so long; give what the daemon took meanwhile."""
        began = time.monotonic()
        with self._crowd():
            self._kill(began + KILLS * seconds)
        self._warm_up()
        with self._crowd():
            samples = self._watch(began, (1 - KILLS) * seconds)
        self.lost += self.errands.wrong(self._daemon)
        time.sleep(SETTLE_S)
        return [*samples, self._sample(began)]

    @contextmanager
    def _crowd(self) -> Iterator[None]:
        """Have all clients at work meanwhile."""
        work = [*[self._ask] * CLIENTS, *[self._run_errands] * ERRANDS]
        threads = [
            threading.Thread(target=self._guarded, args=(one, number))
            for number, one in enumerate([*work, self._leave, self._change])
        ]
        self._ended.clear()
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._ended.set()
            for thread in threads:
                thread.join()
            self._mend()

    def _kill(self, until: float) -> None:
        """Kill the daemon at any moment, at least once, and start it again."""
        draw = random.Random(self._seed)
        while not self.changes["killed"] or time.monotonic() < until:
            time.sleep(draw.uniform(0, KILL_S))
            self._lives.end(self._mend)
            self.changes["killed"] += 1

    def _mend(self) -> None:
        """Leave to the next daemon what one can start with."""
        self._daemon.user_file.write_text(self._good)
        lives.point(self._adapters, "one")

    def _watch(self, began: float, seconds: float) -> list[Sample]:
        """Give what the daemon takes, but for the last time."""
        samples = []
        for part in (WARM, *[(1 - WARM) / (SAMPLES - 1)] * (SAMPLES - 2)):
            time.sleep(part * seconds)
            samples.append(self._sample(began))
        time.sleep((1 - WARM) / (SAMPLES - 1) * seconds)
        return samples

    def _warm_up(self) -> None:
        """Ask for each thing a few times: what is made only once is no growth."""
        settle(self._daemon)
        for request in (
            *(asked for _, asked in ASKED),
            *[{"type": "reload"}] * RELOADS,
        ):
            self._patiently(**request)
        for said in SAID:
            self._patiently(type="interpret", utterance=said)
        draw = random.Random(self._seed)
        with Client(self._daemon.socket, WAIT_S) as client:
            for _ in range(FIRST):
                self.errands.run(client, draw)

    def _patiently(self, **request: object) -> Message:
        """Ask one thing, for as long as it takes among all the others."""
        with Client(self._daemon.socket, WAIT_S) as client:
            return client.ask(**request)

    def _guarded(self, work: Callable[[random.Random], None], number: int) -> None:
        draw = random.Random(self._seed * 100 + number)
        while not self._ended.is_set():
            life = self._lives.current()
            try:
                work(draw)
            except (OSError, EOFError, ValueError, AssertionError) as error:
                if not self._lives.is_over(life):
                    self._lose(f"{work.__name__}: {error!r}")
                    return
                with self._lock:
                    self.changes["cut off"] += 1

    def _lose(self, what: str) -> None:
        with self._lock:
            self.lost.append(what)

    def _ask(self, draw: random.Random) -> None:
        """Ask one or a few things at a time, and see that each is answered in turn."""
        weights, requests = zip(*ASKED, strict=True)
        with Client(self._daemon.socket, WAIT_S) as client:
            number = 0
            while not self._ended.is_set():
                several = range(number, number + draw.choice((1, 1, 1, 4)))
                for number in several:
                    request = draw.choices(requests, weights)[0]
                    if draw.random() < 0.5:
                        said = draw.choice(SAID)
                        request = {"type": "interpret", "utterance": said}
                    line = {**request, "id": number}
                    client.send(json.dumps(line).encode() + b"\n")
                for number in several:
                    self._count(client.receive(), number)
                number += 1

    def _run_errands(self, draw: random.Random) -> None:
        """Have things done, and see that they are."""
        with Client(self._daemon.socket, WAIT_S) as client:
            while not self._ended.wait(draw.uniform(0, PAUSE_S)):
                self.errands.run(client, draw)

    def _count(self, reply: Message, number: object) -> None:
        with self._lock:
            self.replies[str(reply.get("code", reply["type"]))] += 1
            if reply["id"] != number:
                self.lost.append(f"expected the reply to {number}, found {reply['id']}")

    def _leave(self, draw: random.Random) -> None:
        """Be a client that asks and hangs up, at any moment."""
        line = json.dumps({"type": "interpret", "utterance": "open chrome"}).encode()
        while not self._ended.wait(LEAVE_S):
            with Client(self._daemon.socket) as client:
                client.send((line + b"\n")[: draw.randrange(len(line) + 2)])
            with self._lock:
                self.changes["hung up"] += 1

    def _change(self, draw: random.Random) -> None:
        """Swap the configuration and the adapter, break them now and then, mend them."""
        changes = ("apps", "apps", "one", "two", "one", "two", "broken", "junk")
        while not self._ended.wait(SWAP_S):
            change = draw.choice(changes)
            what = "config" if change in ("apps", "junk") else "adapter"
            with self._lives.changing:
                self._write(change, draw)
                reply = self._patiently(type="reload", what=what, id=change)
            self._count(reply, change)
            with self._lock:
                self.changes[change] += 1
            expected = {"junk": "bad-config", "broken": "bad-adapter"}.get(change, "ok")
            if reply.get("code", reply["type"]) != expected:
                self._lose(f"a reload of {change} gave {reply}")

    def _write(self, change: str, draw: random.Random) -> None:
        file, good = self._daemon.user_file, self._good
        if change == "apps":
            names = {f"app{n}": "An App" for n in range(draw.randrange(9))}
            file.write_text(json.dumps({**json.loads(good), "apps": names}))
        elif change == "junk":
            # Cut anywhere but after its end, or before its beginning.
            file.write_text(good[: draw.randrange(1, len(good.rstrip()))])
        else:
            lives.point(self._adapters, change)

    def _sample(self, began: float) -> Sample:
        status = self._patiently(type="status")
        # Of those who come and go, at most one is here at a time.
        there = Path(f"/proc/{status['pid']}/fd")
        files = len(list(there.iterdir())) - status["clients"]
        at_s = time.monotonic() - began
        answers = self.replies.total()
        sample = Sample(at_s, answers, status["memory_bytes"], files)
        print(sample, flush=True)
        return sample


def main() -> int:
    """Soak a daemon on the embedded base; the exit code is 1 if anything is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--base", type=Path, default=EMBEDDED_MODEL)
    parser.add_argument("--adapter", type=Path, default=EMBEDDED_MODEL / "adapter")
    parser.add_argument("--json", type=Path, help="where to write what came of it")
    given = parser.parse_args()
    began, machine = table.now(), table.machine()
    with tempfile.TemporaryDirectory(prefix="w-", dir="/tmp") as folder:
        daemon = lives.started(Path(folder), given.base, given.adapter)
        soak = Soak(daemon, given.seed)
        try:
            samples = soak.run(given.minutes * 60)
        finally:
            ended = stopped(daemon)
    wrong = [*soaked.verdict(samples, soak.lost, soak.replies), *ended]
    report = Report(
        *(began, machine, given.minutes, given.seed, samples),
        samples[-1].answers / samples[-1].at_s,
        *(dict(soak.replies.most_common()), dict(soak.changes.most_common())),
        dict(soak.errands.done.most_common()),
        *(soak.lost, wrong),
    )
    soaked.show(report)
    if given.json:
        text = msgspec.json.format(msgspec.json.encode(report))
        given.json.write_bytes(text + b"\n")
    return 1 if wrong else 0


def stopped(daemon: RunningDaemon) -> list[str]:
    """Stop the daemon; say what is wrong with its end, if anything is."""
    try:
        code = daemon.stop()
    except subprocess.TimeoutExpired as error:
        return [f"no end within {error.timeout:g} s"]
    return [f"exit code {code}"] if code else []


if __name__ == "__main__":
    sys.exit(main())
