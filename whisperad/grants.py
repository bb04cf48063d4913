"""Grants: what macOS lets this process do. It tells nobody else, and no other system asks.

Accessibility and screen recording are asked for without a question on the screen; the
first time that a daemon controls System Events there is one.
"""

import asyncio
import ctypes
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Literal

import msgspec

from whisperad.command import Command
from whisperad.finding import one_line
from whisperad.process import Outcome

Name = Literal["automation", "accessibility", "screen_recording"]
Perform = Callable[[Command, float, Path | None], Awaitable[Outcome]]
Load = Callable[[str], ctypes.CDLL]

# A question on the screen waits for its answer for ever, and the program with it.
PATIENCE_S = 5.0

_FRAMEWORKS = Path("/System/Library/Frameworks")
_HARMLESS = 'tell application "System Events" to count processes'
_NOT_ALLOWED = "(-1743)"  # errAEEventNotPermitted


class Grant(msgspec.Struct, frozen=True):
    """Something that macOS lets us do or not; None if there is no telling."""

    name: Name
    is_granted: bool | None
    trouble: str | None = None  # why there is no telling


class Grants(msgspec.Struct, frozen=True):
    """What macOS lets us do, and the program that it does it for."""

    program: str
    each: tuple[Grant, ...]


async def look(
    perform: Perform, load: Load = ctypes.CDLL, patience_s: float = PATIENCE_S
) -> Grants:
    """Ask macOS, for as long as it takes, but do not keep the event loop waiting."""
    return Grants(
        os.path.realpath(sys.executable),
        (
            await _automation(perform, patience_s),
            await asyncio.to_thread(
                _said,
                "accessibility",
                load,
                "ApplicationServices",
                "AXIsProcessTrusted",
            ),
            await asyncio.to_thread(
                _said,
                "screen_recording",
                load,
                "CoreGraphics",
                "CGPreflightScreenCaptureAccess",
            ),
        ),
    )


async def _automation(perform: Perform, patience_s: float) -> Grant:
    """Have System Events do something harmless."""
    command = Command(("osascript", "-e", _HARMLESS), "safe", "daemon")
    outcome = await perform(command, patience_s, Path("/"))
    if outcome.exit_code == 0:
        return Grant("automation", True)
    if _NOT_ALLOWED in outcome.stderr:
        return Grant("automation", False)
    trouble = one_line(outcome.stderr) or f"osascript exited with {outcome.exit_code}"
    if outcome.timed_out:
        trouble = f"no answer in {patience_s:g} s; macOS may be asking on the screen"
    return Grant("automation", None, trouble)


def _said(name: Name, load: Load, framework: str, function: str) -> Grant:
    """Call a function of a framework that says yes or no."""
    try:
        library = load(str(_FRAMEWORKS / f"{framework}.framework" / framework))
        asked = getattr(library, function)
        asked.restype = ctypes.c_bool
        return Grant(name, bool(asked()))
    except (OSError, AttributeError) as error:  # of another macOS than we know
        return Grant(name, None, one_line(error))
