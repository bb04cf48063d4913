"""Applications: which programs this machine has, read from where its system lists them.

Reads files, so it belongs into a thread that may wait. Never starts anything.
"""

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


class Application(msgspec.Struct, frozen=True):
    """One installed application, under the names its system uses for it."""

    name: str  # as people see it
    id: str  # desktop id without ".desktop", or bundle id
    process: str  # the program's name in a list of processes
    window: str  # the class of its windows; on macOS the process


class Applications:
    """The installed applications, read again when a folder of theirs has changed."""

    def __init__(self, platform: Platform, folders: tuple[Path, ...]) -> None:
        self._platform = platform
        self._folders = folders
        self._lock = threading.Lock()
        self._seen: dict[Path, int] | None = None
        self._found: tuple[Application, ...] = ()

    def current(self) -> tuple[Application, ...]:
        """Give what is installed now; the first application of a name counts."""
        with self._lock:
            seen = {folder: _changed(folder) for folder in self._watched()}
            if seen != self._seen:
                self._found = tuple(self._scan())
                self._seen = {folder: _changed(folder) for folder in self._watched()}
            return self._found

    def _watched(self) -> Iterator[Path]:
        for folder in self._folders:
            yield folder
            for entry in _entries(folder):
                if entry.suffix not in {".app", ".desktop"} and entry.is_dir():
                    yield entry

    def _scan(self) -> Iterator[Application]:
        ids = set()
        for folder in self._folders:
            for path in _files(
                folder, ".app" if self._platform == "macos" else ".desktop"
            ):
                if self._platform == "macos":
                    found = _bundle(path)
                else:
                    # An entry hides those of the same id in later folders, even if it
                    # says itself that it is not to be shown.
                    entry_id = "-".join(path.relative_to(folder).with_suffix("").parts)
                    if entry_id in ids:
                        continue
                    ids.add(entry_id)
                    found = _desktop_entry(path, entry_id)
                if found is not None:
                    yield found


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


def _changed(folder: Path) -> int:
    try:
        return folder.stat().st_mtime_ns
    except OSError:
        return 0


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
