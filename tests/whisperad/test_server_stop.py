"""A stop of the server while a command runs: waited for, but not for ever."""

import asyncio
import json
import time
from pathlib import Path

import uvloop

from tests.setting import Setting, meaning
from whisperad.daemon import Daemon
from whisperad.listener import claim
from whisperad.server import Server


async def _serving(setting: Setting, **limits: float) -> tuple[Server, Daemon, str]:
    settings = setting.settings(**limits)
    daemon = Daemon(settings)
    await daemon.start()
    server = Server(daemon, claim(settings.socket), settings)
    await server.start()
    return server, daemon, await meaning(daemon)


async def _asked(
    socket_path: Path, **request: object
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_unix_connection(socket_path)
    writer.write(json.dumps(request).encode() + b"\n")
    await asyncio.sleep(0.2)
    return reader, writer


def test_a_command_that_runs_is_waited_for_when_it_stops(setting: Setting) -> None:
    setting.pack('argv = ["sleep", "0.7"]')

    async def case() -> None:
        server, daemon, make = await _serving(setting)
        reader, writer = await _asked(
            daemon.socket, type="interpret", utterance=make, execute=True
        )
        await server.stop()
        reply = json.loads(await reader.read())
        await daemon.stop()
        writer.close()

        assert reply["outcome"] == "done"
        assert not daemon.socket.exists()

    uvloop.run(case())


def test_a_command_that_runs_on_is_broken_off_after_a_while(setting: Setting) -> None:
    setting.pack('argv = ["sleep", "61"]')

    async def case() -> None:
        server, daemon, make = await _serving(setting, drain_s=0.3)
        reader, writer = await _asked(
            daemon.socket, type="interpret", utterance=make, execute=True, timeout_s=60
        )
        began = time.monotonic()
        await server.stop()
        await daemon.stop()
        took_s = time.monotonic() - began
        writer.close()

        assert 0.3 < took_s < 3
        assert await reader.read() == b""

    uvloop.run(case())
