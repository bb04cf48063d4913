"""Start and stop a daemon that no service manager looks after."""

from __future__ import annotations

import contextlib
import os
import signal
import socket as sockets
import subprocess
import sys
import time
from pathlib import Path

from client import connection, holder
from whisperad import wire

# -P: a folder called `whisperad` where we happen to be is not the daemon.
COMMAND = (sys.executable, "-P", "-m", "whisperad")

START_S = 60.0  # loading a large model from a slow disk, and warming it up
STOP_S = 15.0  # it finishes what it has begun
POLL_S = 0.02
PROBE_S = 5.0
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


def is_lost(socket: str) -> bool:
    """Say whether nobody listens at a socket's place, whatever runs."""
    with sockets.socket(sockets.AF_UNIX) as probe:
        probe.settimeout(PROBE_S)
        try:
            probe.connect(socket)
        except (FileNotFoundError, ConnectionRefusedError):
            return True
        except OSError:
            pass  # somebody is there, and busy
    return False


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
    told: int | None = None
    deadline = time.monotonic() + STOP_S
    while holder.is_held(lock):
        # None while it starts or ends: it locks first and unlocks last.
        pid = holder.holder(lock)
        if told is None and pid is not None:
            told = pid
            # It may have gone by itself just now.
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        elif pid not in (None, told):
            break  # the next one, which somebody has started
        if time.monotonic() > deadline:
            raise NotStopped(_why_it_stays(lock, told))
        time.sleep(POLL_S)
    return told is not None


def _why_it_stays(lock: Path, told: int | None) -> str:
    if told is not None:
        return f"process {told} still runs after {STOP_S:g} s"
    return (
        f"{lock}: expected the process id of the daemon that holds it, found none or"
        " another's; see who holds it with `lsof` and end that"
    )


def _why_it_ended(paths: wire.Paths, code: int) -> str:
    lines = Path(paths.log).read_text(errors="replace").splitlines()
    last = "\n".join(f"  {line}" for line in lines[-LAST_LOG_LINES:])
    return f"the daemon ended with exit code {code}; {paths.log} ends with\n{last}"
