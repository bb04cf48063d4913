"""Databases: private, taken on from older versions, and replaced when damaged."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from whisperad.database import Database, read
from whisperad.errors import CannotKeep

STEPS = ("CREATE TABLE kept (word TEXT)",)
MORE = (*STEPS, "ALTER TABLE kept ADD COLUMN times INTEGER NOT NULL DEFAULT 1")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state" / "kept.db"


@pytest.fixture
def database(file: Path) -> Iterator[Database]:
    made = Database(file, STEPS)
    yield made
    made.close()


def add(database: Database, word: str) -> None:
    database.run(lambda c: c.execute("INSERT INTO kept (word) VALUES (?)", (word,)))


def words(database: Database) -> list[str]:
    return [
        row[0]
        for row in database.run(lambda c: c.execute("SELECT word FROM kept").fetchall())
    ]


def test_only_its_user_can_read_it(database: Database, file: Path) -> None:
    add(database, "one")
    modes = {path.stat().st_mode & 0o777 for path in file.parent.iterdir()}

    assert modes == {0o600}
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert len(list(file.parent.iterdir())) == 3  # with the log of what is written


def test_one_that_others_could_read_is_made_private(
    database: Database, file: Path
) -> None:
    file.parent.mkdir()
    file.touch(0o644)
    add(database, "one")

    assert file.stat().st_mode & 0o777 == 0o600


def test_what_was_written_is_there_again(database: Database, file: Path) -> None:
    add(database, "one")
    database.close()
    add(database, "two")

    assert words(database) == ["one", "two"]
    assert read(file, "SELECT word FROM kept") == [("one",), ("two",)]
    assert database.problems == ()


def test_a_job_that_fails_changes_nothing(database: Database) -> None:
    add(database, "one")

    def job(connection: sqlite3.Connection) -> None:
        connection.execute("DELETE FROM kept")
        raise ValueError

    with pytest.raises(ValueError, match=r"^$"):
        database.run(job)

    assert words(database) == ["one"]


@pytest.mark.parametrize("junk", [b"junk", b"junk " * 4000])
def test_a_file_that_is_no_database_is_moved_aside(
    database: Database, file: Path, junk: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    file.parent.mkdir()
    file.write_bytes(junk)
    add(database, "one")
    (aside,) = file.parent.glob("kept.db.damaged-*")
    (problem,) = database.problems

    assert words(database) == ["one"]
    assert aside.read_bytes() == junk
    assert problem.startswith(f"{file} was damaged (file is not a database); ")
    assert aside.name in problem
    assert '"event":"database-damaged"' in capfd.readouterr().err


def test_a_database_with_damaged_pages_is_moved_aside(
    database: Database, file: Path
) -> None:
    for number in range(200):
        add(database, f"word {number} " * 50)
    database.close()
    data = bytearray(file.read_bytes())
    data[4096:12288] = b"\xff" * 8192
    file.write_bytes(data)
    add(database, "one")

    assert words(database) == ["one"]
    assert len(list(file.parent.glob("kept.db.damaged-*"))) == 1


def test_one_that_is_damaged_while_it_is_open_is_moved_aside(
    database: Database, file: Path
) -> None:
    add(database, "one")
    for path in file.parent.iterdir():
        path.write_bytes(b"\xff" * path.stat().st_size)
    add(database, "two")

    assert words(database) == ["two"]
    assert len(database.problems) == 1


def test_one_of_an_older_version_is_taken_on(database: Database, file: Path) -> None:
    add(database, "one")
    database.close()
    newer = Database(file, MORE)
    rows = newer.run(lambda c: c.execute("SELECT * FROM kept").fetchall())
    newer.close()

    assert rows == [("one", 1)]
    assert read(file, "PRAGMA user_version") == [(2,)]


def test_one_of_a_newer_version_is_left_as_it_is(
    file: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with closing(Database(file, MORE)) as newer:
        newer.run(lambda c: c.execute("INSERT INTO kept VALUES ('one', 2)"))
    older = Database(file, STEPS)
    for _ in range(3):
        with pytest.raises(CannotKeep, match="version 1 or older, found 2"):
            add(older, "two")

    assert older.problems == (
        f"{file}: expected version 1 or older, found 2, which a newer Whispera wrote;"
        " it is left as it is",
    )
    assert read(file, "SELECT * FROM kept") == [("one", 2)]
    assert capfd.readouterr().err.count('"event":"cannot-keep"') == 1


def test_what_cannot_be_written_is_logged_once_until_it_can(
    database: Database, file: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file.parent.write_text("a file where the folder should be")
    for _ in range(3):
        with pytest.raises(CannotKeep, match=r"File exists|Not a directory"):
            add(database, "one")
    (problem,) = database.problems
    logged = capfd.readouterr().err
    file.parent.unlink()
    add(database, "two")

    assert problem.startswith(f"{file}: ")
    assert logged.count('"event":"cannot-keep"') == 1
    assert database.problems == ()
    assert words(database) == ["two"]


def test_what_was_deleted_is_not_on_the_disk(database: Database, file: Path) -> None:
    add(database, "hunter2")
    database.run(lambda c: c.execute("DELETE FROM kept"))
    database.shrink()

    assert not any(b"hunter2" in path.read_bytes() for path in file.parent.iterdir())


def test_a_file_that_is_not_there_has_no_rows(tmp_path: Path) -> None:
    assert read(tmp_path / "none.db", "SELECT word FROM kept") == []
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_file_is_not_read_as_empty(tmp_path: Path) -> None:
    (tmp_path / "kept.db").write_bytes(b"junk " * 4000)

    with pytest.raises(CannotKeep, match="file is not a database"):
        read(tmp_path / "kept.db", "SELECT word FROM kept")
