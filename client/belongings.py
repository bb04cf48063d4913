"""What Whispera keeps on the disk, and how all of it but the config is removed."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from client import holder, tables
from launchd.service import Refused
from whisperad import wire

# What our programs make in each folder; whatever else lies there is somebody else's.
DATA = ("adapters", "dataset", "models", "taught.db*")
STATE = (
    "children",
    "history.db*",
    "learnt",
    ".learnt-*",
    "timers.*",
    ".timers-*",
    "whisperad.log*",
    "working_folder*",
)
LOCKED = ("adapters", "models")  # in the data folder, by whoever writes there

Row = tuple[str, str]  # what became of it, and which folder or file


def check_free(paths: wire.Paths) -> None:
    """Raise `Refused` if a training or a download writes into the data folder."""
    for name in LOCKED:
        folder = Path(paths.data, name)
        if holder.is_held(folder / ".lock"):
            raise Refused(
                f"{folder}: a training or a download is at work there; wait for it or"
                " stop it"
            )


def remove(paths: wire.Paths, home: str, *, keep_data: bool) -> list[Row]:
    """Remove all that our programs made but the config, and tell what became of what.

    No link is followed, and nothing is removed that we did not make.
    """
    socket = Path(paths.socket)
    ours = (socket.name, f"{socket.name}{wire.LOCK_SUFFIX}")
    is_elsewhere = socket.parent != Path(paths.run)
    rows = list(_removed_files(socket.parent, ours)) if is_elsewhere else []
    folders = [(paths.run, ours), (paths.state, STATE)]
    if keep_data:
        rows += [("kept", f"{paths.data}: your data")] * Path(paths.data).exists()
    else:
        folders.append((paths.data, DATA))
    for folder, names in folders:
        rows += _removed(Path(folder), names, Path(home))
    return rows


def _removed(folder: Path, ours: Sequence[str], home: Path) -> list[Row]:
    """Remove what is ours in a folder, and the folder if that was all."""
    if not os.path.lexists(folder):
        return []
    problem = _problem(folder, home)
    if problem:
        return [("left", f"{folder}: {problem}")]
    entries = _entries(folder, ours)
    for entry in entries:
        # Neither of them follows a link, wherever in the folder it is.
        if stat.S_ISDIR(entry.lstat().st_mode):
            shutil.rmtree(entry)
        else:
            entry.unlink()
    others = list(folder.iterdir())
    if others:
        gone = [("removed", f"{folder}: {_names(entries)}")] * bool(entries)
        return [*gone, ("left", f"{folder}: not made by Whispera: {_names(others)}")]
    folder.rmdir()
    return [("removed", str(folder))]


def _names(entries: Sequence[Path]) -> str:
    return ", ".join(sorted(tables.plain(entry.name) for entry in entries))


def _removed_files(folder: Path, ours: Sequence[str]) -> Iterator[Row]:
    """Remove socket and lock from a folder that the user has chosen."""
    for name in ours:
        file = folder / name
        if os.path.lexists(file) and not stat.S_ISDIR(file.lstat().st_mode):
            file.unlink()
            yield "removed", str(file)


def _entries(folder: Path, ours: Sequence[str]) -> list[Path]:
    return [
        entry
        for entry in folder.iterdir()
        if any(fnmatchcase(entry.name, name) for name in ours)
    ]


def _problem(folder: Path, home: Path) -> str | None:
    """Say why a folder is not ours to touch; None if it is."""
    found = folder.lstat()
    if stat.S_ISLNK(found.st_mode):
        return f"a symbolic link to {folder.readlink()}; remove that yourself"
    if not stat.S_ISDIR(found.st_mode):
        return "expected a folder, found something else"
    if found.st_uid != os.geteuid():
        return f"it belongs to user {found.st_uid}"
    if home.resolve().is_relative_to(folder.resolve()):
        return "your home folder is in it"
    if folder.is_mount():
        return "a file system of its own"
    return None
