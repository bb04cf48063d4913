"""A desktop of the test's own: an X server, a message bus, a home. Nothing else is touched.

Every effect goes the whole way from an intent of the shipped catalogue to the program
that does it. A test that lacks a program is skipped and names it.
"""

import asyncio
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import uvloop

from whisperad import catalogue
from whisperad.command import Command, Resolver
from whisperad.intent import Intent
from whisperad.machine import Machine
from whisperad.process import Outcome
from whisperad.runner import Effects
from whisperad.settings import Settings
from whisperad.utterance import normalise

# Program -> the Debian package it comes in.
PACKAGES = {
    "Xvfb": "xvfb",
    "date": "coreutils",
    "dbus-daemon": "dbus-daemon",
    "dbus-send": "dbus-bin",
    "dunst": "dunst",
    "ffmpeg": "ffmpeg",
    "gtk-launch": "libgtk-3-bin",
    "killall": "psmisc",
    "maim": "maim",
    "notify-send": "libnotify-bin",
    "openbox": "openbox",
    "scrot": "scrot",
    "wmctrl": "wmctrl",
    "xclip": "xclip",
    "xdotool": "xdotool",
    "xterm": "xterm",
}
WAIT_S = 8.0


class Said(NamedTuple):
    """One thing to do: an utterance and the intent it is understood as."""

    utterance: str
    action: str
    slots: dict[str, str]


class Desktop:
    """Does what is said, with no other programs on the PATH than those asked for."""

    def __init__(self, home: Path, environ: dict[str, str]) -> None:
        self.home = home
        self.environ = environ
        self._bin = Path(environ["PATH"])

    def needs(self, *programs: str) -> None:
        """Put programs on the PATH, or skip the test."""
        for program in programs:
            found = _found(program)
            link = self._bin / program
            if not link.exists():
                link.symlink_to(found)

    def run(self, *argv: str) -> subprocess.CompletedProcess[str]:
        """Run a program there, and wait for it."""
        return subprocess.run(
            argv,
            env=self.environ,
            capture_output=True,
            text=True,
            timeout=WAIT_S,
            check=False,
        )

    def has(self, application: str, line: str) -> None:
        """Put an application on the desktop, which is started with this line."""
        folder = self.home / ".local/share/applications"
        (folder / f"org.example.{application.replace(' ', '')}.desktop").write_text(
            f"[Desktop Entry]\nType=Application\nName={application}\nExec={line}\n"
        )

    def commands(self, said: Said) -> tuple[Command, ...]:
        """Resolve what was said."""
        machine = Machine("linux", self.home, self.environ)
        resolver = Resolver(catalogue.load(), machine)
        intent = Intent(said.action, said.slots)
        return resolver.resolve(intent, normalise(said.utterance)).commands

    def do(
        self, *everything: Said, until: Callable[[], bool] = lambda: True
    ) -> list[Outcome]:
        """Do one thing after the other, wait for what comes of them, then stop."""
        return uvloop.run(self._do(everything, until))

    async def _do(
        self, everything: tuple[Said, ...], until: Callable[[], bool]
    ) -> list[Outcome]:
        effects = Effects(
            Settings(
                "linux",
                can_execute=True,
                home=self.home,
                config=self.home / "config",
                data=self.home / "data",
                state=self.home / "state",
                socket=self.home / "socket",
                environ=self.environ,
            )
        )
        await effects.start()
        try:
            outcomes = [
                await effects.perform(command, WAIT_S, None)
                for said in everything
                for command in self.commands(said)
            ]
            await _wait_on_loop(until)
            return outcomes
        finally:
            await effects.stop()


async def _wait_on_loop(until: Callable[[], bool]) -> None:
    """Wait on the running loop until something is so, or fail."""
    ends = time.monotonic() + WAIT_S
    while not until():
        assert time.monotonic() < ends, "nothing came of it"
        await asyncio.sleep(0.02)


def wait(until: Callable[[], bool]) -> None:
    """Wait until something is so, or fail."""
    ends = time.monotonic() + WAIT_S
    while not until():
        assert time.monotonic() < ends, "it did not come about"
        time.sleep(0.02)


@pytest.fixture(scope="session")
def display() -> Iterator[str]:
    """Give the name of an X server without a screen."""
    command = [_found("Xvfb"), "-displayfd", "1", "-screen", "0", "640x480x24",
               "-nolisten", "tcp", "-noreset"]  # fmt: skip
    server = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert server.stdout is not None
    number = server.stdout.readline().decode().strip()
    if not number:
        pytest.skip("Xvfb does not start here")
    yield f":{number}"
    _end(server)


@pytest.fixture(scope="session")
def bus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the address of a message bus."""
    command = [_found("dbus-daemon"), "--session", "--nofork", "--print-address=1"]
    runtime = tmp_path_factory.mktemp("runtime")
    daemon = subprocess.Popen(
        command, stdout=subprocess.PIPE, env={"XDG_RUNTIME_DIR": str(runtime)}
    )
    assert daemon.stdout is not None
    yield daemon.stdout.readline().decode().strip()
    _end(daemon)


@pytest.fixture
def desktop(tmp_path: Path, display: str, bus: str) -> Desktop:
    """Give a desktop with an empty home and an empty PATH."""
    home = tmp_path / "home"
    for folder in ("bin", "Desktop", "runtime", ".local/share/applications"):
        (home / folder).mkdir(parents=True)
    environ = {
        "HOME": str(home),
        "PATH": str(home / "bin"),
        "DISPLAY": display,
        "DBUS_SESSION_BUS_ADDRESS": bus,
        "XDG_RUNTIME_DIR": str(home / "runtime"),
        "XDG_DATA_DIRS": "/nonexistent",
        "LANG": "C.UTF-8",
        # No accessibility bus: it would outlive the test.
        "NO_AT_BRIDGE": "1",
        "GTK_A11Y": "none",
        "GSETTINGS_BACKEND": "memory",
    }
    return Desktop(home, environ)


def _found(program: str) -> str:
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"{program} is not installed (Debian package {PACKAGES[program]})")
    return found


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait(WAIT_S)
    if process.stdout is not None:
        process.stdout.close()
