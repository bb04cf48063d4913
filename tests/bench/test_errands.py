"""Whatever a soak had done is looked after: what is lost or too much is told."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bench import errands
from tests.bench.errands import Errands
from tests.running import Client, RunningDaemon

ERRANDS = 12
WAIT_S = 40.0  # what is acknowledged is on the disk, which others may keep busy

pytestmark = pytest.mark.timeout(60)  # a busy machine is slow


@pytest.fixture
def running(stopped: RunningDaemon) -> Iterator[RunningDaemon]:
    """Give a daemon that can run errands."""
    stopped.environ |= errands.surroundings(stopped.home)
    yield stopped.start()
    assert stopped.stop() == 0


def _run(daemon: RunningDaemon, seed: int = 3) -> Errands:
    run, draw = Errands(daemon.home), random.Random(seed)
    with Client(daemon.socket, WAIT_S) as client:
        for _ in range(ERRANDS):
            run.run(client, draw)
    return run


def _lines(file: Path) -> list[str]:
    return file.read_text().splitlines()


def test_errands_are_run_and_nothing_is_wrong(running: RunningDaemon) -> None:
    run = _run(running)

    assert run.wrong(running) == []
    assert set(run.done) == {
        "executed",
        "confirmed",
        "declined",
        "timers set",
        "taught",
    }
    assert len(_lines(running.home / "ran")) == (
        run.done["executed"] + run.done["confirmed"]
    )
    assert len(_lines(running.home / "rung")) == run.done["timers set"]


def test_what_was_acknowledged_and_is_gone_is_told(running: RunningDaemon) -> None:
    run = _run(running)
    assert run.wrong(running) == []
    ran = running.home / "ran"
    first, *others = _lines(ran)
    ran.write_text("\n".join(others) + "\n")
    taught = running.ask(type="taught")["rows"][0]["utterance"]
    running.ask(type="forget", utterance=taught)

    assert run.wrong(running) == [
        f"errand {first} was lost", f'"{taught}" was taught and lost'
    ]  # fmt: skip


def test_what_ran_twice_or_unasked_is_told(running: RunningDaemon) -> None:
    run = _run(running)
    ran = running.home / "ran"
    first = _lines(ran)[0]
    with ran.open("a") as more:
        more.write(f"{first}\n999\n")

    assert run.wrong(running) == [
        "errand 999 ran unasked",
        f"errand {first} ran 2 times",
    ]
