"""Early: what a signal does before the event loop is there, and when it is gone.

Imported before everything that takes a while. Nothing has been begun by then that would
have to be ended, so to end at once is to end well.
"""

import os
import signal
from types import FrameType

STOPPING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def _leave(number: int, frame: FrameType | None) -> None:
    os._exit(0)  # an exception might be caught by what is being imported


def leave_when_told() -> None:
    """End at once, with exit code 0, when a signal says so."""
    for number in STOPPING:
        signal.signal(number, _leave)


leave_when_told()
