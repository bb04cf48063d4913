"""What needs no daemon, but the daemon's modules: they run apart, and answer in JSON."""

from __future__ import annotations

import json
import subprocess
import sys

import msgspec

from client import answers
from client.connection import ClientError
from whisperad import wire


class Application(msgspec.Struct, frozen=True):
    """An application, or the user's own name for one, and what to say for it."""

    say: tuple[str, ...]
    name: str
    id: str
    source: str


class Applications(msgspec.Struct, frozen=True):
    """What can be said for applications."""

    applications: tuple[Application, ...]


class Phrase(msgspec.Struct, frozen=True):
    """A phrase, where it stands and what it means."""

    action: str
    file: str
    line: int
    template: str


class Conflict(msgspec.Struct, frozen=True):
    """A wording that phrases of two actions share."""

    wording: str
    phrases: tuple[Phrase, ...]


class Conflicts(msgspec.Struct, frozen=True):
    """All of them."""

    conflicts: tuple[Conflict, ...]


class Failed(ClientError):
    """Raise when the module says that it cannot answer."""

    exit_code = wire.EXIT_FAILED


def ask(module: str) -> dict[str, object]:
    """Run a module of the daemon and give its answer. Raises `Failed`."""
    # -P: a folder called `whisperad` where we happen to be is not ours.
    ran = subprocess.run(
        (sys.executable, "-P", "-m", f"whisperad.{module}"),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    if ran.returncode:
        raise Failed(ran.stderr.decode(errors="replace").strip())
    answer: dict[str, object] = json.loads(ran.stdout)
    return answer


def applications(answer: dict[str, object]) -> list[Application]:
    """Read the answer of `scan`."""
    return list(answers.read(answer, Applications).applications)


def conflicts(answer: dict[str, object]) -> list[Conflict]:
    """Read the answer of `conflicts`."""
    return list(answers.read(answer, Conflicts).conflicts)
