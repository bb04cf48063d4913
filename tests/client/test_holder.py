"""Who holds a socket's lock, with real processes that hold, look or have nothing to do."""

import fcntl
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from client import holder
from tests.client.conftest import Run
from tests.running import RunningDaemon

pytestmark = pytest.mark.timeout(60)  # a busy machine starts daemons slowly


@pytest.fixture
def lock(short_dir: Path) -> Path:
    file = short_dir / "run" / "whisperad.sock.lock"
    file.parent.mkdir(mode=0o700, exist_ok=True)
    return file


@pytest.fixture
def stranger() -> Iterator[subprocess.Popen[bytes]]:
    """Give a process that has nothing to do with us."""
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    yield process
    process.kill()
    process.communicate()


def test_stop_leaves_a_stranger_alone_while_another_client_looks(
    lock: Path, whispera: Run, stranger: subprocess.Popen[bytes]
) -> None:
    lock.write_text(f"{stranger.pid}\n")  # of a daemon that was killed
    with lock.open() as looking:
        fcntl.flock(looking, fcntl.LOCK_SH)
        said = whispera("stop")

    assert (said.returncode, said.stdout) == (0, "no whisperad is running\n")
    assert stranger.poll() is None


def test_stop_leaves_a_stranger_alone_while_a_daemon_begins(
    lock: Path, whispera: Run, stranger: subprocess.Popen[bytes]
) -> None:
    """It locks the file before it writes its own id over what it finds there."""
    lock.write_text(f"{stranger.pid}\n")
    with lock.open() as beginning:
        fcntl.flock(beginning, fcntl.LOCK_EX)
        gone = threading.Timer(1.5, fcntl.flock, (beginning.fileno(), fcntl.LOCK_UN))
        gone.start()
        said = whispera("stop")
        gone.join()

    assert (said.returncode, said.stdout) == (0, "no whisperad is running\n")
    assert stranger.poll() is None


def test_many_who_look_see_no_daemon(lock: Path) -> None:
    lock.touch()
    seen: list[bool] = []
    lookers = [
        threading.Thread(
            target=lambda: seen.extend(holder.is_held(lock) for _ in range(500))
        )
        for _ in range(4)
    ]
    for looker in lookers:
        looker.start()
    for looker in lookers:
        looker.join()

    assert seen == [False] * 2000


def test_a_daemon_is_the_holder_until_it_ends(stopped: RunningDaemon) -> None:
    lock = stopped.socket.with_name("whisperad.sock.lock")
    stopped.start()
    pid = stopped.process.pid

    assert holder.is_held(lock)
    assert holder.holder(lock) == pid
    stopped.stop()
    assert not holder.is_held(lock)
    assert lock.read_bytes() == b""


def test_a_daemon_whose_socket_is_gone_is_stopped(
    stopped: RunningDaemon, whispera: Run
) -> None:
    stopped.start()
    stopped.socket.unlink()
    said = whispera("stop")

    assert said.stdout == "whisperad stopped\n"
    assert stopped.process.wait(5) == 0


def test_what_a_killed_daemon_wrote_stops_nobody(
    stopped: RunningDaemon, whispera: Run, stranger: subprocess.Popen[bytes]
) -> None:
    stopped.start()
    stopped.process.kill()
    stopped.process.wait()
    lock = stopped.socket.with_name("whisperad.sock.lock")
    assert lock.read_text() == f"{stopped.process.pid}\n"
    lock.write_text(f"{stranger.pid}\n")  # who got its id

    assert whispera("stop").stdout == "no whisperad is running\n"
    assert stranger.poll() is None


@pytest.mark.parametrize("written", ["", "\n", "0\n", "-1\n", "ten\n", "9" * 30])
def test_what_is_no_process_is_no_daemon(lock: Path, written: str) -> None:
    lock.write_text(written)

    assert holder.holder(lock) is None


@pytest.mark.skipif(not shutil.which("lsof"), reason="lsof is not installed")
def test_lsof_tells_who_has_the_lock_open(
    lock: Path, stranger: subprocess.Popen[bytes]
) -> None:
    """As it is asked on macOS."""
    with lock.open("w"):
        assert holder.lsof_lists(os.getpid(), lock)
        assert not holder.lsof_lists(stranger.pid, lock)
    assert not holder.lsof_lists(os.getpid(), lock)
