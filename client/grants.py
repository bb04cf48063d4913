"""Checks of what macOS grants the daemon, which is the only one that is told."""

from __future__ import annotations

import msgspec

from client import answers
from client.connection import ClientError, Unreachable, answer
from client.finding import Finding

WAIT_S = 20.0  # a question on the screen keeps the daemon waiting for some seconds

_SETTINGS = "System Settings > Privacy & Security"
_PANES = {
    "automation": "Automation",
    "accessibility": "Accessibility",
    "screen_recording": "Screen & System Audio Recording",
}
_ENDING = (
    ", then `whispera restart`; a daemon started from a terminal has the terminal's"
)


class Grant(msgspec.Struct, frozen=True):
    """Something that macOS lets the daemon do or not; None if there is no telling."""

    name: str
    is_granted: bool | None
    trouble: str | None = None


class Grants(msgspec.Struct, frozen=True):
    """What macOS lets a program do."""

    program: str
    each: tuple[Grant, ...]


class _Status(msgspec.Struct, frozen=True):
    grants: Grants | None = None


def check(platform: str, socket: str) -> list[Finding]:
    """Have the daemon ask macOS what it may do."""
    if platform != "darwin":
        told = "not applicable: only macOS asks for them"
        return [Finding("grants", "skipped", told)]
    try:
        status = answer(socket, {"type": "status", "grants": True}, WAIT_S)
        found = answers.read(status, _Status).grants
    except Unreachable:
        told = "macOS tells only the daemon itself, and none answers"
        return [Finding("grants", "skipped", told, "see the daemon above")]
    except ClientError as error:  # an older one does not know the question
        told = f"the daemon does not tell them: {' '.join(str(error).split())}"
        return [Finding("grants", "failed", told, "`whispera restart`")]
    if found is None:
        told = "the daemon runs nothing, and so it does not ask for them"
        return [Finding("grants", "skipped", told, "see the daemon above")]
    return [_finding(one, found.program) for one in found.each if one.name in _PANES]


def _finding(grant: Grant, program: str) -> Finding:
    name = grant.name.replace("_", " ")
    if grant.is_granted:
        return Finding(name, "ok", f"granted to {program}")
    if grant.is_granted is None:
        told = f"whether {program} has it cannot be told: {grant.trouble}"
        return Finding(name, "warning", told, _step(grant, program))
    return Finding(name, "failed", f"not granted to {program}", _step(grant, program))


def _step(grant: Grant, program: str) -> str:
    pane = f"{_SETTINGS} > {_PANES[grant.name]}"
    if grant.name == "automation":
        # There is no + in this one.
        how = f"switch on what is below {program}, System Events first"
    else:
        how = f"switch on {program}, or add it with +"
    return f"{pane}: {how}{_ENDING}"
