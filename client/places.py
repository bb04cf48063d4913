"""Checks of files: whose the socket and the folders are, and who else may use them."""

from __future__ import annotations

import errno
import os
import shlex
import stat
import tempfile
from pathlib import Path

from client import claim
from client.finding import Finding, with_step
from whisperad import wire

_GROUP_WRITES, _OTHERS_WRITE = 0o020, 0o002


def socket(path: str) -> list[Finding]:
    """Check the socket and the folder it is in."""
    problem = wire.socket_path_problem(path)
    if problem:
        step = "set WHISPERA_SOCKET to a shorter one"
        return [with_step("socket", problem, step)]
    return [
        _socket(Path(path)),
        *claim.lock(path),
        _socket_folder(Path(path).parent),
    ]


def folder(name: str, path: Path, *, is_private: bool = False) -> Finding:
    """Check one of our folders; nobody else may look into one that is private."""
    quoted = shlex.quote(str(path))
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return _missing(name, path)
    except OSError as error:
        step = f"see why with `ls -ld {quoted}`, and for the folders above it"
        return Finding(name, "failed", f"{path}: {error.strerror}", step)
    if not stat.S_ISDIR(found.st_mode):
        told = f"{path}: expected a folder, found something else"
        return Finding(name, "failed", told, f"move it away: mv {quoted} {quoted}.old")
    trouble = _trouble(name, path, found)
    if trouble:
        return trouble
    if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
        told = f"{path}: mode {_mode(found)}, we may not read and write there"
        return Finding(name, "failed", told, f"chmod u+rwx {quoted}")
    unwritable = _unwritable(name, path)
    if unwritable:
        return unwritable
    if is_private and found.st_mode & 0o077:
        told = f"{path}: mode {_mode(found)}, others may look into it"
        return Finding(name, "warning", told, f"chmod 700 {quoted}")
    return Finding(name, "ok", f"{path}, mode {_mode(found)}")


def config(path: Path) -> list[Finding]:
    """Check the folder of the configuration, which decides what is run, and all in it."""
    findings = [folder("config folder", path)]
    if not path.is_dir():
        return findings
    for place, folders, files in os.walk(path):
        for entry in sorted(folders + files):
            inside = Path(place, entry)
            try:
                found = inside.stat()
            except OSError:
                continue  # a link to nothing; if it matters, loading says so
            trouble = _trouble("config folder", inside, found)
            if trouble:
                findings.append(trouble)
    return findings


def _socket(path: Path) -> Finding:
    quoted = shlex.quote(str(path))
    remove = f"rm {quoted}, then `whispera restart`"
    try:
        found = path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        told = f"{path}: not there; a daemon makes it"
        return Finding("socket", "skipped", told, "start the daemon: `whispera start`")
    except OSError as error:
        told = f"{path}: {error.strerror}"
        return Finding("socket", "failed", told, "see the socket folder below")
    if stat.S_ISLNK(found.st_mode):
        told = f"{path}: expected a socket, found a link to {path.readlink()}"
        return Finding("socket", "failed", told, remove)
    if not stat.S_ISSOCK(found.st_mode):
        told = f"{path}: expected a socket, found something else"
        return Finding(
            "socket", "failed", told, f"move it away: mv {quoted} {quoted}.old"
        )
    if found.st_uid != os.geteuid():
        told = f"{path}: expected it to be ours, found it to be of user {found.st_uid}"
        return Finding("socket", "failed", told, remove)
    if stat.S_IMODE(found.st_mode) != 0o600:
        told = f"{path}: expected mode 600, found {_mode(found)}"
        return Finding("socket", "failed", told, f"chmod 600 {quoted}")
    if claim.is_deserted(str(path)):
        told = f"{path}: nobody listens; a daemon that was killed has left it"
        step = "start the daemon with `whispera start`, which replaces it"
        return Finding("socket", "warning", told, step)
    return Finding("socket", "ok", f"{path}, ours, mode 600")


def _socket_folder(path: Path) -> Finding:
    name, quoted = "socket folder", shlex.quote(str(path))
    elsewhere = "set WHISPERA_SOCKET to a path in a folder that is yours alone"
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return _missing(name, path)
    except OSError as error:
        return Finding(name, "failed", f"{path}: {error.strerror}", elsewhere)
    if not stat.S_ISDIR(found.st_mode):
        told = f"{path}: expected a folder, found something else"
        return Finding(name, "failed", told, elsewhere)
    if found.st_uid != os.geteuid():
        told = f"{path}: expected it to be ours, found it to be of user {found.st_uid}"
        return Finding(name, "failed", told, elsewhere)
    if stat.S_IMODE(found.st_mode) != 0o700:
        told = f"{path}: expected mode 700, found {_mode(found)}"
        step = f"chmod 700 {quoted}, if nobody else needs it; else {elsewhere}"
        return Finding(name, "failed", told, step)
    if path.is_symlink():
        told = f"{path}: expected a folder, found a link to {path.readlink()}"
        return Finding(name, "failed", told, "use the folder itself: " + elsewhere)
    return Finding(name, "ok", f"{path}, ours, mode 700")


def _unwritable(name: str, path: Path) -> Finding | None:
    """Tell if nothing can be written, whatever the mode says of it."""
    try:
        with tempfile.TemporaryFile(dir=path) as probe:
            probe.write(b"\0")
    except OSError as error:
        told = f"{path}: nothing can be written there: {error.strerror}"
        quoted = shlex.quote(str(path))
        step = f"see the disk that it is on: df -h {quoted} (full, or read-only)"
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            step = f"make room on the disk that it is on: df -h {quoted}"
        return Finding(name, "failed", told, step)
    return None


def _missing(name: str, path: Path) -> Finding:
    """Tell of a folder that is not there, which is well if it can be made."""
    if path.is_symlink():
        told = f"{path}: a link to {path.readlink()}, which is not there"
        step = f"make that folder, or remove the link: rm {shlex.quote(str(path))}"
        return Finding(name, "failed", told, step)
    above = next(parent for parent in path.parents if os.path.lexists(parent))
    if above.is_dir() and os.access(above, os.W_OK | os.X_OK):
        return Finding(name, "ok", f"{path}: not there yet; made when it is needed")
    told = f"{path}: not there, and we may not make it in {above}"
    step = f"see whose that is with `ls -ld {shlex.quote(str(above))}`"
    return Finding(name, "failed", told, step)


def _trouble(name: str, path: Path, found: os.stat_result) -> Finding | None:
    """Tell if a file or folder belongs to others or others may write to it."""
    quoted = shlex.quote(str(path))
    if found.st_uid not in {os.geteuid(), 0}:
        told = f"{path}: expected it to be ours, found it to be of user {found.st_uid}"
        step = f"sudo chown -R {os.geteuid()} {quoted}"
        return Finding(name, "failed", told, step)
    if found.st_mode & _OTHERS_WRITE:
        told = f"{path}: mode {_mode(found)}, anybody may write to it"
        return Finding(name, "failed", told, f"chmod go-w {quoted}")
    if found.st_mode & _GROUP_WRITES:
        told = f"{path}: mode {_mode(found)}, its group may write to it"
        return Finding(name, "warning", told, f"chmod g-w {quoted}")
    return None


def _mode(found: os.stat_result) -> str:
    return f"{stat.S_IMODE(found.st_mode):o}"
