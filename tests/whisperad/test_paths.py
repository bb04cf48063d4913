"""Spoken paths, held against real folders."""

from pathlib import Path

import pytest

from whisperad.applications import Applications
from whisperad.catalogue import Names
from whisperad.errors import CannotRun
from whisperad.machine import Machine
from whisperad.names import RealNames
from whisperad.paths import Paths


def paths(home: Path, cwd: Path | None = None) -> Paths:
    folders = {"downloads": "~/Downloads", "documents": "~/Documents"}
    names = Names({}, {}, {}, {"linux": folders}, {}, {})
    return Paths(
        RealNames(names, "linux", Applications("linux", ())),
        Machine("linux", home, {}),
        cwd,
    )


@pytest.mark.parametrize(
    ("said", "path"),
    [
        ("notes dot txt", "notes.txt"),
        ("Meeting Notes dot md", "Meeting Notes.md"),
        ("~/notes.txt", "notes.txt"),
        ("tilde slash src slash main dot py", "src/main.py"),
        ("dot bashrc", ".bashrc"),
        ("src/../a.txt", "a.txt"),
        ("downloads", "Downloads"),
    ],
)
def test_a_path_starts_at_home(tmp_path: Path, said: str, path: str) -> None:
    assert paths(tmp_path).path(said) == tmp_path / path


def test_a_relative_path_starts_at_the_folder_of_the_client(tmp_path: Path) -> None:
    assert paths(tmp_path, Path("/srv")).path("notes.txt") == Path("/srv/notes.txt")
    assert paths(tmp_path, Path("/srv")).path("~/a") == tmp_path / "a"
    assert paths(tmp_path, Path("/srv")).path("/etc/hosts") == Path("/etc/hosts")


@pytest.mark.parametrize("said", ["readme dot md", "read me.md", "READ_ME.md"])
def test_what_is_there_need_not_be_spelt(tmp_path: Path, said: str) -> None:
    (tmp_path / "README.md").touch()

    assert paths(tmp_path).path(said) == tmp_path / "README.md"


def test_of_two_that_could_be_meant_none_is(tmp_path: Path) -> None:
    (tmp_path / "to-do.txt").touch()
    (tmp_path / "to_do.txt").touch()

    assert paths(tmp_path).path("todo.txt") == tmp_path / "todo.txt"


def test_a_path_is_absolute_whatever_it_begins_with(tmp_path: Path) -> None:
    assert paths(tmp_path).path("-rf") == tmp_path / "-rf"


def test_a_folder_is_known_or_there_or_nearly_known(tmp_path: Path) -> None:
    (tmp_path / "My-Projects").mkdir()

    assert paths(tmp_path).folder("the downloads folder") == tmp_path / "Downloads"
    assert paths(tmp_path).folder("my projects folder") == tmp_path / "My-Projects"
    assert paths(tmp_path, Path("/")).folder("my projects") == tmp_path / "My-Projects"
    assert paths(tmp_path).folder("downlaods") == tmp_path / "Downloads"
    assert paths(tmp_path).folder("Zorblax") == tmp_path / "Zorblax"


def test_a_file_is_no_folder_as_to_open_it_might_run_it(tmp_path: Path) -> None:
    (tmp_path / "tidy.command").touch()

    with pytest.raises(CannotRun, match=r"tidy\.command is no folder"):
        paths(tmp_path).folder("the tidy dot command folder")


def test_a_folder_in_the_folder_of_the_client_is_nearer_than_home(
    tmp_path: Path,
) -> None:
    here = tmp_path / "here"
    (here / "build").mkdir(parents=True)
    (tmp_path / "build").mkdir()

    assert paths(tmp_path, here).folder("build") == here / "build"


def test_known_folders_go_by_the_name_the_desktop_has_for_them(tmp_path: Path) -> None:
    (tmp_path / ".config").mkdir()
    (tmp_path / ".config" / "user-dirs.dirs").write_text(
        'XDG_DOWNLOAD_DIR="$HOME/Herunter"\nXDG_DOCUMENTS_DIR="$HOME/"\n'
    )

    assert paths(tmp_path).folder("downloads") == tmp_path / "Herunter"
    assert paths(tmp_path).folder("documents") == tmp_path / "Documents"
