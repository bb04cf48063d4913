"""A long mixed load with reloads and faults: no reply lost, nothing grows.

`--minutes` says how long. Several clients ask for all there is; others hang up, and the
configuration and the adapter are swapped, broken and mended meanwhile. `--json FILE`
saves what came of it.
"""

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import msgspec

from tests.bench import table
from tests.running import Client, Message, RunningDaemon
from whisperad.adapter import MANIFEST, WEIGHTS
from whisperad.settings import EMBEDDED_MODEL

CLIENTS = 4
RELOADS = 5  # until the memory that a reload takes is there to be taken again
SAMPLES = 6  # of memory and descriptors, the first of them after `WARM`
WARM = 0.2  # of the time: caches fill, and the history
SWAP_S, LEAVE_S = 1.0, 0.05  # between two changes, and two clients that hang up
SETTLE_S = 0.3  # until the last who left is forgotten
GROWTH = 0.10  # of memory that is no leak

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


class Sample(NamedTuple):
    """What a daemon takes at a moment."""

    at_s: float
    answers: int
    memory_bytes: int
    files: int

    def __str__(self) -> str:
        size = f"{self.memory_bytes / 2**20:6.1f} MiB, {self.files:3} descriptors"
        return f"after {self.at_s:6.0f} s: {size}, {self.answers:8} answers"


class Soak:
    """The clients, what they got, and the one who changes things under them."""

    def __init__(self, daemon: RunningDaemon, seed: int) -> None:
        self._daemon = daemon
        self._seed = seed
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self.replies: Counter[str] = Counter()
        self.changes: Counter[str] = Counter()  # and those who hung up
        self.lost: list[str] = []

    def run(self, seconds: float) -> list[Sample]:
        """Keep them all at it for so long; give what the daemon took meanwhile."""
        self.warm_up()
        work = [*[self._ask] * CLIENTS, self._leave, self._change]
        threads = [
            threading.Thread(target=self._guarded, args=(one, number))
            for number, one in enumerate(work)
        ]
        began = time.monotonic()
        for thread in threads:
            thread.start()
        samples = []
        for number in range(SAMPLES):
            part = WARM + (1 - WARM) * number / (SAMPLES - 1)
            time.sleep(max(0.0, began + part * seconds - time.monotonic()))
            if number == SAMPLES - 1:
                self._ended.set()
                for thread in threads:
                    thread.join()
                time.sleep(SETTLE_S)
            samples.append(self._sample(began))
            print(samples[-1], flush=True)
        return samples

    def warm_up(self) -> None:
        """Ask for each thing once, and reload: what is made only once is no growth."""
        for request in (
            *(asked for _, asked in ASKED),
            *[{"type": "reload"}] * RELOADS,
        ):
            self._daemon.ask(**request)
        for said in SAID:
            self._daemon.ask(type="interpret", utterance=said)

    def _guarded(self, work: Callable[[random.Random], None], number: int) -> None:
        try:
            work(random.Random(self._seed * 100 + number))
        except (OSError, EOFError, ValueError, AssertionError) as error:
            self._lose(f"{work.__name__}: {error!r}")

    def _lose(self, what: str) -> None:
        with self._lock:
            self.lost.append(what)

    def _ask(self, draw: random.Random) -> None:
        """Ask one or a few things at a time, and see that each is answered in turn."""
        weights, requests = zip(*ASKED, strict=True)
        with Client(self._daemon.socket, timeout_s=120) as client:
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
        good = self._daemon.user_file.read_text()
        adapters = self._daemon.home / "data" / "adapters"
        changes = ("apps", "apps", "one", "two", "one", "two", "broken", "junk")
        while not self._ended.wait(SWAP_S):
            change = draw.choice(changes)
            what = "config" if change in ("apps", "junk") else "adapter"
            if change == "apps":
                names = {f"app{n}": "An App" for n in range(draw.randrange(9))}
                self._daemon.user_file.write_text(
                    json.dumps({**json.loads(good), "apps": names})
                )
            elif change == "junk":
                # Cut anywhere but after its end, or before its beginning.
                end = draw.randrange(1, len(good.rstrip()))
                self._daemon.user_file.write_text(good[:end])
            else:
                point(adapters, change)
            reply = self._daemon.ask(type="reload", what=what, id=change)
            self._count(reply, change)
            with self._lock:
                self.changes[change] += 1
            expected = {"junk": "bad-config", "broken": "bad-adapter"}.get(change, "ok")
            if reply.get("code", reply["type"]) != expected:
                self._lose(f"a reload of {change} gave {reply}")
        self._daemon.user_file.write_text(good)

    def _sample(self, began: float) -> Sample:
        status = self._daemon.ask(type="status")
        # Of those who come and go, at most one is here at a time.
        there = Path(f"/proc/{status['pid']}/fd")
        files = len(list(there.iterdir())) - status["clients"]
        at_s = time.monotonic() - began
        answers = self.replies.total()
        return Sample(at_s, answers, status["memory_bytes"], files)


def point(adapters: Path, name: str) -> None:
    """Make an adapter the current one."""
    (adapters / "next").symlink_to(name)
    (adapters / "next").replace(adapters / "current")


def started(home: Path, base: Path, adapter: Path) -> RunningDaemon:
    """Start a daemon on a base, with two copies of an adapter and one cut short."""
    adapters = home / "data" / "adapters"
    for name in ("one", "two", "broken"):
        shutil.copytree(adapter, adapters / name)
    weights = adapters / "broken" / WEIGHTS
    weights.write_bytes(weights.read_bytes()[:-100])
    assert (adapters / "one" / MANIFEST).exists()
    point(adapters, "one")
    return RunningDaemon(home, {"settings": {"model": str(base)}}).start()


class Report(msgspec.Struct, frozen=True):
    """What came of a soak."""

    began: str
    machine: table.Machine
    minutes: float
    seed: int
    samples: list[Sample]
    answers_a_second: float
    replies: dict[str, int]
    changes: dict[str, int]
    lost: list[str]
    wrong: list[str]


def verdict(samples: list[Sample], soak: Soak) -> list[str]:
    """Say what is wrong; nothing if all is well."""
    first, last = samples[0], samples[-1]
    wrong = [f"lost: {what}" for what in soak.lost]
    growth = last.memory_bytes / first.memory_bytes - 1
    if growth > GROWTH:
        wrong.append(f"memory grew by {growth:.0%}")
    # What is open for a moment only, such as a journal, is in some samples.
    most = max(sample.files for sample in samples[:-1])
    if last.files > most:
        wrong.append(f"descriptors grew from {most} to {last.files}")
    if soak.replies["internal"]:
        wrong.append(f"{soak.replies['internal']} mistakes of the daemon")
    return wrong


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
        daemon = started(Path(folder), given.base, given.adapter)
        soak = Soak(daemon, given.seed)
        try:
            samples = soak.run(given.minutes * 60)
        finally:
            ended = stopped(daemon)
    wrong = [*verdict(samples, soak), *ended]
    report = Report(
        *(began, machine, given.minutes, given.seed, samples),
        samples[-1].answers / samples[-1].at_s,
        *(dict(soak.replies.most_common()), dict(soak.changes.most_common())),
        *(soak.lost, wrong),
    )
    show(report)
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


def show(report: Report) -> None:
    """Print what came of it."""
    for name, count in [*report.replies.items(), *report.changes.items()]:
        print(f"{name:16} {count:9}")
    rate = report.answers_a_second
    print(f"{rate:.0f} answers a second, {len(report.lost)} replies lost")
    print("\n".join(report.wrong) or "all is well")


if __name__ == "__main__":
    sys.exit(main())
