"""All checks of `whispera doctor`, in the order in which they are shown."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from xml.parsers.expat import ExpatError

from client import answers, apart, grants, lifecycle, login, places, running
from client.connection import ClientError
from client.finding import Finding, Findings
from launchd.install import service
from launchd.service import Program, Refused
from whisperad import wire

# Whatever a broken file or a folder that is not ours may come to.
_TROUBLE = (ClientError, Refused, OSError, ValueError, ExpatError)


def check(environ: Mapping[str, str]) -> list[Finding]:
    """Make all checks; none keeps another from being made."""
    paths = wire.Paths(environ)
    program = Program(lifecycle.COMMAND, environ)
    installed = service(program.command, environ)
    return [
        *_safely("daemon", lambda: running.check(paths.socket)),
        *_safely("socket", lambda: places.socket(paths.socket)),
        *_safely("config folder", lambda: places.config(Path(paths.config))),
        *_safely("data folder", lambda: [_folder("data", paths.data)]),
        *_safely("state folder", lambda: [_folder("state", paths.state)]),
        *_safely("checkup", _apart),
        *_safely(
            "login item",
            lambda: [login.login_item(installed, program)],
        ),
        *_safely("search path", lambda: login.search_path(installed, program)),
        *_safely("grants", lambda: grants.check(sys.platform, paths.socket)),
    ]


def _folder(name: str, path: str) -> Finding:
    # What was said is in the state folder.
    return places.folder(f"{name} folder", Path(path), is_private=name == "state")


def _apart() -> list[Finding]:
    """Have the daemon's modules check what only they know."""
    return list(answers.read(apart.ask("checkup"), Findings).findings)


def _safely(name: str, look: Callable[[], list[Finding]]) -> list[Finding]:
    """Make a check; what stops it in the middle is a finding too."""
    try:
        return look()
    except _TROUBLE as error:
        lines = str(error).splitlines() or [type(error).__name__]
        # Of a traceback the last line says what it is about.
        step = "put right what it says, or install Whispera again, and ask again"
        return [Finding(name, "failed", " ".join(lines[-1].split()), step)]
