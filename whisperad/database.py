"""Databases: SQLite files that only their user can read, and that are never in the way.

A damaged file is moved aside and a new one begun. `PRAGMA user_version` counts the
steps that a file has been taken through: an older file is taken through the rest, one
of a newer Whispera is left alone.
"""

import os
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from whisperad import log
from whisperad.errors import CannotKeep

T = TypeVar("T")
Row = tuple[object, ...]
Job = Callable[[sqlite3.Connection], T]

BUSY_S = 2.0  # another process may be writing, but never for long
_DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_BESIDE = ("", "-wal", "-shm")  # the files that make up a database


class Database:
    """One file, used by one thread at a time; opened when it is first needed."""

    def __init__(
        self, file: Path, steps: Sequence[str], is_durable: bool = False
    ) -> None:
        """Take the statements that make the file what it is, first to last.

        What a job has done survives a power cut if it is durable; each then waits for
        the disk.
        """
        self._file = file
        self._steps = steps
        self._synchronous = "FULL" if is_durable else "NORMAL"
        self._connection: sqlite3.Connection | None = None
        self._moved: str | None = None
        self._failing: str | None = None

    @property
    def problems(self) -> tuple[str, ...]:
        """What the user should know of: what was damaged, what does not work."""
        return tuple(filter(None, (self._moved, self._failing)))

    @property
    def is_there(self) -> bool:
        """Whether there is a file yet; the first job makes one."""
        return self._file.exists()

    def run(self, job: Job[T]) -> T:
        """Do a job in one transaction. Raises `CannotKeep`, logged when it begins."""
        try:
            try:
                result = self._transaction(job)
            except (sqlite3.Error, OSError):
                # The file may have been replaced or damaged under us: open it again.
                self.close()
                result = self._transaction(job)
        except (sqlite3.Error, OSError, CannotKeep) as error:
            self.close()
            reason = error.strerror if isinstance(error, OSError) else None
            said = str(reason or error)
            if not isinstance(error, CannotKeep):
                said = f"{self._file}: {said}"
            if self._failing != said:
                log.warning("cannot-keep", message=said)
            self._failing = said
            raise CannotKeep(said) from error
        self._failing = None
        return result

    def shrink(self) -> None:
        """Leave nothing on the disk of what was deleted, if nobody else is reading."""
        with suppress(sqlite3.Error):
            if self._connection:
                self._connection.execute("VACUUM")
                self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Close the file; the next job opens it again."""
        if self._connection:
            with suppress(sqlite3.Error):
                self._connection.close()
        self._connection = None

    def _transaction(self, job: Job[T]) -> T:
        if self._connection is None:
            self._connection = self._opened()
        return _transaction(self._connection, job)

    def _opened(self) -> sqlite3.Connection:
        try:
            return self._prepared()
        except sqlite3.Error as error:
            code = getattr(error, "sqlite_errorcode", None)
            if code is None or code & 0xFF not in _DAMAGE:
                raise
            self._move_aside(str(error))
            return self._prepared()

    def _prepared(self) -> sqlite3.Connection:
        """Open the file, which may be new, and take it through the steps it lacks."""
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Made here, before SQLite makes one that others may read.
        os.close(os.open(self._file, os.O_RDWR | os.O_CREAT, 0o600))
        self._file.chmod(0o600)
        connection = _connect(self._file)
        try:
            found = connection.execute("PRAGMA quick_check(1)").fetchone()
            if found != ("ok",):
                damaged = sqlite3.DatabaseError(str(found and found[0]))
                damaged.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
                raise damaged
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(f"PRAGMA synchronous = {self._synchronous}")
            connection.execute("PRAGMA fullfsync = ON")  # as macOS calls it
            connection.execute("PRAGMA secure_delete = ON")
            _transaction(connection, self._take_on)
        except BaseException:
            connection.close()
            raise
        return connection

    def _take_on(self, connection: sqlite3.Connection) -> None:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version > len(self._steps):
            raise CannotKeep(
                f"{self._file}: expected version {len(self._steps)} or older, found"
                f" {version}, which a newer Whispera wrote; it is left as it is"
            )
        for step in self._steps[version:]:
            connection.execute(step)
        connection.execute(f"PRAGMA user_version = {len(self._steps)}")

    def _move_aside(self, reason: str) -> None:
        """Give a damaged file another name and say so."""
        now = datetime.now(UTC)
        aside = self._file.with_name(f"{self._file.name}.damaged-{now:%Y%m%dT%H%M%S%f}")
        for beside in _BESIDE:
            with suppress(FileNotFoundError):
                Path(f"{self._file}{beside}").rename(f"{aside}{beside}")
        self._moved = (
            f"{self._file} was damaged ({reason}); it is now {aside.name}, and a new"
            " one was begun"
        )
        log.warning("database-damaged", message=self._moved)


def read(file: Path, statement: str) -> list[Row]:
    """Give the rows that a statement finds; none if there is no such file.

    Raises `CannotKeep` if the file cannot be read.
    """
    if not file.exists():
        return []
    try:
        with closing(_connect(_readable(file))) as connection:
            return connection.execute(statement).fetchall()
    except sqlite3.Error as error:
        raise CannotKeep(f"{file}: {error}") from error


def _readable(file: Path) -> Path | str:
    """Give what to open to read a file, also where nothing can be written beside it."""
    if os.access(file.parent, os.W_OK) or Path(f"{file}-wal").exists():
        return file
    return f"{file.absolute().as_uri()}?immutable=1"


def _connect(file: Path | str) -> sqlite3.Connection:
    # Jobs come from a pool, whose one thread may be another one the next time.
    return sqlite3.connect(
        file,
        timeout=BUSY_S,
        isolation_level=None,
        check_same_thread=False,
        uri=isinstance(file, str),
    )


def _transaction(connection: sqlite3.Connection, job: Job[T]) -> T:
    connection.execute("BEGIN IMMEDIATE")
    try:
        result = job(connection)
        connection.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):  # SQLite may have rolled back by itself
            connection.execute("ROLLBACK")
        raise
    return result
