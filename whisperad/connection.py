"""One client's connection: lines come in, replies go out in the same order.

Knows nothing of what a request says; `server.py` gives the reply to a line.
"""

import asyncio
import math
import time
from collections import deque
from typing import Protocol, cast

from whisperad.errors import BadRequest, TimedOut, TooLarge, WhisperaError

MAX_WAITING = 32  # lines of one client read ahead; beyond that it has to wait
READ_BYTES = 8192  # at a time: the shortest lines are no more than so many
# How long a client that must go is read without being heard, so that it gets to the
# reply that says why instead of a broken pipe.
LINGER_S = 1.0


class Host(Protocol):
    """What a connection needs of the server it belongs to."""

    def closed(self, connection: "Connection") -> None:
        """Forget a client that is gone and has nothing running any more."""

    async def answer(self, item: bytes | WhisperaError, received: float) -> bytes:
        """Give the reply to a line, or to the error that ends the connection.

        `received` is the time when it came in. Never raises.
        """


class Connection(asyncio.BufferedProtocol):
    """Splits what comes in into lines and has them answered one after the other."""

    def __init__(self, host: Host, line_bytes: int) -> None:
        self._host = host
        self._line_bytes = line_bytes
        self._read = bytearray(READ_BYTES)
        self._begun = b""  # a line whose end has not come yet
        self._begun_at = 0.0  # since when its end could have come
        self._skips = False  # the rest of a line that did not end in time
        self._stirred_at = math.inf  # when something came in or went out last
        self._waiting: deque[tuple[bytes | WhisperaError, float]] = deque()
        self._task: asyncio.Task[None] | None = None
        self._reads = True  # False: what comes in waits outside
        self._hears = True  # False: whatever else comes in is thrown away
        self._peer_sends = True  # False: it has said that nothing else comes
        self._is_lost = False
        self._writable = asyncio.Event()
        self._writable.set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to hear and to be looked after."""
        self._transport = cast(asyncio.Transport, transport)
        self._stirred_at = time.monotonic()

    @property
    def stays(self) -> bool:
        """Whether more can be asked by this client."""
        return self._hears

    def get_buffer(self, sizehint: int) -> bytearray:
        """Give the place for what comes in."""
        return self._read

    def buffer_updated(self, nbytes: int) -> None:
        """Take what came in apart into lines."""
        if not self._hears:
            return
        came = bytes(self._read[:nbytes])
        if self._skips:
            _, end, came = came.partition(b"\n")
            self._skips = not end
            if self._skips:
                return  # who only goes on with such a line asks nothing
        self._stirred_at = time.monotonic()
        is_first = not self._begun
        lines = (self._begun + came).split(b"\n")
        self._begun = lines.pop()
        if lines or is_first:
            self._begun_at = self._stirred_at
        for line in lines:
            if not self._accept(line):
                return
        if len(self._begun) > self._line_bytes:
            self._refuse_long_line()
        elif len(self._waiting) > MAX_WAITING:
            self._reads = False
            self._transport.pause_reading()

    def eof_received(self) -> bool:
        """Answer what is still waiting: the client may only have stopped sending."""
        self._peer_sends = False
        if self._hears and self._begun:
            size = len(self._begun)
            self.end(
                BadRequest(f"expected a newline, found the end after {size} bytes")
            )
        self.finish()
        return True  # the transport stays open for our replies

    def connection_lost(self, exc: Exception | None) -> None:
        """Send nothing more to a client that left; what it asked for is still done."""
        self._hears = False
        self._is_lost = True
        self._writable.set()
        if self._task is None:
            self._host.closed(self)

    def pause_writing(self) -> None:
        """Wait with the next reply until the client has read the last ones."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """Go on."""
        self._writable.set()

    def look(
        self,
        now: float,
        read_timeout_s: float,
        idle_timeout_s: float,
        *,
        is_crowded: bool = False,
    ) -> None:
        """End a client that keeps its place and neither asks nor takes anything.

        One whose line does not end in time is told so, and may ask something else,
        unless others wait for its place.
        """
        is_idle = now - self._stirred_at > idle_timeout_s
        if not self._writable.is_set():
            if is_idle:
                self.abort()
        elif not self._hears or not self._reads:
            return
        elif self._begun and now - self._begun_at > read_timeout_s:
            error = TimedOut(
                f"expected the end of a line within {read_timeout_s:g} s, found"
                f" {len(self._begun)} bytes without one"
            )
            if is_crowded:
                self.end(error)
            else:
                self._begun = b""
                self._skips = True
                self._queue(error)
        elif (
            (is_idle or (is_crowded and self._skips))
            and self._task is None
            and not self._begun
        ):
            self._transport.close()

    def end(self, error: WhisperaError) -> None:
        """Answer what was accepted, then say why this is the end, then close."""
        self._hears = False
        self._begun = b""
        self._queue(error)

    def finish(self) -> None:
        """Hear nothing more, answer what was accepted, then close."""
        self._hears = False
        if self._task is None:
            self._transport.close()

    def abort(self) -> None:
        """Break off whatever is being done for this client and close at once."""
        self._waiting.clear()
        if self._task is not None:
            self._task.cancel()
        self._transport.abort()

    def _accept(self, line: bytes) -> bool:
        """Queue a line; False if it is the last that this client gets answered."""
        if len(line) > self._line_bytes:
            self._refuse_long_line()
            return False
        try:
            line.decode()
        except UnicodeDecodeError as error:
            self.end(
                BadRequest(
                    f"expected UTF-8, found other bytes at {error.start} of a line"
                )
            )
            return False
        self._queue(line)
        return True

    def _refuse_long_line(self) -> None:
        self.end(
            TooLarge(f"expected lines of at most {self._line_bytes} bytes, found more")
        )

    def _queue(self, item: bytes | WhisperaError) -> None:
        self._waiting.append((item, time.monotonic()))
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._answer_waiting())

    async def _answer_waiting(self) -> None:
        last: bytes | WhisperaError = b""
        try:
            while self._waiting:
                last, received = self._waiting.popleft()
                reply = await self._host.answer(last, received)
                await self._writable.wait()
                if not self._transport.is_closing():
                    self._transport.write(reply)
                    self._stirred_at = time.monotonic()
                    if self._hears and len(self._waiting) <= MAX_WAITING:
                        self._go_on_reading()
                # Not every answer is waited for, and others have their turn too.
                await asyncio.sleep(0)
        finally:
            self._task = None
            if self._is_lost:
                self._host.closed(self)
        if self._hears:
            return
        if isinstance(last, WhisperaError) and self._peer_sends:
            self._linger()
        else:
            self._transport.close()

    def _go_on_reading(self) -> None:
        if not self._reads:
            self._reads = True
            self._begun_at = self._stirred_at  # its end may be there, unread
        self._transport.resume_reading()

    def _linger(self) -> None:
        if self._transport.is_closing():
            return
        self._go_on_reading()
        self._transport.write_eof()
        asyncio.get_running_loop().call_later(LINGER_S, self._transport.close)
