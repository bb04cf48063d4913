"""What the checks of `whispera doctor` find, ours and those of the daemon's modules."""

from typing import Literal

import msgspec

State = Literal["ok", "warning", "failed", "skipped"]


class Finding(msgspec.Struct, frozen=True):
    """What one check found; `next_step` is None where nothing is to be done."""

    name: str
    state: State
    found: str
    next_step: str | None = None


class Findings(msgspec.Struct, frozen=True):
    """Those of the daemon's modules."""

    findings: tuple[Finding, ...]


def with_step(name: str, error: object, step: str) -> Finding:
    """Give a failure; the step is the message's own if one stands behind its ";"."""
    found, _, own = " ".join(str(error).split()).partition("; ")
    return Finding(name, "failed", found, own or step)
