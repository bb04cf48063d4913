"""Scan: which applications there are here and what to say for each.

`python -m whisperad.scan` prints them as JSON, for the configuration of this user and
the platform that a daemon would have.
"""

import os
import sys
from collections.abc import Iterable
from pathlib import Path

import msgspec

from whisperad import catalogue, settings
from whisperad.applications import Application
from whisperad.catalogue import USER_FILE, Names
from whisperad.errors import WhisperaError
from whisperad.machine import Machine
from whisperad.names import RealNames, short_names


class Found(msgspec.Struct, frozen=True):
    """An application, or a name that the user gave to one."""

    say: tuple[str, ...]
    name: str
    id: str
    process: str
    source: str  # the file or bundle that it was found in, or the user's own file


def scan(names: Names, machine: Machine, user_file: Path) -> list[Found]:
    """List the user's own names, then what is installed, by name."""
    real = RealNames(names, machine.platform, machine.applications)
    own = []
    for said in sorted(names.own_apps):
        app = real.application(said)
        own.append(_found((said,), app, user_file))
    said_for = _said_for(names.apps.get(machine.platform, {}), real)
    installed = []
    for app, file in machine.applications.located():
        names_of_it = [name.casefold() for name in (app.name, *short_names(app.name))]
        leading = [said for said in names_of_it if real.application(said) == app]
        say = tuple(dict.fromkeys((*leading, *said_for.get(app, ()))))
        installed.append(_found(say, app, file))
    return own + sorted(installed, key=lambda found: (found.name.casefold(), found.id))


def _said_for(shipped: Iterable[str], real: RealNames) -> dict[Application, list[str]]:
    """Give the names of ours that lead to each application."""
    found: dict[Application, list[str]] = {}
    for said in shipped:
        found.setdefault(real.application(said), []).append(said)
    return found


def _found(say: tuple[str, ...], app: Application, source: Path) -> Found:
    return Found(say, app.name, app.id, app.process, str(source))


def main() -> int:
    """Print what is found and give the exit code."""
    try:
        given = settings.read(os.environ)
        names = catalogue.load(given.shipped, given.config).names
    except WhisperaError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    environ = given.environ if given.can_execute else None
    machine = Machine(given.platform, given.home, environ)
    found = scan(names, machine, given.config / USER_FILE)
    sys.stdout.buffer.write(msgspec.json.encode({"applications": found}) + b"\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
