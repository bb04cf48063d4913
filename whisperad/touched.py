"""Touched: what a command with a risk would meet, to be named before it is agreed to.

Looks only: at files, at processes, at what a few programs say. An action's `touches`
says where to look. Belongs into a thread that may wait.
"""

import time
from collections.abc import Mapping
from pathlib import Path

import msgspec

from whisperad import contents, processes, projects
from whisperad.command import Command
from whisperad.found import Found

LOOK_S = 1.0  # for all that is to be agreed to; what takes longer is not counted out
NOTHING = Found()


class Touched(msgspec.Struct, frozen=True):
    """What commands would touch, for each of them in order."""

    found: tuple[Found, ...] = ()

    def goes_beyond(self, agreed: "Touched") -> bool:
        """Whether there is anything in it that somebody agreed to less of."""
        return len(self.found) != len(agreed.found) or any(
            not now.marks <= before.marks or now.count > before.count
            for now, before in zip(self.found, agreed.found, strict=True)
        )


def look(
    commands: tuple[Command, ...], cwd: Path, home: Path, environ: Mapping[str, str]
) -> Touched:
    """See what commands would touch, as far as that can be seen in a moment."""
    ends = time.monotonic() + LOOK_S
    return Touched(
        tuple(_found(command.touches, cwd, home, environ, ends) for command in commands)
    )


def _found(
    touches: tuple[str, ...],
    cwd: Path,
    home: Path,
    environ: Mapping[str, str],
    ends: float,
) -> Found:
    match touches:
        case ["files", *paths]:
            return contents.files(paths, ends)
        case ["trash"]:
            return contents.trash(home, environ, ends)
        case ["pid", number]:
            return processes.numbered(int(number), ends)
        case ["process", name]:
            return processes.named(name, ends)
        case ["port", number]:
            return processes.listening(int(number), environ, ends)
        case ["windows"]:
            return processes.windows(environ, ends)
        case ["windows in front"]:
            return processes.windows(environ, ends, in_front=True)
        case ["session"]:
            return processes.session(environ, ends)
        case ["repository"]:
            return projects.repository(cwd)
        case ["changes"]:
            return projects.changes(cwd, environ, ends)
        case ["commit"]:
            return projects.commit(cwd, environ, ends)
        case ["services"]:
            return projects.services(cwd, environ, ends)
        case ["unused"]:
            return projects.unused(environ, ends)
    return NOTHING
