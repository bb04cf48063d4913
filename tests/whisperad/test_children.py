"""Programs that a killed daemon left behind are found, named and tended."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import msgspec
import pytest

from tests.programs import FAMILY, command, is_running, with_effects
from whisperad.children import Child, Children
from whisperad.clock import steady_s
from whisperad.runner import Effects

# A daemon's part in this, until it is killed.
_DAEMON = """\
import asyncio, sys
from pathlib import Path
from whisperad.children import Children

async def main():
    children = Children(Path(sys.argv[1]))
    child = await asyncio.create_subprocess_exec(*sys.argv[3:], start_new_session=True)
    timeout = None if sys.argv[2] == "kept" else float(sys.argv[2])
    await children.add(child.pid, "sleep", timeout)
    print(child.pid, flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


ROOT = Path(__file__).parents[2]


class Left:
    """What daemons left behind that were killed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pids: list[int] = []

    def behind(self, how_long: str, *argv: str) -> int:
        """Have a program started by a daemon that is killed; give its number."""
        argv = argv or ("sleep", "60")
        daemon = subprocess.Popen(
            [sys.executable, "-c", _DAEMON, self.folder, how_long, *argv],
            cwd=self.folder.parent,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert daemon.stdout
        with daemon.stdout:
            self.pids.append(int(daemon.stdout.readline()))
        daemon.kill()
        daemon.wait()
        return self.pids[-1]


@pytest.fixture
def left(tmp_path: Path) -> Iterator[Left]:
    found = Left(tmp_path / "children")
    yield found
    for pid in found.pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def tend(left: Left, until_ended: int | None = None) -> None:
    async def case() -> None:
        children = Children(left.folder)
        await children.start()
        ends = time.monotonic() + 8
        while until_ended and is_running(until_ended) and time.monotonic() < ends:
            await asyncio.sleep(0.02)
        await children.stop()

    asyncio.run(case())


def test_a_kept_program_that_was_left_is_ended(left: Left) -> None:
    pid = left.behind("kept")
    tend(left, until_ended=pid)

    assert not is_running(pid)
    assert list(left.folder.iterdir()) == []


def test_a_command_that_was_left_runs_on_until_its_time_is_over(left: Left) -> None:
    patient, late = left.behind("60"), left.behind("0.1")
    tend(left, until_ended=late)

    assert is_running(patient)
    assert not is_running(late)


def test_what_a_program_that_was_left_started_is_ended_with_it(
    left: Left, tmp_path: Path
) -> None:
    leader = left.behind("1", sys.executable, "-c", FAMILY)
    while not (tmp_path / "stubborn").exists():
        assert is_running(leader)
        time.sleep(0.01)
    left.pids += [int((tmp_path / n).read_text()) for n in ("stubborn", "tidy")]
    tend(left, until_ended=left.pids[1])

    assert [pid for pid in left.pids if is_running(pid)] == []
    assert (tmp_path / "tidied").exists()


def test_what_a_living_daemon_runs_is_left_to_it(tmp_path: Path) -> None:
    folder = tmp_path / "state" / "children"

    async def work(effects: Effects) -> tuple[int, bool]:
        await effects.perform(command("sleep", "60", keep="x"), 8, tmp_path)
        (own,) = folder.iterdir()
        (file,) = own.glob("[0-9]*")
        another = Children(folder)
        await another.start()
        await asyncio.sleep(0.2)
        await another.stop()
        return int(file.name), is_running(int(file.name))

    pid, ran_on = with_effects(tmp_path, work)

    assert ran_on
    assert not is_running(pid)
    assert list(folder.iterdir()) == []


def test_what_ended_is_forgotten(tmp_path: Path) -> None:
    folder = tmp_path / "state" / "children"

    async def work(effects: Effects) -> list[str]:
        for _ in range(3):
            await effects.perform(command("true"), 8, tmp_path)
        await effects.perform(command("false", keep="x"), 8, tmp_path)
        (own,) = folder.iterdir()
        ends = time.monotonic() + 5
        while len(list(own.iterdir())) > 1 and time.monotonic() < ends:
            await asyncio.sleep(0.01)
        return [file.name for file in own.iterdir()]

    assert with_effects(tmp_path, work) == ["lock"]


def test_a_process_that_got_the_number_later_is_somebody_elses() -> None:
    running = subprocess.Popen(["sleep", "60"], start_new_session=True)
    try:
        now = steady_s()
        assert Child(running.pid, "sleep", now).is_running
        assert not Child(running.pid, "sleep", now - 100).is_running
    finally:
        running.kill()
        running.wait()


@pytest.mark.parametrize("content", [b"", b"{", b'{"pid":"x"}', b"\xff"])
def test_a_broken_note_is_passed_over(left: Left, content: bytes) -> None:
    pid = left.behind("kept")
    (own,) = left.folder.iterdir()
    (own / "1").write_bytes(content)
    tend(left, until_ended=pid)

    assert not is_running(pid)


def test_no_argument_is_written_down(tmp_path: Path) -> None:
    folder = tmp_path / "state" / "children"

    async def work(effects: Effects) -> bytes:
        await effects.perform(command("sleep", "60.125", keep="x"), 8, tmp_path)
        (file,) = folder.glob("*/[0-9]*")
        assert file.stat().st_mode & 0o777 == 0o600
        assert file.parent.stat().st_mode & 0o777 == 0o700
        return file.read_bytes()

    noted = with_effects(tmp_path, work)

    assert b"60.125" not in noted
    assert msgspec.json.decode(noted, type=Child).program == "sleep"
