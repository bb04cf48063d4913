"""Early: what a signal does while the rest of us is still being imported.

Imported before everything that takes a while. Nothing has been begun by then that would
have to be ended, so to end at once is to end well.
"""

import os
import signal
from types import FrameType

STOPPING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def _leave(number: int, frame: FrameType | None) -> None:
    os._exit(0)  # an exception might be caught by what is being imported


for one in STOPPING:
    signal.signal(one, _leave)
