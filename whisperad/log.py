"""Structured logs: one JSON object a line on standard error.

What was said never goes into a log, only which action came of it: an utterance may
hold a message, a password, somebody's name. Nobody waits for who reads the log.
"""

import os
import stat
from contextlib import suppress
from datetime import UTC, datetime
from typing import Literal

from whisperad import wire
from whisperad.backlog import Backlog
from whisperad.log_file import LogFile

Level = Literal["info", "warning", "error"]
Value = str | int | float | bool | None | list[str]

_STANDARD_ERROR = 2


def keep_private() -> None:
    """Let nobody else read the file that we write to, whoever made it."""
    with suppress(OSError):  # of another user, or on a file system without modes
        about = os.fstat(_STANDARD_ERROR)
        if stat.S_ISREG(about.st_mode) and about.st_uid == os.geteuid():
            os.fchmod(_STANDARD_ERROR, about.st_mode & 0o700)


def keep_small(path: str) -> None:
    """Put what we write to aside when it is large, if it is the file at this path."""
    _file.keep_small(path)


def flush() -> None:
    """Wait a moment for lines on their way to whoever reads them."""
    _backlog.flush()


def info(event: str, **fields: Value) -> None:
    """Record something that is as it should be."""
    _write(_line("info", event, fields))


def warning(event: str, **fields: Value) -> None:
    """Record something that works, but not as it should."""
    _write(_line("warning", event, fields))


def error(event: str, **fields: Value) -> None:
    """Record something that does not work."""
    _write(_line("error", event, fields))


def _line(level: Level, event: str, fields: dict[str, Value]) -> bytes:
    time = datetime.now(UTC).isoformat(timespec="milliseconds")
    return wire.encode_line({"time": time, "level": level, "event": event, **fields})


_file = LogFile(_STANDARD_ERROR)
_backlog = Backlog(
    _STANDARD_ERROR, lambda lines: _line("warning", "dropped", {"lines": lines})
)


def _write(line: bytes) -> None:
    # Nobody reads the log any more, or its disk is full; no reason to stop answering.
    with suppress(OSError):
        if stat.S_ISREG(os.fstat(_STANDARD_ERROR).st_mode):
            _file.write(line)
        else:
            _backlog.add(line)
