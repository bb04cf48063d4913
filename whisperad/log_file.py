"""The log's file, which is put aside when it is large."""

import os
import shutil
import threading
from contextlib import suppress
from pathlib import Path

MOST_BYTES = 2**20  # a log larger than this is put aside at the next line
OLD, PART = ".1", ".part"  # behind the name of a log: put aside; of a copy: begun


class LogFile:
    """A file that lines are written to, which others may have open, too."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._path: Path | None = None
        self._most_bytes = MOST_BYTES
        self._lock = threading.Lock()

    def keep_small(self, path: str) -> None:
        """Put it aside from now on when it is large, if this is its path."""
        self._path = Path(path)

    def write(self, line: bytes) -> None:
        """Write a line. Raises `OSError` if that cannot be done."""
        with self._lock:
            size = os.fstat(self._descriptor).st_size
            if size > self._most_bytes:
                # Where it could not be put aside, not every line is to try it again.
                kept = 0 if self._path and self._put_aside(self._path) else size
                self._most_bytes = kept + MOST_BYTES
            # One call for the whole line: lines of two processes do not mix.
            os.write(self._descriptor, line)

    def _put_aside(self, path: Path) -> bool:
        """Copy it and empty it; False if it is not the file at this path, or in vain.

        Were it moved, whoever else writes to it would go on in the one put aside.
        """
        with suppress(OSError):
            if not os.path.samestat(path.stat(), os.fstat(self._descriptor)):
                return False
            _copy(path, path.with_name(path.name + OLD))
            os.ftruncate(self._descriptor, 0)
            # If it was not opened to append, the next line would leave a hole.
            os.lseek(self._descriptor, 0, os.SEEK_SET)
            return True
        return False


def _copy(path: Path, to: Path) -> None:
    """Copy a file for its user alone: all of it or nothing. Raises `OSError`."""
    part = to.with_name(to.name + PART)
    try:
        part.touch(0o600)
        shutil.copyfile(path, part)
        part.replace(to)
    except OSError:
        with suppress(OSError):
            part.unlink()
        raise
