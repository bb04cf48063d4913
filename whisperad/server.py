"""The socket: accept, have requests answered, reply, shut down in good order."""

import asyncio
import time
import traceback

from whisperad import descriptors, log, protocol
from whisperad.acceptor import Acceptor
from whisperad.connection import Connection
from whisperad.daemon import Daemon
from whisperad.errors import CannotStart, Overloaded, WhisperaError
from whisperad.listener import Listener
from whisperad.settings import Settings

# Rounds of the loop after we are told to stop: reading what those sent who had connected
# takes one, and a few more than that.
LAST_ROUNDS, ROUND_S = 5, 0.002

LOOK_S = 2.0  # between looks at our socket and our clients
LATE_S = 0.5  # a look that comes later by so much: we, not the clients, were held up
# What clients may keep waiting for while others find no room.
CROWDED_READ_S, CROWDED_IDLE_S = 1.0, 30.0


class Server:
    """Serves one daemon to all clients of one listening socket."""

    def __init__(self, daemon: Daemon, listener: Listener, settings: Settings) -> None:
        self._daemon = daemon
        self._listener = listener
        self._settings = settings
        self._connections: set[Connection] = set()
        self._nobody = asyncio.Event()
        self._nobody.set()
        self._trouble = ""  # with the socket's place, told once

    async def start(self) -> None:
        """Accept from now on; whoever connected before is served first."""
        self._allow_clients()
        self._acceptor = Acceptor(self._refusal, self._connection)
        self._acceptor.start(self._listener.socket)
        self._watching = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        """Accept nobody else, answer every request that was sent, close."""
        self._watching.cancel()
        self._listener.withdraw()
        await self._acceptor.stop()
        for _ in range(LAST_ROUNDS):
            await asyncio.sleep(ROUND_S)
        for connection in tuple(self._connections):
            connection.finish()
        try:
            await asyncio.wait_for(self._nobody.wait(), self._settings.drain_s)
        except TimeoutError:
            log.warning("broken-off", clients=len(self._connections))
            for connection in tuple(self._connections):
                connection.abort()
            await self._nobody.wait()
        self._acceptor.close()

    def closed(self, connection: Connection) -> None:
        """Forget a client."""
        self._connections.discard(connection)
        self._daemon.clients = len(self._connections)
        if not self._connections:
            self._nobody.set()

    def _connection(self) -> Connection:
        """Give the connection of another client."""
        connection = Connection(self, self._daemon.limits.line_bytes)
        self._connections.add(connection)
        self._nobody.clear()
        self._daemon.clients = len(self._connections)
        self._daemon.expect()
        return connection

    def _allow_clients(self) -> None:
        """See that there are file descriptors for as many as may connect."""
        self._allowed = self._daemon.limits.clients
        descriptors.allow(self._allowed)
        self._open_files = descriptors.allowed()
        if self._open_files < self._allowed + descriptors.RESERVED:
            log.warning(
                "few-file-descriptors",
                clients=self._allowed,
                open_files=self._open_files,
            )

    def _refusal(self, descriptor: int) -> WhisperaError | None:
        """Say why a client with this file descriptor cannot be let in."""
        limit = self._daemon.limits.clients
        is_crowded = len(self._connections) >= limit
        # The lowest that is free is given out, so this counts them.
        is_short = descriptor >= self._open_files - descriptors.RESERVED
        if not is_crowded and not is_short:
            return None
        self._look(CROWDED_READ_S, CROWDED_IDLE_S, is_crowded=True)
        if is_short:
            return Overloaded("too many files are open for another client; try again")
        if sum(connection.stays for connection in self._connections) < limit:
            return None
        return Overloaded(f"expected at most {limit} clients at a time")

    async def _watch(self) -> None:
        """Look after clients that keep their places, and after our place, now and then."""
        while True:
            limits = self._daemon.limits
            shortest_s = min(limits.read_timeout_s, limits.idle_timeout_s)
            wait_s = min(LOOK_S, shortest_s / 4)
            due = time.monotonic() + wait_s
            await asyncio.sleep(wait_s)
            # Of a process that was stopped, what clients sent meanwhile is still unread.
            if time.monotonic() - due < LATE_S:
                self._look(limits.read_timeout_s, limits.idle_timeout_s)
            await self._keep_place()
            if limits.clients != self._allowed:
                self._allow_clients()

    def _look(
        self, read_timeout_s: float, idle_timeout_s: float, *, is_crowded: bool = False
    ) -> None:
        limits, now = self._daemon.limits, time.monotonic()
        read_s = min(read_timeout_s, limits.read_timeout_s)
        idle_s = min(idle_timeout_s, limits.idle_timeout_s)
        for connection in tuple(self._connections):
            connection.look(now, read_s, idle_s, is_crowded=is_crowded)

    async def _keep_place(self) -> None:
        """Listen again where somebody has removed our socket."""
        trouble = ""
        try:
            if self._listener.renew():
                await self._acceptor.stop()
                self._acceptor.start(self._listener.socket)
                log.warning("socket-was-removed", socket=str(self._listener.path))
        except (CannotStart, OSError) as error:
            trouble = str(error)
        if trouble and trouble != self._trouble:
            log.error("socket-is-lost", reason=trouble)
        self._trouble = trouble

    async def answer(self, item: bytes | WhisperaError, received: float) -> bytes:
        """Give the reply to a line, or to the error that ends a connection."""
        if isinstance(item, WhisperaError):
            return protocol.encode(_error_reply(None, item))
        try:
            request = protocol.decode(item)
            return protocol.encode(await self._daemon.answer(request, received))
        except WhisperaError as error:
            return protocol.encode(_error_reply(protocol.id_of(item), error))
        except Exception as error:
            # A bug costs this one reply, not the warm model.
            # The frames alone: an exception's text may hold what was said.
            frames = traceback.format_tb(error.__traceback__)
            log.error("internal", kind=type(error).__name__, frames=frames)
            message = f"a mistake of the daemon: {type(error).__name__}; see its log"
            return protocol.encode(
                protocol.ErrorReply(
                    id=protocol.id_of(item), code="internal", message=message
                )
            )


def _error_reply(id_: protocol.Id, error: WhisperaError) -> protocol.ErrorReply:
    return protocol.ErrorReply(id=id_, code=error.code, message=str(error))
