"""Structured logs: one JSON object a line on standard error.

What was said never goes into a log, only which action came of it: an utterance may
hold a message, a password, somebody's name.
"""

import os
import stat
import sys
from contextlib import suppress
from datetime import UTC, datetime
from typing import Literal

from whisperad import wire

Level = Literal["info", "warning", "error"]
Value = str | int | float | bool | None | list[str]


def keep_private() -> None:
    """Let nobody else read the file that we write to, whoever made it."""
    with suppress(OSError):  # of another user, or on a file system without modes
        about = os.fstat(2)
        if stat.S_ISREG(about.st_mode) and about.st_uid == os.geteuid():
            os.fchmod(2, about.st_mode & 0o700)


def info(event: str, **fields: Value) -> None:
    """Record something that is as it should be."""
    _write("info", event, fields)


def warning(event: str, **fields: Value) -> None:
    """Record something that works, but not as it should."""
    _write("warning", event, fields)


def error(event: str, **fields: Value) -> None:
    """Record something that does not work."""
    _write("error", event, fields)


def _write(level: Level, event: str, fields: dict[str, Value]) -> None:
    time = datetime.now(UTC).isoformat(timespec="milliseconds")
    line = wire.encode_line({"time": time, "level": level, "event": event, **fields})
    try:
        # One call for the whole line: lines of two threads do not mix.
        os.write(sys.__stderr__.fileno() if sys.__stderr__ else 2, line)
    except OSError:
        # Nobody reads the log any more; that is no reason to stop answering.
        return
