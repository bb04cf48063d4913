"""Processes: which programs run by a name, a number, a port, or in windows."""

import os
import re
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from whisperad.found import Found, counted, output, some

_LINUX = sys.platform == "linux"
_PROC = Path("/proc")
_SHORT = 15  # characters that Linux keeps of a program's name
_LISTENING = "0A"  # of a socket's states
MOST = 20  # processes that are listed
_STICKY = "-1"  # the desktop of panels and the wallpaper
_PS = ("/bin/ps", "-axo", "pid=,uid=,comm=")

Process = tuple[int, str]  # its number and its program's name


def named(name: str, ends: float) -> Found:
    """See which processes of the user have a name."""
    found = [one for one in _running(ends) if _is_called(one, name)]
    return _listed(found, f'no process is called "{name}"')


def numbered(pid: int, ends: float) -> Found:
    """See which program a process is of."""
    found = [one for one in _running(ends, everybodys=True) if one[0] == pid]
    return _listed(found, f"no process has the number {pid}")


def listening(port: int, environ: Mapping[str, str], ends: float) -> Found:
    """See which processes listen on a TCP port."""
    if _LINUX:
        pids = _holders(_sockets(port), ends)
    else:
        asked = ("lsof", "-nP", "-t", f"-iTCP:{port}", "-sTCP:LISTEN")
        pids = {int(line) for line in (output(asked, environ, ends) or "").split()}
    found = [one for one in _running(ends, everybodys=True) if one[0] in pids]
    return _listed(found, f"nothing that is ours to see listens on port {port}")


def windows(
    environ: Mapping[str, str], ends: float, *, in_front: bool = False
) -> Found:
    """See which applications have windows, or which is in front."""
    names = _with_windows(environ, ends)
    if names is None:
        return Found(("every window that is open; they cannot be listed here",))
    if in_front:
        front = _in_front(environ, ends)
        names = {name: count for name, count in names.items() if name == front}
    return _applications(names) if names else Found(("no window is open",))


def session(environ: Mapping[str, str], ends: float) -> Found:
    """See which applications end with the session, where they can be listed."""
    names = _with_windows(environ, ends)
    return _applications(names) if names else Found()


def _applications(names: Mapping[str, int]) -> Found:
    each = (f"{name} ({n} windows)" if n > 1 else name for name, n in names.items())
    shown = f"{counted(len(names), 'application')}: {some(each)}"
    return Found((shown,), frozenset(names), sum(names.values()))


def _listed(found: list[Process], none: str) -> Found:
    if not found:
        return Found((none,))
    each = [f"{pid} ({name})" for pid, name in sorted(found)]
    many = f"{len(each)} processes: {some(each, MOST)}"
    shown = many if len(each) > 1 else f"process {each[0]}"
    return Found((shown,), frozenset(each))


def _is_called(process: Process, name: str) -> bool:
    pid, known = process
    if known == name:
        return True
    if not _LINUX or len(name) <= _SHORT or known != name[:_SHORT]:
        return False
    try:
        first = (_PROC / str(pid) / "cmdline").read_bytes().split(b"\0")[0]
    except OSError:
        return False
    return os.fsdecode(first).rsplit("/", 1)[-1] == name


def _running(ends: float, *, everybodys: bool = False) -> Iterator[Process]:
    """Give the processes of the user, or of everybody."""
    user = None if everybodys else os.getuid()
    if not _LINUX:
        for line in (output(_PS, {}, ends) or "").splitlines():
            pid, uid, program = line.split(None, 2)
            if user is None or int(uid) == user:
                yield int(pid), program.rsplit("/", 1)[-1]
        return
    for folder in _numbers():
        try:
            if user is None or folder.stat().st_uid == user:
                name = (folder / "comm").read_text(errors="replace").rstrip("\n")
                yield int(folder.name), name
        except OSError:
            continue  # it has ended
        if time.monotonic() > ends:
            return


def _numbers() -> list[Path]:
    return [folder for folder in _PROC.iterdir() if folder.name.isdigit()]


def _sockets(port: int) -> set[str]:
    """Give the sockets that listen on a port, as links to them are named."""
    found = set()
    for table in ("tcp", "tcp6"):
        try:
            lines = (_PROC / "net" / table).read_text().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split()
            is_at_port = int(fields[1].rsplit(":", 1)[1], 16) == port
            if is_at_port and fields[3] == _LISTENING:
                found.add(f"socket:[{fields[9]}]")
    return found


def _holders(sockets: set[str], ends: float) -> set[int]:
    found: set[int] = set()
    for folder in _numbers() if sockets else ():
        try:
            if any(
                str(link.readlink()) in sockets for link in (folder / "fd").iterdir()
            ):
                found.add(int(folder.name))
        except OSError:
            continue
        if time.monotonic() > ends:
            break
    return found


def _with_windows(environ: Mapping[str, str], ends: float) -> dict[str, int] | None:
    """Count the windows of each application; None where nobody can say."""
    if _LINUX:
        said = output(("wmctrl", "-l", "-x"), environ, ends)
        if said is None:
            return None
        rows = (line.split(None, 3) for line in said.splitlines())
        return dict(Counter(_class(row[2]) for row in rows if row[1] != _STICKY))
    said = output(("lsappinfo", "visibleProcessList"), environ, ends)
    return None if said is None else dict.fromkeys(_quoted(said), 1)


def _in_front(environ: Mapping[str, str], ends: float) -> str | None:
    if _LINUX:
        active = output(("xdotool", "getactivewindow"), environ, ends) or ""
        said = output(("wmctrl", "-l", "-x"), environ, ends) or ""
        for row in (line.split(None, 3) for line in said.splitlines()):
            if active.strip().isdigit() and int(row[0], 16) == int(active):
                return _class(row[2])
        return None
    said = output(("lsappinfo", "visibleProcessList"), environ, ends) or ""
    return next(iter(_quoted(said)), None)


def _class(window: str) -> str:
    """Give the application of a window's class: "Navigator.Firefox" -> "Firefox"."""
    return window.rsplit(".", 1)[-1]


def _quoted(said: str) -> Iterable[str]:
    """Name the applications in a list of macOS, which is in order, the front first."""
    return (name.replace("_", " ") for name in re.findall(r'"([^"]*)"', said))
