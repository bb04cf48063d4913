"""Finding: what a check of this installation came to, and what to do about it."""

from typing import Literal

import msgspec

State = Literal["ok", "warning", "failed", "skipped"]


class Finding(msgspec.Struct, frozen=True):
    """What one check found; `next_step` is None where nothing is to be done."""

    name: str
    state: State
    found: str
    next_step: str | None = None


def one_line(text: object) -> str:
    """Give a message, which may have several lines, as one."""
    return " ".join(str(text).split())
