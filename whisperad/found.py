"""Found: what was seen where a command would go, and the programs that are asked."""

import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

NAMES = 5  # that are listed of many
_UNITS = ("kB", "MB", "GB", "TB")


class Found(msgspec.Struct, frozen=True):
    """What a command would touch: in lines for people, and to tell if it grew."""

    shown: tuple[str, ...] = ()
    marks: frozenset[str] = frozenset()  # one for each thing that has a name
    count: int = 0  # of things that are too many to mark


def some(names: Iterable[str], most: int = NAMES) -> str:
    """List the first names, and how many more there are."""
    names = list(names)
    more = [f"and {len(names) - most:,} more"] if len(names) > most else []
    return ", ".join(names[:most] + more)


def counted(number: int, what: str) -> str:
    """Say a number of things: "1 item", "1,234 items"."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def sized(size_bytes: int) -> str:
    """Say a size: "12 bytes", "3.4 MB"."""
    if size_bytes < 1000:
        return counted(size_bytes, "byte")
    power = 1
    while size_bytes / 1000**power >= 999.95 and power < len(_UNITS):
        power += 1
    return f"{size_bytes / 1000**power:,.1f} {_UNITS[power - 1]}"


def output(
    argv: Sequence[str],
    environ: Mapping[str, str],
    ends: float,
    cwd: Path | None = None,
) -> str | None:
    """Give what a program says; None if it is not there, fails or is too slow."""
    try:
        asked = subprocess.run(
            argv,
            env=dict(environ),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            errors="replace",
            timeout=max(0.0, ends - time.monotonic()),
            check=True,
        )
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return asked.stdout
