"""Dry: a home in which every program that an action may start is a stand-in.

The folder of the stand-ins is all of the PATH. Whatever a daemon is made to do there, no
program of the machine is started.
"""

import sys
from pathlib import Path

from tests.running import RunningDaemon
from whisperad import catalogue, forms

_STAND_IN = '#!/bin/sh\necho "${0##*/}" >> "$HOME/ran"\n'
_RINGING = frozenset({"notify-send", "canberra-gtk-play", "osascript", "afplay"})


def surroundings(home: Path) -> dict[str, str]:
    """Write the stand-ins, and give what a daemon finds them with."""
    programs = home / "bin"
    programs.mkdir()
    for name in _programs() | _RINGING:
        (programs / name).write_text(_STAND_IN)
        (programs / name).chmod(0o755)
    (home / "ran").touch()
    return {
        "HOME": str(home),
        "PATH": str(programs),
        "XDG_DATA_DIRS": "/nonexistent",
    }


def is_dry(daemon: RunningDaemon) -> bool:
    """Tell whether a daemon has no other programs."""
    return daemon.environ.get("PATH") == str(daemon.home / "bin")


def ran(daemon: RunningDaemon) -> list[str]:
    """Give the names of the stand-ins that were started."""
    return (daemon.home / "ran").read_text().splitlines()


def _programs() -> set[str]:
    """Give all programs of the actions here. None may have a place of its own."""
    here = "macos" if sys.platform == "darwin" else "linux"
    found = {
        program
        for action in catalogue.load().actions.values()
        for form in action.forms.get(here, ())
        for program in forms.programs(form)
        if not program.startswith("@")
    }
    wrong = sorted(name for name in found if "/" in name or "{" in name)
    if wrong:
        raise AssertionError(f"these might be found elsewhere: {', '.join(wrong)}")
    return found
