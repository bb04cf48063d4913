"""Accepting: who connects is let in, turned away with a reason, or has to wait a little."""

import asyncio
import os
import socket
from collections.abc import Callable

from whisperad import log, protocol
from whisperad.connection import Connection
from whisperad.errors import WhisperaError
from whisperad.wire import peer_uid

BATCH = 64  # let in before others have their turn
SECOND_LOOK_S = 0.005  # after which whoever has left is seen to have left
TOLD_S = 10.0  # between lines of the log about clients that cannot come in
PAUSE_S = 0.1  # where no file descriptor is left
# How long a client that is turned away may send what nobody reads, so that it gets to
# the reply that says why instead of a broken pipe.
LINGER_S = 1.0
LINGERING = 64  # at a time

Factory = Callable[[], Connection]
# Gives why a client with this file descriptor cannot be let in, or None.
Refusal = Callable[[int], WhisperaError | None]


class Acceptor:
    """Accepts the clients of one listening socket after the other."""

    def __init__(self, refusal: Refusal, factory: Factory) -> None:
        self._refusal = refusal
        self._factory = factory
        self._loop = asyncio.get_running_loop()
        self._listening: socket.socket | None = None
        self._pause: asyncio.TimerHandle | None = None
        self._opening: set[asyncio.Task[None]] = set()
        self._refused: dict[socket.socket, None] = {}  # the first of them first
        self._told_at = -TOLD_S

    def start(self, listening: socket.socket) -> None:
        """Accept from now on; whoever has connected before is let in first."""
        listening.setblocking(False)
        self._listening = listening
        self._loop.add_reader(listening, self._accept)

    async def stop(self) -> None:
        """Let in who has connected, then close the listening socket."""
        if self._listening is None:
            return
        while self._accept():
            pass
        if self._pause is not None:
            self._pause.cancel()
            self._pause = None
        else:
            self._loop.remove_reader(self._listening)
        self._listening.close()
        self._listening = None
        if self._opening:
            await asyncio.wait(self._opening)

    def close(self) -> None:
        """Forget those who were turned away."""
        for refused in tuple(self._refused):
            self._forget(refused)

    def _accept(self) -> bool:
        """Let in some of those who wait, and tell whether others may be waiting."""
        assert self._listening is not None
        for _ in range(BATCH):
            try:
                accepted, _ = self._listening.accept()
            except BlockingIOError:
                return False
            except ConnectionError:  # it has left again
                continue
            except OSError as error:
                # Who waits would wake us at once, again and again.
                self._rest(error)
                return False
            self._let_in(accepted)
        return True

    def _rest(self, error: OSError) -> None:
        """Leave all who wait outside for a moment."""
        if self._pause is not None or self._listening is None:
            return
        self._tell("cannot-accept", str(error.strerror))
        self._loop.remove_reader(self._listening)
        self._pause = self._loop.call_later(PAUSE_S, self._go_on)

    def _go_on(self) -> None:
        self._pause = None
        if self._listening is not None:
            self._loop.add_reader(self._listening, self._accept)

    def _let_in(self, accepted: socket.socket) -> None:
        accepted.setblocking(False)
        try:
            uid = peer_uid(accepted)
        except OSError:  # macOS does not know who has left already
            accepted.close()
            return
        if uid != os.geteuid():
            log.warning("stranger", uid=uid)
            accepted.close()
            return
        is_refused = self._refusal(accepted.fileno()) is not None
        opening = self._loop.create_task(
            self._try_again(accepted)
            if is_refused
            else self._open(self._factory(), accepted)
        )
        self._opening.add(opening)
        opening.add_done_callback(self._opening.discard)

    async def _try_again(self, accepted: socket.socket) -> None:
        """Let a client in for whom there was no room, if somebody is leaving just now."""
        await asyncio.sleep(SECOND_LOOK_S)
        if reason := self._refusal(accepted.fileno()):
            self._turn_away(accepted, reason)
        else:
            await self._open(self._factory(), accepted)

    async def _open(self, connection: Connection, accepted: socket.socket) -> None:
        try:
            await self._loop.connect_accepted_socket(lambda: connection, accepted)
        except OSError as error:
            self._tell("cannot-accept", str(error.strerror))
            accepted.close()
            connection.connection_lost(error)

    def _turn_away(self, accepted: socket.socket, reason: WhisperaError) -> None:
        self._tell("turned-away", str(reason))
        reply = protocol.ErrorReply(code=reason.code, message=str(reason))
        try:
            accepted.send(protocol.encode(reply))
            accepted.shutdown(socket.SHUT_WR)
        except OSError:  # it has left
            accepted.close()
            return
        self._refused[accepted] = None
        self._loop.call_later(LINGER_S, self._forget, accepted)
        if len(self._refused) > LINGERING:
            self._forget(next(iter(self._refused)))

    def _tell(self, event: str, reason: str) -> None:
        if self._loop.time() - self._told_at > TOLD_S:
            self._told_at = self._loop.time()
            log.warning(event, reason=reason)

    def _forget(self, refused: socket.socket) -> None:
        self._refused.pop(refused, None)
        refused.close()
