"""Disks that are full or that nothing can be written to; the daemon is a real one.

A small disk is mounted where only the daemon sees it, as far as the system lets us.
"""

import ctypes
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.running import Message, RunningDaemon

ROOT = Path(__file__).parents[2]
DISK_KIB, RESERVE_KIB, PAGE_KIB = 1024, 256, 4
LONG = "and again " * 150  # a lesson takes more than a kilobyte
MOST = 1000  # lessons that such a disk has no room for
TIMER = "pasta ten minutes"
LIST = "what is cooking"

_UNSHARE = ("unshare", "-Urm", "sh", "-c", '"$@" && echo mounted && exec sleep 600')

pytestmark = [
    pytest.mark.timeout(120),
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux has namespaces"),
]


# Root may write everywhere, unless it is told at the start that it may not.
_C = ctypes.CDLL(None)
_PR_CAPBSET_DROP = 24


def _as_anybody() -> None:
    for capability in range(64):
        _C.prctl(_PR_CAPBSET_DROP, capability)


class Disk:
    """A small disk that holds what a daemon keeps, in a namespace of its own."""

    def __init__(self, daemon: RunningDaemon) -> None:
        self._daemon = daemon
        self._place = daemon.home / "disk"
        self._place.mkdir()
        for name in ("data", "state"):
            (daemon.home / name).symlink_to(self._place / name)
        if shutil.which("unshare") is None:
            pytest.skip("no disk can be mounted here: there is no `unshare`")
        mount = ("mount", "-t", "tmpfs", "-o", f"size={DISK_KIB}k", "none", self._place)
        self._holder = subprocess.Popen(
            [*_UNSHARE, "sh", *map(str, mount)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self._holder.stdout
        if self._holder.stdout.readline() != "mounted\n":
            _, why = self._holder.communicate()
            pytest.skip(f"no disk can be mounted here: {why.strip()}")
        pid = str(self._holder.pid)
        enter = ("nsenter", "--preserve-credentials", "-U", "-m", "-t", pid, "--")
        # Seen from outside.
        self.path = Path(f"/proc/{pid}/root{self._place}")
        for name in ("data", "state"):
            (self.path / name).mkdir()
        daemon.launcher = (*enter, *daemon.launcher)
        daemon.environ["PYTHONPATH"] = str(ROOT)
        self._enter = enter

    def fill(self, most_kib: int = DISK_KIB) -> None:
        """Leave so much less room, or none."""
        file = self.path / "filler"
        with suppress(OSError), file.open("ab", buffering=0) as filler:
            for _ in range(most_kib // PAGE_KIB):
                filler.write(bytes(PAGE_KIB * 1024))

    def empty(self) -> None:
        """Give the room back."""
        (self.path / "filler").unlink()

    def remount(self, how: str) -> None:
        """Mount it again, "ro" or "rw"."""
        subprocess.run(
            [*self._enter, "mount", "-o", f"remount,{how}", self._place], check=True
        )

    def close(self) -> None:
        """Take it away; the daemon has to be gone."""
        self._holder.kill()
        self._holder.communicate()


@pytest.fixture
def disk(stopped: RunningDaemon) -> Iterator[Disk]:
    """Give the disk of a daemon that is not started yet."""
    made = Disk(stopped)
    yield made
    if hasattr(stopped, "process"):
        stopped.stop()
    made.close()


def _teach(daemon: RunningDaemon, said: str, **intent: str) -> Message:
    return daemon.ask(type="teach", utterance=said, intent=intent)


def _teach_all(daemon: RunningDaemon) -> set[str]:
    """Teach what the tests say, and give it."""
    for said, intent in {
        "hush": {"action": "mute_volume"},
        TIMER: {"action": "set_timer", "duration": "ten minutes"},
        LIST: {"action": "list_timers"},
    }.items():
        daemon.teach(said, **intent)
    return {"hush", TIMER, LIST}


def _taught(daemon: RunningDaemon) -> set[str]:
    return {row["utterance"] for row in daemon.ask(type="taught")["rows"]}


def _said(daemon: RunningDaemon, said: str) -> str:
    """Say it for real and give what is printed."""
    reply = daemon.ask(type="interpret", utterance=said, execute=True)
    assert reply["outcome"] == "done", reply
    printed: str = reply["results"][0]["stdout"]
    return printed


def _teach_until_full(daemon: RunningDaemon) -> tuple[set[str], Message]:
    """Give what was taught, and what the daemon says when nothing more fits."""
    taught: set[str] = set()
    for number in range(MOST):
        said = f"hush {LONG}{number}"
        reply = _teach(daemon, said, action="mute_volume")
        if reply["type"] == "error":
            return taught, reply
        taught.add(said)
    raise AssertionError("there is no end to the disk")


def test_on_a_full_disk_answers_go_on_and_what_was_taught_is_kept(
    stopped: RunningDaemon, disk: Disk
) -> None:
    disk.fill(RESERVE_KIB)
    taught = _teach_all(stopped.start())
    assert "could not be saved" not in _said(stopped, TIMER)
    more, refused = _teach_until_full(stopped)
    disk.fill()
    unsaved = _said(stopped, TIMER)
    answers = {
        stopped.ask(type="interpret", utterance="hush")["outcome"] for _ in range(20)
    }
    problems = stopped.ask(type="status")["problems"]
    assert stopped.stop(signal.SIGKILL) == -signal.SIGKILL
    stopped.start()  # on a disk that is still full
    after, timers = _taught(stopped), _said(stopped, LIST)
    disk.empty()
    again = _teach(stopped, "there is room again", action="mute_volume")

    assert more
    assert (refused["type"], refused["code"]) == ("error", "internal")
    assert "taught.db: database or disk is full" in refused["message"]
    assert "it could not be saved" in unsaved
    assert answers == {"proposed"}
    assert any("disk is full" in problem for problem in problems)
    assert after == taught | more
    assert len(timers.splitlines()) == 1
    assert again["type"] == "ok", again
    assert stopped.ask(type="history")["type"] == "history"
    assert stopped.ask(type="status")["problems"] == []
    assert stopped.events("internal") == []
    assert stopped.stop() == 0


def test_a_daemon_that_starts_on_a_full_disk_serves_and_says_so(
    stopped: RunningDaemon, disk: Disk
) -> None:
    disk.fill()
    stopped.start()
    refused = _teach(stopped, "hush", action="mute_volume")
    unsure = stopped.ask(type="interpret", utterance="hush")
    problems = stopped.ask(type="status")["problems"]
    disk.empty()

    assert (refused["type"], refused["code"]) == ("error", "internal")
    assert "taught.db: " in refused["message"]
    assert unsure["type"] == "interpretation"
    assert problems
    assert _taught(stopped) == set()
    assert _teach(stopped, "hush", action="mute_volume")["type"] == "ok"
    assert stopped.ask(type="interpret", utterance="hush")["stage"] == "taught"
    assert stopped.ask(type="history")["rows"][0]["utterance"] == "hush"
    assert stopped.ask(type="status")["problems"] == []
    assert stopped.events("internal") == []
    assert stopped.stop() == 0


@pytest.mark.parametrize("ends", [signal.SIGTERM, signal.SIGKILL], ids=str)
def test_a_daemon_that_starts_where_nothing_can_be_written_knows_what_it_knew(
    stopped: RunningDaemon, disk: Disk, ends: signal.Signals
) -> None:
    taught = _teach_all(stopped.start())
    _said(stopped, TIMER)
    stopped.stop(ends)
    disk.remount("ro")
    stopped.start()
    listed = _said(stopped, LIST)
    refused = _teach(stopped, "quiet", action="mute_volume")
    unsaved = _said(stopped, TIMER)
    history = stopped.ask(type="history")
    problems = stopped.ask(type="status")["problems"]
    after = _taught(stopped)
    disk.remount("rw")

    assert after == taught
    assert len(listed.splitlines()) == 1
    assert (refused["type"], refused["code"]) == ("error", "internal")
    assert "taught.db: " in refused["message"]
    assert "it could not be saved" in unsaved
    assert (history["type"], history["code"]) == ("error", "internal")
    assert "history.db: " in history["message"]
    assert any("history.db: " in problem for problem in problems)
    assert any("taught.db: " in problem for problem in problems)
    assert _teach(stopped, "quiet", action="mute_volume")["type"] == "ok"
    assert _taught(stopped) == {*taught, "quiet"}
    assert stopped.events("internal") == []
    assert stopped.stop() == 0


def _allow(daemon: RunningDaemon, folder_mode: int, file_mode: int) -> None:
    """Set how what the daemon keeps may be used."""
    for name in ("data", "state"):
        folder = daemon.home / name
        folder.chmod(0o700)
        for file in folder.iterdir():
            if file.is_file():
                file.chmod(file_mode)
        folder.chmod(folder_mode)


def test_where_nothing_can_be_written_any_more_answers_go_on(
    stopped: RunningDaemon,
) -> None:
    stopped.prepare = _as_anybody
    taught = _teach_all(stopped.start())
    assert "could not be saved" not in _said(stopped, TIMER)
    assert stopped.ask(type="history")["type"] == "history"
    _allow(stopped, 0o500, 0o400)
    unsaved = _said(stopped, TIMER)
    answers = {
        stopped.ask(type="interpret", utterance="hush")["outcome"] for _ in range(20)
    }
    # What is open already can still be written to.
    if _teach(stopped, "quiet", action="mute_volume")["type"] == "ok":
        taught.add("quiet")
    assert stopped.stop(signal.SIGKILL) == -signal.SIGKILL
    stopped.start()
    after, timers = _taught(stopped), _said(stopped, LIST)
    refused = _teach(stopped, "more", action="mute_volume")
    problems = stopped.ask(type="status")["problems"]
    _allow(stopped, 0o700, 0o600)

    assert "it could not be saved" in unsaved
    assert answers == {"proposed"}
    assert after == taught
    assert len(timers.splitlines()) == 1
    assert (refused["type"], refused["code"]) == ("error", "internal")
    assert "taught.db: Permission denied" in refused["message"]
    assert len(problems) == 2
    assert all("Permission denied" in problem for problem in problems)
    assert _teach(stopped, "more", action="mute_volume")["type"] == "ok"
    assert stopped.ask(type="history")["type"] == "history"
    assert stopped.ask(type="status")["problems"] == []
    assert stopped.events("internal") == []
    assert stopped.stop() == 0
