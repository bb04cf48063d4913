"""Timer file: what is set, on the disk, for the daemon that comes after us.

A damaged file is moved aside. One that cannot be read now may be good: it stays.
"""

import os
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from whisperad import log
from whisperad.timer import Timer

_HALF = ".timers-"  # begins the names of files that are not all written yet
_DECODER = msgspec.json.Decoder(list[Timer])


class TimerFile:
    """One file; `read` and `write` are for a thread that waits."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._moved: str | None = None
        self.failing: str | None = None  # why it cannot be read or written now

    @property
    def problems(self) -> tuple[str, ...]:
        """What the user should know of: what was damaged, what does not work."""
        return tuple(filter(None, (self._moved, self.failing)))

    def read(self) -> list[Timer]:
        """Give what was set before. Raises `OSError`, logged when it begins."""
        try:
            timers = self._read()
        except OSError as error:
            self._fail(
                "timers-not-read",
                f"{self._path} cannot be read ({error.strerror or error}): what was set"
                " before rings once it can, and nothing is saved until then",
            )
            raise
        self.failing = None
        return timers

    def write(self, timers: Sequence[Timer]) -> None:
        """Put these in place of all others. Raises `OSError`, logged when it begins."""
        try:
            _write(self._path, timers)
        except OSError as error:
            self._fail(
                "timers-not-saved",
                f"{self._path} cannot be written ({error.strerror or error}): what was"
                " set since is lost if the daemon ends before it can",
            )
            raise
        self.failing = None

    def _read(self) -> list[Timer]:
        with suppress(OSError):
            # A daemon that was killed while it wrote them.
            for half in self._path.parent.glob(f"{_HALF}*"):
                half.unlink()
        try:
            return _DECODER.decode(self._path.read_bytes())
        except FileNotFoundError:
            return []
        except (msgspec.DecodeError, RecursionError) as error:
            self._move_aside(str(error))
            return []

    def _move_aside(self, reason: str) -> None:
        """Give a damaged file a name that no other has, and say so."""
        aside = self._path.with_suffix(".broken")
        number = 1
        while os.path.lexists(aside):
            number += 1
            aside = self._path.with_suffix(f".broken-{number}")
        self._path.rename(aside)
        self._moved = (
            f"{self._path} was damaged ({reason}); it is now {aside.name}, and what was"
            " set in it does not ring"
        )
        log.warning("timers-damaged", message=self._moved)

    def _fail(self, event: str, said: str) -> None:
        if self.failing != said:
            log.warning(event, message=said)
        self.failing = said


def _write(path: Path, timers: Sequence[Timer]) -> None:
    """Replace the file at once, readable by its owner alone."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=_HALF, delete=False) as f:
        try:
            f.write(msgspec.json.encode(timers))
            f.flush()
            os.fsync(f.fileno())
            Path(f.name).replace(path)
        except OSError:
            Path(f.name).unlink(missing_ok=True)
            raise
    _sync_names(path.parent)


def _sync_names(folder: Path) -> None:
    """Have the disk know which file has which name in a folder."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
