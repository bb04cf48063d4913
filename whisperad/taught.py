"""Taught: what users say their words mean. It comes before all that the model thinks.

All of it is held in memory, and kept in a database that training reads as well.
"""

import sqlite3
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from whisperad import teaching
from whisperad.catalogue import Catalogue
from whisperad.database import Database, Row, read
from whisperad.errors import BadRequest, CannotKeep
from whisperad.intent import NONE, Intent
from whisperad.protocol import OneOrMore, Reply, Said
from whisperad.utterance import Utterance, normalise

FILE = "taught.db"  # in the data folder
MAX_TAUGHT = 10_000  # by hand, nobody gets that far

STEPS = (
    "CREATE TABLE taught (text TEXT PRIMARY KEY, said TEXT NOT NULL,"
    " intents TEXT NOT NULL, time TEXT NOT NULL)",
)
_DECODER = msgspec.json.Decoder(tuple[Intent, ...])
_NO_COMMAND: Said = {"action": NONE}
_ALL = "SELECT said, intents, time FROM taught ORDER BY time, rowid"


class Lesson(msgspec.Struct, frozen=True):
    """An utterance and what it means: no intents if it is no command."""

    said: str
    intents: tuple[Intent, ...]
    time: str  # when it was taught, ISO 8601

    @property
    def text(self) -> str:
        """Give the normalised utterance, by which it is known again."""
        return normalise(self.said).text

    def fits(self, catalogue: Catalogue) -> bool:
        """Whether the catalogue has all that it speaks of."""
        text = self.text
        return not any(any(teaching.faults(i, text, catalogue)) for i in self.intents)


class TaughtRow(msgspec.Struct, frozen=True):
    """A lesson as the wire has it; `is_used` is false if the action is gone."""

    utterance: str
    intent: OneOrMore
    time: str
    is_used: bool


class TaughtReply(Reply, frozen=True, kw_only=True, tag="taught"):
    """All that was taught, oldest first."""

    rows: tuple[TaughtRow, ...]


class Taught:
    """The lessons; `meaning` is for the event loop, all else for a thread that waits."""

    def __init__(self, data: Path) -> None:
        self._file = data / FILE
        self._database = Database(self._file, STEPS, is_durable=True)
        self._lessons: dict[str, Lesson] = {}

    @property
    def problems(self) -> tuple[str, ...]:
        """What the user should know of."""
        return self._database.problems

    def meaning(self, text: str, catalogue: Catalogue) -> tuple[Intent, ...] | None:
        """Give what a normalised text was taught to mean; None if it was not.

        What the catalogue no longer has does not count.
        """
        lesson = self._lessons.get(text)
        if lesson is None or not lesson.fits(catalogue):
            return None
        return lesson.intents

    def load(self) -> None:
        """Read the lessons. Raises `CannotKeep`, even if they can be read but not kept."""
        try:
            rows = self._database.run(_rows) if self._database.is_there else []
        except CannotKeep:
            self._hold(read(self._file, _ALL))
            raise
        self._hold(rows)

    def teach(
        self, utterance: Utterance, given: OneOrMore, catalogue: Catalogue
    ) -> None:
        """Remember what an utterance means. Raises `BadRequest` and `CannotKeep`."""
        intents = teaching.intents(utterance, given, catalogue)
        time = datetime.now(UTC).isoformat(timespec="seconds")
        said = utterance.said.encode(errors="replace").decode()

        def job(connection: sqlite3.Connection) -> list[Row]:
            connection.execute(
                "INSERT OR REPLACE INTO taught VALUES (?, ?, ?, ?)",
                (utterance.text, said, msgspec.json.encode(intents).decode(), time),
            )
            rows = _rows(connection)
            if len(rows) > MAX_TAUGHT:
                raise BadRequest(f"expected at most {MAX_TAUGHT} taught utterances")
            return rows

        self._hold(self._database.run(job))

    def forget(self, utterance: Utterance) -> None:
        """Forget a lesson. Raises `BadRequest` if there is none, and `CannotKeep`."""

        def job(connection: sqlite3.Connection) -> list[Row]:
            found = connection.execute(
                "DELETE FROM taught WHERE text = ?", (utterance.text,)
            )
            if found.rowcount == 0:
                raise BadRequest(f'nothing was taught for "{utterance.said}"')
            return _rows(connection)

        self._hold(self._database.run(job))
        self._database.shrink()

    def rows(self, catalogue: Catalogue) -> tuple[TaughtRow, ...]:
        """List the lessons, oldest first."""
        return tuple(_row(one, catalogue) for one in tuple(self._lessons.values()))

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    def _hold(self, rows: list[Row]) -> None:
        self._lessons = {one.text: one for one in _lessons(rows)}


def lessons(data: Path) -> list[Lesson]:
    """Read what was taught, without a daemon. Raises `CannotKeep`."""
    return _lessons(read(data / FILE, _ALL))


def _rows(connection: sqlite3.Connection) -> list[Row]:
    return connection.execute(_ALL).fetchall()


def _lessons(rows: list[Row]) -> list[Lesson]:
    found = []
    for said, intents, time in rows:
        # One that somebody has broken by hand is no reason to lose the others.
        with suppress(msgspec.DecodeError):
            meant = _DECODER.decode(str(intents))
            found.append(Lesson(str(said), meant, str(time)))
    return found


def _row(lesson: Lesson, catalogue: Catalogue) -> TaughtRow:
    several: tuple[Said, ...] = tuple(
        {"action": intent.action, **intent.slots} for intent in lesson.intents
    )
    intent = several if len(several) > 1 else several[0] if several else _NO_COMMAND
    return TaughtRow(lesson.said, intent, lesson.time, lesson.fits(catalogue))
