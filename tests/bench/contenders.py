"""Whoever answers utterances in a benchmark: the daemon and what people would use else.

Each is started by a context, which gives a function from utterances to the milliseconds
of each. `timed` has several take turns, so that all meet the same moods of the machine.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.running import Client, Message, RunningDaemon

Asked = Callable[[Sequence[str]], list[float]]
Contender = Callable[[], AbstractContextManager[Asked]]

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
ANSWER_S = 60.0  # at most, for one answer of a large base
EXACT = ("open chrome", "mute", "take a screenshot", "set the volume to fifty percent")
MOST_TOKENS = 48  # of an answer of what does not know when to end
TURN = 10  # utterances until it is another's turn


class Base(NamedTuple):
    """The model that is measured, and the process's surroundings that suit it."""

    folder: Path
    adapter: Path | None

    @property
    def is_small(self) -> bool:
        """Whether several of them at a time leave a machine its memory."""
        files = self.folder.glob("model*.safetensors")
        return sum(file.stat().st_size for file in files) < 2**28

    def environ(self) -> dict[str, str]:
        """Give what peers run with: our BLAS, and as many threads as the daemon has."""
        threads = {"OPENBLAS_NUM_THREADS": "1"} if self.is_small else {}
        return {**threads, **os.environ, "PYTHONPATH": str(ROOT)}

    def write(self, folder: Path) -> Path:
        """Write base and adapter as the one folder that peers read."""
        adapter = str(self.adapter or "")
        argv = [HERE / "fused.py", self.folder, adapter, folder]
        subprocess.run(
            [sys.executable, *map(str, argv)],
            env=self.environ(),
            check=True,
            capture_output=True,
        )
        return folder


def running(
    home: Path, base: Base, settings: Mapping[str, object] | None = None
) -> RunningDaemon:
    """Start a daemon on a base, with a home of its own; wait for its first answer."""
    daemon = stopped(home, base, settings).start()
    first_answer(daemon)
    return daemon


def stopped(
    home: Path, base: Base, settings: Mapping[str, object] | None = None
) -> RunningDaemon:
    """Give a daemon on a base, with a home of its own, that is not started yet."""
    given = {"settings": {"model": str(base.folder), **(settings or {})}}
    # Users' Python keeps what it has compiled, whatever the one here was told.
    environ = {"WHISPERA_SOCKET": "", "PYTHONDONTWRITEBYTECODE": ""}
    return RunningDaemon(home, given, environ)


def settle(daemon: RunningDaemon) -> RunningDaemon:
    """Wait until it has learnt all that it learns after its start, the last one."""
    ends = time.monotonic() + ANSWER_S
    while True:
        latest = [event["event"] for event in reversed(daemon.events())]
        if "learnt" in latest[: latest.index("ready")]:
            return daemon
        assert time.monotonic() < ends, f"nothing was learnt in {ANSWER_S} s"
        time.sleep(0.02)


def first_answer(daemon: RunningDaemon) -> None:
    """Wait until it has answered. Raises `AssertionError` if it never does."""
    ends = time.monotonic() + ANSWER_S
    while time.monotonic() < ends:
        try:
            reply = daemon.ask(type="interpret", utterance=EXACT[0], timeout_s=60)
        except (FileNotFoundError, ConnectionRefusedError):
            reply = {"type": "error"}
        if reply["type"] == "interpretation":
            return
        time.sleep(0.002)
    raise AssertionError(f"no answer after {ANSWER_S} s")


def say(client: Client, utterance: str) -> Message:
    """Ask what an utterance means. Raises `AssertionError` if there is no saying."""
    reply = client.ask(type="interpret", utterance=utterance, timeout_s=ANSWER_S)
    assert reply["type"] == "interpretation", reply
    return reply


class Conversation:
    """A client of a daemon that times it, and keeps what it was told."""

    def __init__(self, daemon: RunningDaemon) -> None:
        self.client = Client(daemon.socket, ANSWER_S)
        self.replies: list[Message] = []

    def __call__(self, utterances: Sequence[str]) -> list[float]:
        """Say each and give its milliseconds, by our clock."""
        times = []
        for utterance in utterances:
            started = time.perf_counter()
            reply = say(self.client, utterance)
            times.append((time.perf_counter() - started) * 1e3)
            self.replies.append(reply)
        return times

    def inside(self, name: str = "total_ms") -> list[float]:
        """Give a timing of all replies, as the daemon took it."""
        return [float(reply["timing"][name]) for reply in self.replies]


@contextmanager
def daemon(
    home: Path,
    base: Base,
    kept: list[Message],
    *,
    shortcuts: bool = True,
    packs_off: Sequence[str] = (),
) -> Iterator[Asked]:
    """Have a fresh daemon answer; its replies are added to `kept`."""
    settings = {"shortcuts": shortcuts, "packs_off": packs_off}
    running_one = running(home, base, settings)
    try:
        settle(running_one)
        asked = Conversation(running_one)
        asked.replies = kept
        with asked.client:
            yield asked
    finally:
        running_one.stop()


@contextmanager
def script(name: str, folder: Path, base: Base) -> Iterator[Asked]:
    """Have a script of this folder answer in a process of its own."""
    with subprocess.Popen(
        [sys.executable, str(HERE / name), str(folder)],
        env=base.environ(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        given, gives = process.stdin, process.stdout
        assert given is not None
        assert gives is not None

        def asked(utterances: Sequence[str]) -> list[float]:
            given.write(json.dumps(list(utterances)) + "\n")
            given.flush()
            times: list[float] = json.loads(gives.readline())
            return times

        yield asked
        given.close()


def timed(
    contenders: Mapping[str, Contender], utterances: Sequence[str], *, at_once: bool
) -> dict[str, list[float]]:
    """Give the milliseconds of all utterances, by contender.

    The first utterances are for warming up, one turn of them, and not in the times.
    `at_once` has all of them run, taking turns; else one after the other.
    """
    times: dict[str, list[float]] = {name: [] for name in contenders}
    groups = [contenders] if at_once else [{n: c} for n, c in contenders.items()]
    for group in groups:
        with ExitStack() as stack:
            asked = {name: stack.enter_context(c()) for name, c in group.items()}
            for at in range(0, len(utterances), TURN):
                for name, ask in asked.items():
                    taken = ask(utterances[at : at + TURN])
                    times[name] += taken if at else []
    return times
