"""Checks of the login item: whether the system starts the daemon at every login."""

from __future__ import annotations

import os
from pathlib import Path

from client.finding import Finding
from launchd.agent import LaunchAgent
from launchd.service import Program, Refused, Service
from launchd.units import UNITS

_NAME = "login item"
_AGAIN = "do `whispera install` again"


def login_item(service: Service, program: Program) -> Finding:
    """Check whether the system starts the daemon at login, this daemon and as we would."""
    socket = service.socket
    if socket is None:
        told = "not installed: after a login the daemon has to be started by hand"
        return Finding(_NAME, "warning", told, "`whispera install`, if you want that")
    if socket != program.paths.socket:
        told = (
            f"installed for the socket {socket}, but here it is {program.paths.socket}"
        )
        step = f"unset WHISPERA_HOME and WHISPERA_SOCKET, or {_AGAIN}"
        return Finding(_NAME, "warning", told, step)
    try:
        if _is_off(service, program):
            return Finding(
                _NAME, "warning", "installed, but switched off", _on(service)
            )
    except Refused as error:
        told = f"installed; whether it is enabled cannot be told: {error}"
        return Finding(_NAME, "warning", told, "log in at this machine and ask again")
    if service.is_outdated():
        told = "installed, but for another Python or by another version"
        return Finding(_NAME, "warning", told, _AGAIN)
    return Finding(_NAME, "ok", "installed and enabled")


def search_path(service: Service, program: Program) -> list[Finding]:
    """Tell where the installed daemon looks for programs, and what it leaves out."""
    if service.socket != program.paths.socket:
        return []
    name, searched = "search path", service.search_path()
    if searched is None:
        told = "nothing says where the daemon that the system starts looks for programs"
        return [Finding(name, "warning", told, _AGAIN)]
    told = f"the daemon that the system starts looks for programs in {searched}"
    here = program.environment({"PATH": searched, "LANG": ""})["PATH"]
    beside = [f for f in here.split(os.pathsep) if f not in searched.split(os.pathsep)]
    missed = [folder for folder in beside if Path(folder).is_dir()]
    if missed:
        told += f", not in {os.pathsep.join(missed)} as this shell does"
        return [Finding(name, "warning", told, f"{_AGAIN}, if it should")]
    return [Finding(name, "ok", told)]


def _is_off(service: Service, program: Program) -> bool:
    """Tell whether the service manager would not start it. Raises `Refused`."""
    if isinstance(service, LaunchAgent):
        return service.is_switched_off()
    _, told, complaint = program.attempt("systemctl", "--user", "is-enabled", *UNITS)
    states = told.split()
    if not states:
        raise Refused(" ".join(complaint.split()) or "systemctl says nothing")
    return any(state != "enabled" for state in states)


def _on(service: Service) -> str:
    if isinstance(service, LaunchAgent):
        return (
            "switch it on in System Settings > General > Login Items & Extensions, or"
            f" {_AGAIN}"
        )
    return f"systemctl --user enable {' '.join(UNITS)}"
