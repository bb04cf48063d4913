"""A daemon in this process, with a catalogue of one action that a test chooses.

The base has random weights. It answers with the one action or with "no command", so some
utterance means the action; which one it is does not matter.
"""

import os
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
import uvloop

from whisperad.daemon import Daemon
from whisperad.protocol import Confirm, Interpret, Interpretation
from whisperad.settings import Limits, Settings

HERE = "macos" if sys.platform == "darwin" else "linux"
UTTERANCES = [f"{verb} {noun}" for verb in "abcdefgh" for noun in "stuvwxyz"]

Case = Callable[[Daemon, str], Awaitable[None]]


class Setting:
    """A daemon's surroundings in a folder, for `run` to start it in."""

    def __init__(self, folder: Path, base: Path) -> None:
        self._folder = folder
        self._shipped = folder / "shipped"
        for name in ("actions", "names"):
            (self._shipped / name).mkdir(parents=True)
        for name in ("apps", "folders"):
            (self._shipped / "names" / f"{name}.toml").touch()
        (self._shipped / "names" / "sites.toml").write_text("[sites]\n")
        (folder / "config").mkdir()
        self.environ = {"PATH": os.environ["PATH"], "HOME": str(folder)}
        self.base = base
        self.threshold = 0.0
        self.pack('argv = ["echo", "made it"]')

    def pack(
        self,
        form: str,
        *,
        risk: str = "safe",
        where: str = "daemon",
        platform: str = HERE,
    ) -> None:
        """Write the pack with its one action."""
        (self._shipped / "actions" / "test.toml").write_text(
            f'pack = "test"\nwhere = "{where}"\n[[action]]\nid = "make"\n'
            f'phrases = ["make it"]\nrisk = "{risk}"\n{platform} = {{ {form} }}\n'
        )

    def run(self, case: Case, **limits: float) -> None:
        """Run a case on a daemon, with an utterance that means the action."""

        async def running() -> None:
            daemon = Daemon(self.settings(**limits))
            await daemon.start()
            try:
                await case(daemon, await meaning(daemon))
            finally:
                await daemon.stop()

        uvloop.run(running())

    def settings(self, **limits: float) -> Settings:
        """Write the user's file and give the settings to start with.

        `limits` are those of the user's file, or of the settings themselves.
        """
        own = {key: n for key, n in limits.items() if key in Limits.__struct_fields__}
        user_file = {
            "settings": {
                "model": str(self.base),
                "shortcuts": False,  # the model shall answer
                "confidence_threshold": self.threshold,
                **own,
            }
        }
        path = self._folder / "config" / "whispera_config.json"
        path.write_bytes(msgspec.json.encode(user_file))
        settings = Settings(
            platform="macos" if HERE == "macos" else "linux",
            can_execute=True,
            home=self._folder,
            config=self._folder / "config",
            data=self._folder / "data",
            state=self._folder / "state",
            socket=self._folder / "run" / "w.sock",
            environ=self.environ,
            shipped=self._shipped,
        )
        others = {key: n for key, n in limits.items() if key not in own}
        return msgspec.structs.replace(settings, **others)


async def meaning(daemon: Daemon) -> str:
    """Find an utterance that means the action, once."""
    for utterance in UTTERANCES:
        if len((await ask(daemon, Interpret(utterance=utterance))).intents) == 1:
            return utterance
    raise AssertionError("the base understands nothing as a command")


async def ask(daemon: Daemon, request: Interpret | Confirm) -> Interpretation:
    """Ask a daemon for an interpretation."""
    reply = await daemon.answer(request, time.monotonic())
    assert isinstance(reply, Interpretation)
    return reply
