"""`whispera doctor` and the daemon: each trouble is named, with what to do about it."""

import fcntl
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.client.conftest import Peer, Run, daemon_pid, runner
from tests.client.examining import (
    Examine,
    states,
)
from tests.setting import HERE

pytestmark = pytest.mark.timeout(60)  # a busy machine starts daemons slowly


@contextmanager
def _frozen(pid: int) -> Iterator[None]:
    """Have a process do nothing for a while."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def test_with_a_daemon_nothing_fails(started: Run, examine: Examine) -> None:
    found = examine()
    pid = daemon_pid(started)

    assert "failed" not in states(found)
    (daemon,), (where,) = found["daemon"], found["socket"]
    assert daemon.found.startswith(f"process {pid}, up ")
    assert daemon.found.endswith(" answers with random and no adapter")
    assert where.found.endswith("run/whisperad.sock, ours, mode 600")
    assert found["version"][0].found == (
        "client and daemon are of version 0.1.0, protocol 1"
    )


def test_without_a_daemon_it_says_how_to_start_one(examine: Examine) -> None:
    found = examine()

    assert found["daemon"][0].state == "failed"
    assert found["daemon"][0].next_step == "start the daemon with `whispera start`"
    assert found["version"][0].state == found["socket"][0].state == "skipped"
    assert found["config folder"][0].found.endswith("made when it is needed")
    assert found["model"][0].state == "ok"


def test_people_get_a_table(whispera: Run) -> None:
    said = whispera("doctor")
    lines = said.stdout.splitlines()

    assert said.returncode == 1
    assert lines[0].split()[:2] == ["failed", "daemon"]
    assert lines[1].split(maxsplit=1) == [
        "->", "start the daemon with `whispera start`"
    ]  # fmt: skip
    assert lines[-1].startswith("1 failed, ")


def test_a_daemon_that_hangs_is_told(started: Run, examine: Examine) -> None:
    pid = daemon_pid(started)
    with _frozen(pid):
        (found,) = examine()["daemon"]

    assert found.state == "failed"
    assert found.found.startswith(f"process {pid} runs, but the daemon at ")
    assert "whispera logs" in str(found.next_step)


def test_a_daemon_without_its_socket_is_told(
    started: Run, home: Path, examine: Examine
) -> None:
    pid = daemon_pid(started)
    with _frozen(pid):  # else it soon makes another one
        (home / "run" / "whisperad.sock").unlink()
        (found,) = examine()["daemon"]

    assert found.found.startswith(f"process {pid} runs, but nothing answers at ")
    assert "whispera restart" in str(found.next_step)


def test_a_daemon_with_problems_tells_them(
    home: Path, whispera: Run, examine: Examine
) -> None:
    (home / "config" / "actions").mkdir()
    (home / "config" / "actions" / "bad.toml").write_text("pack = ")
    (home / "data" / "adapters").mkdir(parents=True)
    (home / "data" / "adapters" / "current").symlink_to("gone")
    whispera("start")
    found = examine()

    told = [one for one in found["daemon"] if one.state == "warning"]
    assert any("bad.toml" in one.found for one in told)
    assert any("adapters/gone" in one.found for one in told)
    assert all("whispera reload" in str(one.next_step) for one in told)
    assert "bad.toml" in found["config"][0].found
    assert [one.state for one in found["adapter"]] == ["failed", "ok"]


def test_a_daemon_that_runs_nothing_is_told(
    home: Path, environ: dict[str, str], examine: Examine
) -> None:
    other = "linux" if sys.platform == "darwin" else "macos"
    runner("client.cli", {**environ, "WHISPERA_PLATFORM": other})("start")
    found = examine(WHISPERA_PLATFORM=other)["daemon"][1]

    assert found.found == f"it proposes commands for {other} and runs none"
    assert "WHISPERA_PLATFORM" in str(found.next_step)


@pytest.mark.parametrize(
    ("version", "protocol", "state"),
    [("0.0.9", 1, "warning"), ("0.1.0", 2, "failed"), (None, None, "failed")],
)
def test_a_daemon_of_another_version_is_told(
    peer: Peer, examine: Examine, version: object, protocol: object, state: str
) -> None:
    peer.will_say(type="status", version=version, protocol=protocol)
    found = examine()

    assert found["version"][0].state == state
    assert found["version"][0].found.endswith(f"{version}, protocol {protocol}")
    assert found["version"][0].next_step == "`whispera restart`"
    assert "another protocol" in found["daemon"][0].found


@pytest.mark.parametrize("junk", [b"hello\n", b"[]\n", b"\xff\n", b"half", b""])
def test_a_daemon_that_talks_nonsense_is_told(
    peer: Peer, examine: Examine, junk: bytes
) -> None:
    peer.script.append(junk)
    (found,) = examine()["daemon"]

    assert found.state == "failed"
    assert "whispera logs" in str(found.next_step)


@pytest.mark.parametrize("written", ["", "junk", "999999999", "9" * 19])
def test_a_lock_whose_holder_is_not_known_is_told(
    short_dir: Path, examine: Examine, written: str
) -> None:
    lock = short_dir / "run" / "whisperad.sock.lock"
    lock.parent.mkdir(mode=0o700)
    lock.write_text(written)
    with lock.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        (found,) = examine()["daemon"]

    assert found.found.startswith("process unknown runs, but nothing answers at ")
    assert "whispera restart" in str(found.next_step)


def test_grants_can_only_be_asked_for_on_macos_by_a_daemon(examine: Examine) -> None:
    (found,) = examine()["grants"]

    assert found.state == "skipped"
    assert found.next_step == ("see the daemon above" if HERE == "macos" else None)
