"""Group: a program that was started and what it starts, which signals reach together."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path


def send(leader: int, number: signal.Signals) -> None:
    """Send a signal to all of a program's group that is there."""
    # macOS has no permission for a group that is only a zombie any more.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, number)


def is_alive(leader: int) -> bool:
    """Whether any of a group runs that we may end; for a thread that waits.

    The program that leads it may have ended: no other gets its number until all have.
    """
    try:
        os.killpg(leader, 0)
    except OSError:
        return False
    # Zombies count until somebody asks for them, which in a container may be nobody.
    return sys.platform != "linux" or leader in _groups()


def _groups() -> Iterator[int]:
    """Give the group of each process that is no zombie."""
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            said = (entry / "stat").read_text(errors="replace")
            state, _, group = said.rpartition(")")[2].split()[:3]
            if state not in {"Z", "X"}:
                yield int(group)
