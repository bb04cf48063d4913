"""Spoken paths: "notes dot txt", "~/src", "my projects folder" -> absolute paths.

Looks at what is there, so that case, blanks and dashes need not be said.
"""

import os
import re
import tempfile
from pathlib import Path

from whisperad import addresses
from whisperad.errors import CannotRun
from whisperad.machine import Machine
from whisperad.names import RealNames, key

_SIGNS = frozenset(("dot", "slash", "dash", "hyphen", "underscore", "tilde"))
_FOR_EVERYBODY = ("/tmp", "/var/tmp", "/media", "/run/media", "/mnt", "/Volumes")  # noqa: S108 - nothing is written there
_MAX_ENTRIES = 5000  # of a folder that is searched for a name


def confine(path: Path, home: Path, cwd: Path | None) -> None:
    """Let a path be only where a user's own files are.

    That is inside the home folder, the working folder, folders for temporary files and
    other volumes. Links on the way count for where they lead; a link at its end is an
    entry like others. Raises `CannotRun`.
    """
    folder = Path(os.path.realpath(path.parent))
    real = folder / path.name
    places = [str(home), *_FOR_EVERYBODY, tempfile.gettempdir(), str(cwd or home)]
    inside = {Path(os.path.realpath(place)) for place in places} - {Path("/")}
    if real in inside or not any(map(real.is_relative_to, inside)):
        led = f", which is {real}," if real != path else ""
        raise CannotRun(
            f"{path}{led} is not in a folder of yours; expected a path inside {home},"
            " the working folder, a temporary folder or another volume"
        )


class Paths:
    """Reads paths as they are meant in one folder."""

    def __init__(self, names: RealNames, machine: Machine, cwd: Path | None) -> None:
        self._names = names
        self._machine = machine
        self._home = machine.home
        self._start = cwd or machine.home

    def path(self, said: str) -> Path:
        """Give the file or folder that is meant, whether it exists or not."""
        text = addresses.with_signs(said, _SIGNS)
        found = self._existing(text, self._start)
        if found is not None:
            return found
        folder = self._names.folder(said)
        if folder is not None and "/" not in text:
            return self._known(folder)
        return self._absolute(text, self._start)

    def folder(self, said: str) -> Path:
        """Give the folder that is meant: a known one, one that is there, a near name.

        Raises `CannotRun` for a file: to open it might run it.
        """
        folder = self._names.folder(said)
        if folder is not None:
            return self._known(folder)
        text = addresses.with_signs(said, _SIGNS)
        named = re.sub(r" (?:folder|directory)$", "", text, flags=re.IGNORECASE)
        bare = re.sub(r"^(?:my|the) ", "", named, flags=re.IGNORECASE)
        for start in dict.fromkeys((self._start, self._home)):
            for name in dict.fromkeys((text, named, bare)):
                found = self._existing(name, start)
                if found is not None and found.is_dir():
                    return found
        near = self._names.near_folder(said)
        if near is not None:
            return self._known(near)
        for name in dict.fromkeys((text, named, bare)):
            found = self._existing(name, self._start)
            if found is not None and not found.is_dir():
                raise CannotRun(f"{found} is no folder")
        return self._absolute(bare, self._start)

    def _known(self, folder: str) -> Path:
        return self._absolute(self._machine.user_folder(folder), self._home)

    def _absolute(self, text: str, start: Path) -> Path:
        if text == "~" or text.startswith("~/"):
            start, text = self._home, text[2:]
        return Path(os.path.normpath(start / text))

    def _existing(self, text: str, start: Path) -> Path | None:
        """Find a path that exists, each part of it as it is really spelt."""
        wanted = self._absolute(text, start)
        found = Path(wanted.anchor)
        for part in wanted.parts[1:]:
            if os.path.lexists(found / part):
                found /= part
                continue
            spelt = _spelt(found, part)
            if spelt is None:
                return None
            found = spelt
        return found


def _spelt(folder: Path, name: str) -> Path | None:
    """Find the one entry with this name, but for case, blanks and dashes."""
    wanted = key(name)
    found = []
    try:
        with os.scandir(folder) as entries:
            for _, entry in zip(range(_MAX_ENTRIES), entries, strict=False):
                if key(entry.name) == wanted:
                    found.append(entry.name)
    except OSError:
        return None
    return folder / found[0] if len(found) == 1 else None
