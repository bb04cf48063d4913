"""Checks of what the system grants: a start at every login, and macOS's permissions."""

from __future__ import annotations

import plistlib

from client.finding import Finding
from launchd.agent import LaunchAgent
from launchd.service import Program, Refused, Service
from launchd.units import UNITS, UserUnits

_NAME = "login item"
_AGAIN = "do `whispera install` again"
_SETTINGS = "System Settings > Privacy & Security"


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
    if _is_outdated(service):
        told = "installed, but for another Python or by another version"
        return Finding(_NAME, "warning", told, _AGAIN)
    return Finding(_NAME, "ok", "installed and enabled")


def grants(platform: str, program: str) -> list[Finding]:
    """Tell how to look after what macOS lets the daemon do; only a daemon can ask it."""
    if platform != "darwin":
        told = "not applicable: only macOS asks for them"
        return [Finding("grants", "skipped", told)]
    found = "macOS tells only the daemon itself"
    add = f"see that {program} is listed and on, or add it with +"
    steps = {
        "automation": f"{_SETTINGS} > Automation: see that {program} is on for the"
        " applications it controls; they are listed after the first use",
        "accessibility": f"{_SETTINGS} > Accessibility: {add}",
        "screen recording": f"{_SETTINGS} > Screen & System Audio Recording: {add}",
    }
    ending = "; a daemon started from a terminal has the terminal's. `whispera restart`"
    return [
        Finding(name, "skipped", found, step + ending) for name, step in steps.items()
    ]


def _is_off(service: Service, program: Program) -> bool:
    """Tell whether the service manager would not start it. Raises `Refused`."""
    if isinstance(service, LaunchAgent):
        return service.is_switched_off()
    _, told, complaint = program.attempt("systemctl", "--user", "is-enabled", *UNITS)
    states = told.split()
    if not states:
        raise Refused(" ".join(complaint.split()) or "systemctl says nothing")
    return any(state != "enabled" for state in states)


def _is_outdated(service: Service) -> bool:
    """Tell whether what is installed is not what would be installed now."""
    if isinstance(service, LaunchAgent):
        written = plistlib.loads(service.path.read_bytes())
        return bool(written != service.definition())
    if isinstance(service, UserUnits):
        return any(
            not (service.folder / unit).exists()
            or (service.folder / unit).read_text() != text
            for unit, text in service.definitions().items()
        )
    return False


def _on(service: Service) -> str:
    if isinstance(service, LaunchAgent):
        return (
            "switch it on in System Settings > General > Login Items & Extensions, or"
            f" {_AGAIN}"
        )
    return f"systemctl --user enable {' '.join(UNITS)}"
