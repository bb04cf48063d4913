"""What is in files, folders and the trash, as a question about them names it."""

import os
import sys
import time
from pathlib import Path

import pytest

from whisperad import contents
from whisperad.found import Found


def files(*paths: Path) -> Found:
    return contents.files(map(str, paths), time.monotonic() + 5)


def trash(home: Path, **environ: str) -> Found:
    return contents.trash(home, environ, time.monotonic() + 5)


def test_a_folder_is_counted_with_all_that_is_in_it(tmp_path: Path) -> None:
    (tmp_path / "a" / "deep").mkdir(parents=True)
    (tmp_path / "a" / "deep" / "one").write_bytes(b"x" * 1500)
    (tmp_path / "a" / "two").write_bytes(b"x" * 500)
    folder = files(tmp_path / "a")
    file = files(tmp_path / "a" / "two")

    assert folder.shown == (f"{tmp_path}/a, a folder with 3 items, 2.0 kB: deep, two",)
    assert folder.count == 3
    assert file.shown == (f"{tmp_path}/a/two, 500 bytes",)


def test_links_are_named_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    (tmp_path / "far" / "big").write_bytes(b"x" * 5000)
    (tmp_path / "near").mkdir()
    (tmp_path / "near" / "way").symlink_to(tmp_path / "far")
    (tmp_path / "near" / "round").symlink_to(tmp_path / "near")
    link = files(tmp_path / "near" / "way")
    folder = files(tmp_path / "near")

    assert link.shown == (f"{tmp_path}/near/way, a link to {tmp_path}/far",)
    assert folder.count == 2
    assert "5.0 kB" not in folder.shown[0]


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    found = files(tmp_path / "none")

    assert found.shown == (f"{tmp_path}/none, which is not there",)
    assert not found.marks


def test_the_first_names_stand_for_many(tmp_path: Path) -> None:
    for number in range(8):
        (tmp_path / f"file {number}").touch()
    (shown,) = files(tmp_path).shown

    assert shown.endswith("0 bytes: file 0, file 1, file 2, file 3, file 4, and 3 more")


def test_a_count_has_an_end(tmp_path: Path) -> None:
    for number in range(200):
        folder = tmp_path / str(number)
        folder.mkdir()
        for name in range(60):
            os.link(_one(tmp_path), folder / str(name))
    found = files(tmp_path)
    late = contents.files([str(tmp_path)], time.monotonic() - 1)

    assert f"{tmp_path}, a folder with more than 1" in found.shown[0]
    assert contents.MOST <= found.count < contents.MOST + 1000
    assert "more than 0 items" in late.shown[0]


def _one(folder: Path) -> Path:
    file = folder / "one"
    file.touch()
    return file


@pytest.mark.skipif(sys.platform != "linux", reason="a Mac has another trash")
def test_the_trash_is_counted_as_its_owner_sees_it(tmp_path: Path) -> None:
    trashed = tmp_path / "data" / "Trash" / "files"
    trashed.mkdir(parents=True)
    empty = trash(tmp_path, XDG_DATA_HOME=str(tmp_path / "data"))
    (trashed / "report.pdf").write_bytes(b"x" * 2_500_000)
    (trashed / "old project").mkdir()
    (trashed / "old project" / "main.py").write_bytes(b"x" * 100)
    (trashed / "link").symlink_to("/usr")
    full = trash(tmp_path, XDG_DATA_HOME=str(tmp_path / "data"))

    assert empty.shown == ("the trash, which is empty",)
    (shown,) = full.shown
    assert shown == "3 items in the trash, 2.5 MB: link, old project, report.pdf"
    assert full.count == 4
    assert len(full.marks) == 3


@pytest.mark.skipif(sys.platform != "linux", reason="a Mac has another trash")
def test_without_a_data_folder_of_its_own_the_trash_is_in_the_home(
    tmp_path: Path,
) -> None:
    (tmp_path / ".local/share/Trash/files").mkdir(parents=True)
    (tmp_path / ".local/share/Trash/files/x").touch()

    assert trash(tmp_path).shown == ("1 item in the trash, 0 bytes: x",)
