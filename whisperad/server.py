"""The socket: accept, have requests answered, reply, shut down in good order."""

import asyncio
import os
import traceback

from whisperad import log, protocol
from whisperad.connection import Connection
from whisperad.daemon import Daemon
from whisperad.errors import Overloaded, WhisperaError
from whisperad.listener import BACKLOG, Listener
from whisperad.settings import Settings
from whisperad.wire import peer_uid

# Rounds of the loop after we are told to stop: letting in who had connected, and reading
# what they had sent, takes one each, and a few more than that.
LAST_ROUNDS, ROUND_S = 5, 0.002


class Server:
    """Serves one daemon to all clients of one listening socket."""

    def __init__(self, daemon: Daemon, listener: Listener, settings: Settings) -> None:
        self._daemon = daemon
        self._listener = listener
        self._settings = settings
        self._connections: set[Connection] = set()
        self._nobody = asyncio.Event()
        self._nobody.set()

    async def start(self) -> None:
        """Accept from now on; whoever connected before is served first."""
        self._accepting = await asyncio.get_running_loop().create_unix_server(
            lambda: Connection(self, self._settings.line_bytes),
            sock=self._listener.socket,
            backlog=BACKLOG,
        )

    async def stop(self) -> None:
        """Accept nobody else, answer every request that was sent, close."""
        self._listener.withdraw()
        for _ in range(LAST_ROUNDS):
            await asyncio.sleep(ROUND_S)
        self._accepting.close()
        for connection in tuple(self._connections):
            connection.finish()
        try:
            await asyncio.wait_for(self._nobody.wait(), self._settings.drain_s)
        except TimeoutError:
            log.warning("broken-off", clients=len(self._connections))
            for connection in tuple(self._connections):
                connection.abort()
            await self._nobody.wait()

    def opened(self, connection: Connection) -> None:
        """Let a client in if it is ours and there is room."""
        self._connections.add(connection)
        self._nobody.clear()
        self._daemon.clients = len(self._connections)
        try:
            uid = peer_uid(connection.socket)
        except OSError:  # macOS does not know who has left already
            connection.abort()
            return
        if uid != os.geteuid():
            log.warning("stranger", uid=uid)
            connection.abort()
        elif len(self._connections) > self._settings.clients:
            limit = self._settings.clients
            log.warning("too-many-clients", limit=limit)
            connection.end(Overloaded(f"expected at most {limit} clients at a time"))

    def closed(self, connection: Connection) -> None:
        """Forget a client."""
        self._connections.discard(connection)
        self._daemon.clients = len(self._connections)
        if not self._connections:
            self._nobody.set()

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
