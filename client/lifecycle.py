"""Start and stop a daemon that no service manager looks after."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from client import connection
from whisperad import wire

# -P: a folder called `whisperad` where we happen to be is not the daemon.
COMMAND = (sys.executable, "-P", "-m", "whisperad")

START_S = 60.0  # loading a large model from a slow disk, and warming it up
STOP_S = 15.0  # it finishes what it has begun
POLL_S = 0.02
LAST_LOG_LINES = 5


class NotStopped(connection.ClientError):
    """Raise when a daemon is still there after it was told to stop."""

    exit_code = wire.EXIT_FAILED


def status(socket: str) -> dict[str, object] | None:
    """Ask a daemon how it is; None if there is none."""
    try:
        return connection.answer(socket, {"type": "status"}, START_S)
    except connection.Unreachable:
        return None


def spawn(paths: wire.Paths) -> subprocess.Popen[bytes]:
    """Start a daemon that outlives us and writes to the log."""
    log = Path(paths.log)
    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        return subprocess.Popen(
            COMMAND,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/",
            start_new_session=True,
        )
    finally:
        os.close(output)


def wait_until_it_answers(
    paths: wire.Paths, process: subprocess.Popen[bytes] | None
) -> dict[str, object]:
    """Wait for a daemon that was started and give its status.

    Raises `Unreachable` if its process ends or START_S go by before it answers.
    """
    deadline = time.monotonic() + START_S
    while True:
        # Looked at first: had it answered before it ended, that would not count.
        code = process.poll() if process else None
        try:
            return connection.answer(paths.socket, {"type": "status"}, START_S)
        except connection.Unreachable:
            if code is not None:
                raise connection.Unreachable(_why_it_ended(paths, code)) from None
            if time.monotonic() > deadline:
                raise
        time.sleep(POLL_S)


def stop(socket: str) -> bool:
    """Stop the daemon that has a socket and wait until it is gone; False if none has.

    It need not answer for that. Raises `NotStopped` if it does not go.
    """
    lock = Path(socket + wire.LOCK_SUFFIX)
    if not _is_held(lock):
        return False
    owner = lock.read_text().strip()
    if not owner.isdigit():
        raise NotStopped(f'{lock}: expected a process id in it, found "{owner}"')
    # It may have gone by itself just now.
    with contextlib.suppress(ProcessLookupError):
        os.kill(int(owner), signal.SIGTERM)
    deadline = time.monotonic() + STOP_S
    while _is_held(lock):
        if time.monotonic() > deadline:
            raise NotStopped(f"process {owner} still runs after {STOP_S:g} s")
        time.sleep(POLL_S)
    return True


def _is_held(lock: Path) -> bool:
    """Say whether a daemon holds its lock, which it does until its very end."""
    try:
        file = os.open(lock, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(file)
    return False


def _why_it_ended(paths: wire.Paths, code: int) -> str:
    lines = Path(paths.log).read_text(errors="replace").splitlines()
    last = "\n".join(f"  {line}" for line in lines[-LAST_LOG_LINES:])
    return f"the daemon ended with exit code {code}; {paths.log} ends with\n{last}"
