"""A host that answers each line with itself, over a real socket."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import uvloop

from whisperad.connection import Connection
from whisperad.errors import WhisperaError

LINE_BYTES = 1000

Reader = asyncio.StreamReader
Writer = asyncio.StreamWriter


class EchoHost:
    """Answers a line with the line, slowly if it says so, and an error with its code."""

    def __init__(self) -> None:
        self.clients: set[Connection] = set()
        self.answered: list[bytes] = []

    def connection(self) -> Connection:
        made = Connection(self, LINE_BYTES)
        self.clients.add(made)
        return made

    def closed(self, connection: Connection) -> None:
        self.clients.remove(connection)

    async def answer(self, item: bytes | WhisperaError, received: float) -> bytes:
        if isinstance(item, WhisperaError):
            return f"{item.code}: {item}\n".encode()
        if item.startswith(b"slow"):
            await asyncio.sleep(0.05)
        self.answered.append(item)
        return item + b"\n"

    def look(self, read_s: float, idle_s: float, *, is_crowded: bool = False) -> None:
        """Look for clients that have had their time, as the server does."""
        now = time.monotonic()
        for connection in tuple(self.clients):
            connection.look(now, read_s, idle_s, is_crowded=is_crowded)


Talk = Callable[[EchoHost, Reader, Writer], Awaitable[None]]


def converse(say: Talk, folder: Path) -> None:
    """Run a conversation with an echo host that listens in a folder."""

    async def conversation() -> None:
        host = EchoHost()
        path = folder / "w.sock"
        server = await asyncio.get_running_loop().create_unix_server(
            host.connection, path
        )
        reader, writer = await asyncio.open_unix_connection(path)
        try:
            await say(host, reader, writer)
        finally:
            writer.close()
            server.close()
            path.unlink(missing_ok=True)
        async with asyncio.timeout(3):
            while host.clients:
                await asyncio.sleep(0.001)

    uvloop.run(conversation())


async def send(writer: Writer, data: bytes) -> None:
    """Write, and wait until it is on its way."""
    writer.write(data)
    await writer.drain()
