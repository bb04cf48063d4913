"""Whether a daemon holds the lock of a socket, and which process that daemon is."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import subprocess
from pathlib import Path

_OPEN_FILES = "/proc/{pid}/fd"  # of Linux; where there is none, `lsof` tells
_LSOF_PATH = "/usr/sbin:/usr/bin:/bin"  # macOS has it where agents do not look
_LSOF_S = 5.0
_PID_BYTES = 20


def is_held(lock: Path) -> bool:
    """Say whether a daemon holds its lock, which it does until its very end."""
    try:
        file = os.open(lock, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        return False
    try:
        # Shared, so that of two who look neither takes the other for a daemon.
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(file)
    return False


def holder(lock: Path) -> int | None:
    """Give the daemon whose process id is in a lock file that is held.

    None if there is no id in it yet or any more, or one that another process has now.
    """
    try:
        with lock.open("rb") as file:
            pid = int(file.read(_PID_BYTES))
    except (FileNotFoundError, ValueError):
        return None
    return pid if pid > 0 and _has_open(pid, lock) else None


def _has_open(pid: int, file: Path) -> bool:
    if not Path(_OPEN_FILES.format(pid="self")).is_dir():
        return lsof_lists(pid, file)
    # What goes away meanwhile, or is another user's, is no daemon of ours.
    with contextlib.suppress(OSError):
        for opened in Path(_OPEN_FILES.format(pid=pid)).iterdir():
            with contextlib.suppress(FileNotFoundError):
                if opened.samefile(file):
                    return True
    return False


def lsof_lists(pid: int, file: Path) -> bool:
    """Ask `lsof` whether a process has a file open."""
    found = shutil.which("lsof", path=_LSOF_PATH)
    if found is None:
        return False
    with contextlib.suppress(subprocess.TimeoutExpired):
        listed = subprocess.run(
            [found, "-t", "--", file],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_LSOF_S,
            check=False,
        )
        return str(pid).encode() in listed.stdout.split()
    return False
