"""`whispera doctor` and the socket: each trouble is named, with what to do about it."""

import fcntl
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.client.conftest import Run, daemon_pid
from tests.client.examining import (
    AS_ROOT,
    Examine,
    Found,
    open_socket,
    states,
)

pytestmark = pytest.mark.timeout(60)  # a busy machine starts daemons slowly


def _link(path: Path) -> None:
    path.symlink_to("/nowhere")


def _file(path: Path) -> None:
    path.touch()


def _foreign(path: Path) -> None:
    path.touch()
    os.chown(path, 12345, -1)


@pytest.mark.parametrize(
    ("make", "found", "step"),
    [
        (_link, "expected a socket, found a link to /nowhere", "rm "),
        (_file, "expected a socket, found something else", "move it away: mv "),
        (open_socket, "expected mode 600, found 666", "chmod 600 "),
    ],
)
def test_a_socket_that_is_not_as_it_should_be_is_told(
    short_dir: Path,
    examine: Examine,
    make: Callable[[Path], None],
    found: str,
    step: str,
) -> None:
    path = short_dir / "run" / "whisperad.sock"
    path.parent.mkdir(mode=0o700)
    make(path)
    (told,) = examine()["socket"]

    assert (told.state, told.found) == ("failed", f"{path}: {found}")
    assert str(told.next_step).startswith(step)


def test_what_a_killed_daemon_leaves_behind_is_told_and_in_nobodys_way(
    started: Run, home: Path, examine: Examine
) -> None:
    os.kill(daemon_pid(started), signal.SIGKILL)
    found = _eventually_unheld(home, examine)
    again = started("start")

    assert found["daemon"][0].found.startswith("nothing answers at ")
    (where,) = found["socket"]
    assert where.state == "warning"
    assert where.found.endswith("nobody listens; a daemon that was killed has left it")
    assert "whispera start" in str(where.next_step)
    assert "lock" not in found
    assert again.returncode == 0, again.stderr
    assert "failed" not in states(examine())


def _eventually_unheld(home: Path, examine: Examine) -> Found:
    """Give what is found once the killed daemon has let go of its lock."""
    with (home / "run" / "whisperad.sock.lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
    return examine()


@pytest.mark.parametrize(
    ("make", "found"),
    [
        (_link, "expected a file, found a link to /nowhere"),
        (Path.mkdir, "expected a file, found something else"),
        pytest.param(
            _foreign,
            "expected it to be ours, found it to be of user 12345",
            marks=AS_ROOT,
        ),
    ],
)
def test_a_lock_that_no_daemon_can_take_is_told(
    short_dir: Path, examine: Examine, make: Callable[[Path], None], found: str
) -> None:
    path = short_dir / "run" / "whisperad.sock.lock"
    path.parent.mkdir(mode=0o700)
    make(path)
    (told,) = examine()["lock"]

    assert (told.state, told.found) == ("failed", f"{path}: {found}")
    assert str(told.next_step).startswith(f"move it away: mv {path} {path}.old, ")
    assert "whispera start" in str(told.next_step)


def test_a_path_that_is_too_long_for_a_socket_is_told(examine: Examine) -> None:
    (told,) = examine(WHISPERA_SOCKET="/tmp/" + "x" * 200)["socket"]  # noqa: S108 (nothing is made there)

    assert told.state == "failed"
    assert told.next_step == "set WHISPERA_SOCKET to a shorter one"


def test_a_socket_folder_that_others_may_enter_is_told(
    short_dir: Path, examine: Examine
) -> None:
    (short_dir / "run").mkdir(mode=0o755)
    (told,) = examine()["socket folder"]

    assert (told.state, told.found) == (
        "failed", f"{short_dir}/run: expected mode 700, found 755"
    )  # fmt: skip
    assert str(told.next_step).startswith(f"chmod 700 {short_dir}/run")


def test_a_socket_folder_that_is_a_link_is_told(
    short_dir: Path, examine: Examine
) -> None:
    (short_dir / "elsewhere").mkdir(mode=0o700)
    (short_dir / "run").symlink_to("elsewhere")
    (told,) = examine()["socket folder"]

    assert told.state == "failed"
    assert told.found.endswith("found a link to elsewhere")
