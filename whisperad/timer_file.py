"""Timer file: what is set, on the disk, for the daemon that comes after us.

A damaged file is moved aside. One that cannot be read now may be good: it stays.
"""

import os
from collections.abc import Sequence
from pathlib import Path

import msgspec

from whisperad import atomic, log
from whisperad.timer import Timer

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
            atomic.write(self._path, msgspec.json.encode(timers))
        except OSError as error:
            self._fail(
                "timers-not-saved",
                f"{self._path} cannot be written ({error.strerror or error}): what was"
                " set since is lost if the daemon ends before it can",
            )
            raise
        self.failing = None

    def _read(self) -> list[Timer]:
        atomic.clear(self._path)
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
