"""A home of its own for a test: a real daemon in it, stand-ins, nothing else to find.

The daemon and the commands see no program but the stand-ins, which write down how they
were called, so nothing reaches the machine that the tests run on.
"""

import subprocess
import sys
from pathlib import Path

from client import lifecycle
from tests.running import RunningDaemon

ROOT = Path(__file__).parents[2]
MOST_S = 20.0  # for a command, on a busy machine

# What an effect would be done with, and what must never be called.
STAND_INS = ("bash", "gtk-launch", "notify-send", "rm", "sh", "systemctl")
_STAND_IN = """\
#!/bin/sh
{ printf '%s' "${0##*/}"; printf ' [%s]' "$@"; echo; } >> "$HOME/ran"
"""
_CAT = "import pathlib, sys; sys.stdout.write(pathlib.Path(sys.argv[1]).read_text())"
_MODULES = {"w": "client.say", "whispera": "client.cli", "whisperad": "whisperad"}

Completed = subprocess.CompletedProcess[str]


class Home:
    """The home folder, and what is typed in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environ = {
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "PATH": str(folder / "bin"),
            "PYTHONPATH": str(ROOT),
            "WHISPERA_HOME": str(folder),
            "XDG_DATA_DIRS": "/nonexistent",
        }
        self._daemon: RunningDaemon | None = None
        self._ran = folder / "ran"
        self._ran.touch()
        for name in STAND_INS:
            self.write(f"bin/{name}", _STAND_IN)
            (folder / "bin" / name).chmod(0o755)

    @property
    def daemon(self) -> RunningDaemon:
        """Give the daemon, which starts when it is first asked for."""
        if self._daemon is None:
            daemon = RunningDaemon(self.folder)
            daemon.environ = self.environ
            self._daemon = daemon.start()
        return self._daemon

    def write(self, path: str, text: str) -> None:
        """Write a file."""
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def ran(self) -> list[str]:
        """Give how the stand-ins were called, a line each."""
        return self._ran.read_text(encoding="utf-8").splitlines()

    def type(self, *argv: str, stdin: str = "") -> Completed:
        """Run a command, without a shell; what it complains about is shown, too."""
        assert self.daemon
        return subprocess.run(
            self._process(argv),
            env=self.environ,
            cwd=self.folder,
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=MOST_S,
            check=False,
        )

    def close(self) -> None:
        """Stop the daemon, and one that was started by a command."""
        if self._daemon is not None:
            self._daemon.stop()
        lifecycle.stop(str(self.folder / "run" / "whisperad.sock"))

    def _process(self, argv: tuple[str, ...]) -> list[str]:
        program, *arguments = argv
        match program, arguments:
            case ("w" | "whispera" | "whisperad", _):
                return [sys.executable, "-P", "-m", _MODULES[program], *arguments]
            case "nc", ["-U", socket]:
                netcat = Path(__file__).with_name("netcat.py")
                return [sys.executable, str(netcat), socket]
            case "cat", [file]:
                return [sys.executable, "-c", _CAT, file]
        raise AssertionError(f"nothing is known of {program!r}")
