"""Applications: which programs this machine has, read from where its system lists them.

Reads files, so it belongs into a thread that may wait. Never starts anything.
"""

import os
import plistlib
import re
import shlex
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from xml.parsers.expat import ExpatError

import msgspec

from whisperad.pack import Platform

_MACOS_FOLDERS = (
    "/Applications",
    "/Applications/Utilities",
    "/System/Applications",
    "/System/Applications/Utilities",
    "/System/Library/CoreServices/Applications",
    "~/Applications",
)
# Where package formats put entries that a service's XDG_DATA_DIRS often lacks.
_LINUX_EXTRA = (
    "~/.local/share/flatpak/exports/share",
    "/var/lib/flatpak/exports/share",
    "/var/lib/snapd/desktop",
)
# Programs that run what is named after them. Many applications may share one, so it
# must not be ended when one of them is.
_LAUNCHER = re.compile(
    r"(ba|da|fi|k|z)?sh|dbus-(launch|run-session)|dotnet|electron\d*|flatpak|gapplication"
    r"|gio|gjs|gtk-launch|java|mono|nice|node|nohup|perl|php|pkexec|python[\d.]*|qml|ruby"
    r"|setsid|snap|steam|sudo|systemd-run|wine\d*|x-terminal-emulator|xdg-open"
)
# A script of this name starts a program of that name.
_STARTED = {
    "brave-browser-stable": "brave",
    "gnome-terminal": "gnome-terminal-server",
    "google-chrome-stable": "chrome",
    "libreoffice": "soffice.bin",
    "microsoft-edge-stable": "msedge",
    "vivaldi-stable": "vivaldi-bin",
}


_Stamp = tuple[str, int, int]  # a file, when it was last changed, how long it is


class Application(msgspec.Struct, frozen=True):
    """One installed application, under the names its system uses for it."""

    name: str  # as people see it
    id: str  # desktop id without ".desktop", or bundle id
    process: str  # the program's name in a list of processes
    window: str  # the class of its windows; on macOS the process


class Applications:
    """The installed applications, read again when a file of theirs has changed."""

    def __init__(self, platform: Platform, folders: tuple[Path, ...]) -> None:
        self._platform = platform
        self._folders = folders
        self._lock = threading.Lock()
        self._seen: list[_Stamp] | None = None
        self._found: tuple[Application, ...] = ()
        self._files: tuple[Path, ...] = ()

    def current(self) -> tuple[Application, ...]:
        """Give what is installed now; the first application of a name counts."""
        with self._lock:
            # Taken before anything is read: what changes meanwhile is read next time.
            seen = [stamp for folder in self._folders for stamp in _stamps(folder)]
            if seen != self._seen:
                pairs = list(self._scan())
                self._found = tuple(app for app, _ in pairs)
                self._files = tuple(file for _, file in pairs)
                self._seen = seen
            return self._found

    def located(self) -> list[tuple[Application, Path]]:
        """Give what is installed now, each with the file or bundle that says so."""
        self.current()
        with self._lock:
            return list(zip(self._found, self._files, strict=True))

    def _scan(self) -> Iterator[tuple[Application, Path]]:
        suffix = ".app" if self._platform == "macos" else ".desktop"
        ids = set()
        for folder in self._folders:
            for path in _files(folder, suffix):
                # An entry hides those of the same id in later folders, even if it says
                # itself that it is not to be shown. A bundle is hidden by none but
                # itself, in a folder that is in another one's list.
                entry_id = str(path)
                if self._platform == "linux":
                    entry_id = "-".join(path.relative_to(folder).with_suffix("").parts)
                if entry_id in ids:
                    continue
                ids.add(entry_id)
                found = (
                    _bundle(path)
                    if self._platform == "macos"
                    else _desktop_entry(path, entry_id)
                )
                if found is not None:
                    yield found, path


def folders(
    platform: Platform, environ: Mapping[str, str], home: Path
) -> tuple[Path, ...]:
    """Give the folders in which the system of this machine lists applications."""
    if platform == "macos":
        return tuple(_expanded(folder, home) for folder in _MACOS_FOLDERS)
    own = environ.get("XDG_DATA_HOME") or str(home / ".local" / "share")
    shared = environ.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share"
    listed = [own, *shared.split(":"), *_LINUX_EXTRA]
    paths = [_expanded(folder, home) / "applications" for folder in listed if folder]
    return tuple(dict.fromkeys(paths))


def _expanded(folder: str, home: Path) -> Path:
    return home / folder[2:] if folder.startswith("~/") else Path(folder)


def _stamps(folder: Path, depth: int = 1) -> Iterator[_Stamp]:
    """Tell when the entries of a folder, and of the folders in it, were last changed."""
    try:
        with os.scandir(folder) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                yield from _stamp(entry, depth)
    except OSError:
        return


def _stamp(entry: os.DirEntry[str], depth: int) -> Iterator[_Stamp]:
    path = entry.path
    if path.endswith(".app"):  # a new version is another file in the same bundle
        path += "/Contents/Info.plist"
    elif not path.endswith(".desktop"):
        if depth and entry.is_dir():
            yield from _stamps(Path(entry.path), depth - 1)
        return
    try:
        found = os.stat(path)  # noqa: PTH116, a path object for each takes longer
        yield path, found.st_mtime_ns, found.st_size
    except OSError:
        yield path, 0, 0


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _files(folder: Path, suffix: str) -> Iterator[Path]:
    """Give the entries of a folder and of the folders in it, one level deep."""
    for entry in _entries(folder):
        if entry.suffix == suffix:
            yield entry
        elif entry.is_dir():
            yield from (inner for inner in _entries(entry) if inner.suffix == suffix)


def _desktop_entry(path: Path, entry_id: str) -> Application | None:
    """Read a `.desktop` file; None if it is no application or is not to be shown."""
    try:
        text = path.read_text(errors="replace")
    except OSError:
        return None
    keys: dict[str, str] = {}
    group = ""
    for line in text.splitlines():
        if line.startswith("["):
            group = line.strip()
        elif group == "[Desktop Entry]" and "=" in line and not line.startswith("#"):
            key, _, value = line.partition("=")
            keys.setdefault(key.strip(), value.strip())
    name = _unescaped(keys.get("Name", ""))
    hidden = "true" in {
        keys.get("NoDisplay", "").lower(),
        keys.get("Hidden", "").lower(),
    }
    if keys.get("Type", "Application") != "Application" or hidden or not name:
        return None
    program = _program(_unescaped(keys.get("Exec", ""))) or entry_id
    window = keys.get("StartupWMClass") or program
    return Application(name, entry_id, _STARTED.get(program, program), window)


def _unescaped(value: str) -> str:
    for escaped, plain in ((r"\s", " "), (r"\n", "\n"), (r"\t", "\t"), (r"\\", "\\")):
        value = value.replace(escaped, plain)
    return value


def _program(line: str) -> str:
    """Give the program's name in an Exec line, past `env VAR=value` before it.

    There is none if the program is shared with others: it only launches this one, or it
    is a browser that shows it.
    """
    try:
        words = shlex.split(line)
    except ValueError:
        words = line.split()
    is_launched = any(word.startswith(("--app=", "--app-id=")) for word in words)
    for word in words:
        if word.startswith("--command="):  # of `flatpak run`
            return word.removeprefix("--command=").rsplit("/", 1)[-1]
        if word == "env" or "=" in word or word.startswith("-") or is_launched:
            continue
        program = word.rsplit("/", 1)[-1]
        if _LAUNCHER.fullmatch(program) is None:
            return program
        is_launched = True
    return ""


def _bundle(path: Path) -> Application | None:
    """Read the `Info.plist` of an application bundle; None if it has none."""
    try:
        keys = plistlib.loads((path / "Contents" / "Info.plist").read_bytes())
    except (OSError, ValueError, ExpatError, plistlib.InvalidFileException):
        return None
    if not isinstance(keys, dict):
        return None
    process = str(keys.get("CFBundleExecutable") or path.stem)
    bundle_id = str(keys.get("CFBundleIdentifier") or path.stem)
    return Application(path.stem, bundle_id, process, process)
