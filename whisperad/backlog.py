"""A backlog: lines for a reader who may stop reading, which must stop nobody else."""

import atexit
import os
import select
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress

MOST_BYTES = 2**18  # that wait; while it is more, lines are dropped
FLUSH_S = 0.5  # at the end, for a reader who is slow; one who has stopped gets no more


class Backlog:
    """Lines on their way to a pipe, a terminal or a socket, written by a thread."""

    def __init__(self, descriptor: int, missing: Callable[[int], bytes]) -> None:
        """Write to a descriptor; `missing` gives the line for so many dropped ones."""
        self._descriptor = descriptor
        self._missing = missing
        self._lines: deque[bytes] = deque()  # the first of them is being written
        self._bytes = 0
        self._dropped = 0
        self._thread: threading.Thread | None = None
        self._changed = threading.Condition()

    def add(self, line: bytes) -> None:
        """Have a line written after those before it, or dropped if too much waits."""
        with self._changed:
            # Once one is dropped all are until the rest is written: the line that
            # tells how many comes where they would have been.
            if self._dropped or self._bytes > MOST_BYTES:
                self._dropped += 1
                return
            self._append(line)
            if self._thread is None:
                self._start()

    def _append(self, line: bytes) -> None:
        self._lines.append(line)
        self._bytes += len(line)
        self._changed.notify_all()

    def _start(self) -> None:
        thread = threading.Thread(target=self._write_on, name="log", daemon=True)
        with suppress(RuntimeError):  # too many threads just now: the next line may do
            thread.start()
            self._thread = thread
            atexit.register(self.flush)

    def flush(self) -> None:
        """Wait a moment for what is on its way."""
        with self._changed:
            self._changed.wait_for(lambda: not self._lines, FLUSH_S)

    def _write_on(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._lines)
                line = self._lines[0]
            with suppress(OSError):  # nobody will ever read it
                self._write(line)
            with self._changed:
                self._bytes -= len(self._lines.popleft())
                if self._dropped and not self._lines:
                    self._append(self._missing(self._dropped))
                    self._dropped = 0
                self._changed.notify_all()

    def _write(self, line: bytes) -> None:
        """Write all of a line, for as long as that takes."""
        while line:
            try:
                line = line[os.write(self._descriptor, line) :]
            except BlockingIOError:  # whoever shares it has made it so
                select.select((), (self._descriptor,), ())
