"""Contents: what is in files, folders and the trash, counted and never followed."""

import os
import stat
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from whisperad.found import Found, counted, sized, some

MOST = 10_000  # entries that are counted of one folder


class _Tally:
    """Counts entries and their bytes until there are too many, or time is over."""

    def __init__(self, ends: float) -> None:
        self._ends = ends
        self.entries = 0
        self.size_bytes = 0
        self.is_cut = False

    def take(self, path: str) -> None:
        """Count a file, or a folder with all that is in it; links count themselves."""
        waiting = [path]
        while waiting and not self.is_cut:
            current = waiting.pop()
            try:
                info = os.lstat(current)
                self.entries += 1
                if not stat.S_ISDIR(info.st_mode):
                    self.size_bytes += info.st_size
                    continue
                with os.scandir(current) as entries:
                    waiting += (entry.path for entry in entries)
            except OSError:
                continue  # gone meanwhile, or not ours to look into
            self.is_cut = self.entries > MOST or time.monotonic() > self._ends

    def said(self, entries: int) -> str:
        """Say how many entries these are, of how many bytes."""
        more = "more than " if self.is_cut else ""
        return f"{more}{counted(entries, 'item')}, {more}{sized(self.size_bytes)}"


def files(paths: Iterable[str], ends: float) -> Found:
    """See what stands at paths, without following a link."""
    found = [_entry(path, ends) for path in paths]
    return Found(
        tuple(line for one in found for line in one.shown),
        frozenset().union(*(one.marks for one in found)),
        sum(one.count for one in found),
    )


def _entry(path: str, ends: float) -> Found:
    try:
        info = os.lstat(path)
        is_link, is_folder = stat.S_ISLNK(info.st_mode), stat.S_ISDIR(info.st_mode)
        mark = frozenset({f"{path}\0{info.st_dev}:{info.st_ino}:{info.st_mode}"})
        if is_link:
            return Found((f"{path}, a link to {Path(path).readlink()}",), mark)
        if not is_folder:
            return Found((f"{path}, {sized(info.st_size)}",), mark)
        names = sorted(child.name for child in Path(path).iterdir())
    except FileNotFoundError:
        return Found((f"{path}, which is not there",))
    except OSError as error:
        return Found((f"{path}, which cannot be looked at: {error.strerror}",))
    tally = _Tally(ends)
    tally.take(path)
    inside = max(0, tally.entries - 1)
    listed = f": {some(names)}" if names else ""
    shown = f"{path}, a folder with {tally.said(inside)}{listed}"
    marks = mark | {f"{path}\0{name}" for name in names[:MOST]}
    return Found((shown,), marks, inside)


def trash(home: Path, environ: Mapping[str, str], ends: float) -> Found:
    """See what is in the trash of the user, on all volumes."""
    names: list[str] = []
    marks: set[str] = set()
    closed: list[str] = []
    tally = _Tally(ends)
    for folder in _trashes(home, environ):
        try:
            inside = sorted(child.name for child in folder.iterdir())
        except FileNotFoundError:
            continue
        except OSError:
            closed.append(f"{folder}, which cannot be looked into")
            continue
        inside = [name for name in inside if name != ".DS_Store"]
        for name in inside:
            tally.take(f"{folder}/{name}")
        names += inside
        marks |= {f"{folder}\0{name}" for name in inside}
    if not names:
        return Found((*closed,) or ("the trash, which is empty",), frozenset())
    more = "more than " if tally.is_cut else ""
    size = f"{more}{sized(tally.size_bytes)}"
    shown = f"{counted(len(names), 'item')} in the trash, {size}: {some(names)}"
    return Found((shown, *closed), frozenset(marks), tally.entries)


def _trashes(home: Path, environ: Mapping[str, str]) -> Iterator[Path]:
    user = os.getuid()
    if sys.platform == "darwin":
        yield home / ".Trash"
        yield from Path("/Volumes").glob(f"*/.Trashes/{user}")
        return
    data = environ.get("XDG_DATA_HOME") or ""
    yield (
        Path(data) if data.startswith("/") else home / ".local/share"
    ) / "Trash/files"
    for top in _volumes():
        yield top / ".Trash" / str(user) / "files"
        yield top / f".Trash-{user}" / "files"


def _volumes() -> list[Path]:
    """Give where disks are mounted; what is no disk may keep whoever looks waiting."""
    try:
        mounts = Path("/proc/self/mounts").read_text(errors="surrogateescape")
    except OSError:
        return []
    split = (line.split(" ", 2) for line in mounts.splitlines())
    found = dict.fromkeys(part[1] for part in split if part[0].startswith("/dev/"))
    return [Path(place.replace("\\040", " ")) for place in found]
