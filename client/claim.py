"""Checks of what a daemon claims a socket with: who listens there, and the lock."""

from __future__ import annotations

import os
import shlex
import socket
import stat
from pathlib import Path

from client.finding import Finding
from whisperad import wire

_PATIENCE_S = 1.0


def lock(path: str) -> list[Finding]:
    """Tell of a lock that no daemon can take; none is needed before the first start."""
    file = Path(path + wire.LOCK_SUFFIX)
    try:
        found = file.lstat()
    except OSError:
        return []
    if stat.S_ISLNK(found.st_mode):
        told = f"expected a file, found a link to {file.readlink()}"
    elif not stat.S_ISREG(found.st_mode):
        told = "expected a file, found something else"
    elif found.st_uid != os.geteuid():
        told = f"expected it to be ours, found it to be of user {found.st_uid}"
    else:
        return []
    quoted = shlex.quote(str(file))
    step = f"move it away: mv {quoted} {quoted}.old, then `whispera start`"
    return [Finding("lock", "failed", f"{file}: {told}", step)]


def is_deserted(path: str) -> bool:
    """Tell whether nobody listens at a socket that is there."""
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(_PATIENCE_S)
        try:
            probe.connect(path)
        except ConnectionRefusedError:
            return True
        except OSError:  # such as a queue that is full
            return False
    return False
