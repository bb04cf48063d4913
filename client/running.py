"""Checks of the daemon itself: whether one runs, answers, and is as new as we are."""

from __future__ import annotations

from pathlib import Path

from client import answers, holder, tables
from client.connection import ClientError, Unreachable, answer
from client.finding import Finding, with_step
from whisperad import wire

WAIT_S = 10.0  # to be started by the system and load a model, or to say how it is

_LOOK = "see `whispera logs`, then `whispera restart`"


def check(socket: str) -> list[Finding]:
    """Ask the daemon how it is, and tell what comes of it."""
    try:
        status = answer(socket, {"type": "status"}, WAIT_S)
    except ClientError as error:
        told = "no daemon answers"
        step = "see the daemon above"
        return [
            _unanswered(socket, error),
            Finding("version", "skipped", told, step),
        ]
    return [*_daemon(status), _version(status)]


def _unanswered(socket: str, error: ClientError) -> Finding:
    pid = _holder(socket)
    if pid is not None:
        told = f"process {pid} runs, but {str(error).partition('; ')[0]}"
        return Finding("daemon", "failed", told, _LOOK)
    if isinstance(error, Unreachable):
        return with_step("daemon", error, "see the socket below, then `whispera start`")
    return Finding("daemon", "failed", str(error), _LOOK)


def _holder(socket: str) -> str | None:
    """Give the process that holds the socket's lock; None if there is none."""
    lock = Path(socket + wire.LOCK_SUFFIX)
    try:
        return str(holder.holder(lock) or "unknown") if holder.is_held(lock) else None
    except OSError:  # no lock that a daemon could hold
        return None


def _daemon(status: dict[str, object]) -> list[Finding]:
    try:
        found = answers.read(status, answers.Status)
    except ClientError as error:
        return [Finding("daemon", "failed", str(error), "`whispera restart`")]
    adapter = found.model.adapter or "no adapter"
    told = (
        f"process {found.pid}, up {tables.duration(found.uptime_s)}, answers with"
        f" {found.model.base} and {adapter}"
    )
    findings = [Finding("daemon", "ok", told)]
    if not found.can_execute:
        told = f"it proposes commands for {found.platform} and runs none"
        step = "unset WHISPERA_PLATFORM where it is started, then `whispera restart`"
        findings.append(Finding("daemon", "warning", told, step))
    step = "put it right, then `whispera reload`"
    findings += [
        Finding("daemon", "warning", " ".join(problem.split()), step)
        for problem in found.problems
    ]
    return findings


def _version(status: dict[str, object]) -> Finding:
    """Hold the daemon's version and protocol against ours."""
    version, protocol = status.get("version"), status.get("protocol")
    theirs = f"version {version}, protocol {protocol}"
    ours = f"version {wire.VERSION}, protocol {wire.PROTOCOL}"
    if protocol != wire.PROTOCOL:
        told = f"expected a daemon of {ours}, found one of {theirs}"
        return Finding("version", "failed", told, "`whispera restart`")
    if version != wire.VERSION:
        told = f"expected a daemon of {ours}, found one of {theirs}"
        return Finding("version", "warning", told, "`whispera restart`")
    return Finding("version", "ok", f"client and daemon are of {ours}")
