"""History: what was said and what came of it.

Rows are written in a thread of their own, later than their answers: nobody waits for
the disk, and what cannot be written is logged and let go.
"""

from collections import deque
from concurrent.futures import Executor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from sqlite3 import Connection

import msgspec

from whisperad.database import Database
from whisperad.errors import CannotKeep
from whisperad.protocol import Outcome, Reply, Said

FILE = "history.db"  # in the state folder
MAX_WAITING = 1000  # rows not written yet; on a disk that hangs the oldest are let go

STEPS = (
    "CREATE TABLE said (id INTEGER PRIMARY KEY, time TEXT NOT NULL,"
    " utterance TEXT NOT NULL, intents TEXT NOT NULL, outcome TEXT NOT NULL,"
    " stage TEXT NOT NULL, confidence REAL NOT NULL, duration_ms REAL NOT NULL)",
    "CREATE INDEX said_time ON said (time)",
)


class Row(msgspec.Struct, frozen=True):
    """One interpretation."""

    time: str  # when it ended, as `moment` gives it
    utterance: str
    intents: tuple[Said, ...]
    outcome: Outcome
    stage: str
    confidence: float
    duration_ms: float


class HistoryReply(Reply, frozen=True, kw_only=True, tag="history"):
    """What was said, newest first."""

    rows: tuple[Row, ...]


class Limits(msgspec.Struct, frozen=True):
    """How much is kept; with 0 rows nothing is."""

    rows: int
    days: int


class History:
    """The rows; `record` is for the event loop, all else for a thread that waits."""

    def __init__(self, state: Path, executor: Executor) -> None:
        """`executor` has one thread, in which everything else is called as well."""
        self._database = Database(state / FILE, STEPS)
        self._executor = executor
        self._waiting: deque[Row] = deque(maxlen=MAX_WAITING)
        self._is_woken = False
        self._limits = Limits(0, 1)

    @property
    def problems(self) -> tuple[str, ...]:
        """What the user should know of."""
        return self._database.problems

    def keep(self, limits: Limits) -> None:
        """Keep so much from now on, and delete what is more. Raises `CannotKeep`."""
        self._limits = limits
        if limits.rows or self._database.is_there:
            self._database.run(self._prune)

    def record(self, row: Row) -> None:
        """Have a row written as soon as may be; never waits and never raises."""
        if not self._limits.rows:
            return
        self._waiting.append(row)
        if not self._is_woken:
            self._is_woken = True
            self._executor.submit(self._write)

    def rows(self, limit: int) -> tuple[Row, ...]:
        """Give the newest rows, newest first. Raises `CannotKeep`."""
        if not self._limits.rows:
            return ()

        def job(connection: Connection) -> list[tuple[object, ...]]:
            self._prune(connection)
            return connection.execute(
                "SELECT time, utterance, intents, outcome, stage, confidence,"
                " duration_ms FROM said ORDER BY id DESC LIMIT ?",
                (min(limit, self._limits.rows),),
            ).fetchall()

        return tuple(map(_row, self._database.run(job)))

    def clear(self) -> None:
        """Delete all rows, from the disk too. Raises `CannotKeep`."""
        self._database.run(lambda connection: connection.execute("DELETE FROM said"))
        self._database.shrink()

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    def _write(self) -> None:
        # First, so that a row that comes from here on wakes us again.
        self._is_woken = False
        batch = []
        while self._waiting:
            batch.append(self._waiting.popleft())

        def job(connection: Connection) -> None:
            connection.executemany(
                "INSERT INTO said (time, utterance, intents, outcome, stage,"
                " confidence, duration_ms) VALUES (?, ?, ?, ?, ?, ?, ?)",
                map(_fields, batch),
            )
            self._prune(connection)

        with suppress(CannotKeep):  # which was logged
            self._database.run(job)

    def _prune(self, connection: Connection) -> None:
        """Delete what is too old or too much."""
        oldest = moment(datetime.now(UTC) - timedelta(days=self._limits.days))
        connection.execute("DELETE FROM said WHERE time < ?", (oldest,))
        connection.execute(
            "DELETE FROM said WHERE id <="
            " (SELECT id FROM said ORDER BY id DESC LIMIT 1 OFFSET ?)",
            (self._limits.rows,),
        )


def moment(at: datetime) -> str:
    """Give a moment in ISO 8601, so that texts are in the order of time."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds")


def _fields(row: Row) -> tuple[object, ...]:
    return (
        row.time,
        row.utterance.encode(errors="replace").decode(),
        msgspec.json.encode(row.intents).decode(),
        row.outcome,
        row.stage,
        row.confidence,
        row.duration_ms,
    )


def _row(fields: tuple[object, ...]) -> Row:
    given = dict(zip(Row.__struct_fields__, fields, strict=True))
    given["intents"] = msgspec.json.decode(str(given["intents"]))
    return msgspec.convert(given, Row)
