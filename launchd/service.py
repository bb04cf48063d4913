"""What a service is on every system: the program to run, and calls to its manager.

Imports the standard library and `whisperad.wire` only.
"""

import os
import shlex
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from whisperad import wire

# `systemctl start` waits until the daemon is ready, and it may take two minutes.
CALL_S = 150.0

_KEPT = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME")


class Refused(Exception):
    """Raise with what the service manager said when it would not do as told."""


class Service(Protocol):
    """The daemon as something that the system starts and watches over."""

    @property
    def socket(self) -> str | None:
        """The socket of the service that is installed, None if none is."""

    def holds_socket(self) -> bool:
        """Tell whether the system listens for the daemon just now, and only the system."""

    def is_outdated(self) -> bool:
        """Tell whether what is installed is not what would be now; PATH and LANG aside."""

    def search_path(self) -> str | None:
        """Give where the installed daemon looks for programs; None if no file says."""

    def install(self) -> None:
        """Have the daemon started at every login, and now; again if it is running."""

    def uninstall(self) -> None:
        """Stop the daemon and forget the service; nothing happens if there is none."""

    def start(self) -> None:
        """Start the daemon that is installed."""

    def stop(self) -> None:
        """Stop it until `start` or the next login."""


class Program:
    """What is to be run, and in whose surroundings the service manager is called.

    `command` begins with an absolute path.
    """

    def __init__(self, command: Sequence[str], environ: Mapping[str, str]) -> None:
        self.command = tuple(command)
        self.environ = dict(environ)
        self.paths = wire.Paths(environ)
        self.home = Path(wire.home(environ))

    def environment(self, usual: Mapping[str, str]) -> dict[str, str]:
        """Give variables with which the daemon finds what its clients and its user find.

        `usual` are the PATH and LANG of a system; that PATH is searched last.
        """
        kept = {name: self.environ[name] for name in _KEPT if self.environ.get(name)}
        if self.environ.get("WHISPERA_HOME"):
            kept["WHISPERA_HOME"] = str(Path(self.environ["WHISPERA_HOME"]).absolute())
        return {
            "PATH": self._search_path(usual["PATH"]),
            "LANG": self.environ.get("LANG") or usual["LANG"],
            **kept,
            "WHISPERA_SOCKET": self.paths.socket,
            "PYTHONUNBUFFERED": "1",
        }

    def _search_path(self, usual: str) -> str:
        folders = f"{self.environ.get('PATH', '')}{os.pathsep}{usual}".split(os.pathsep)
        # A relative one would depend on where the daemon is; no file holds newlines.
        kept = [f for f in folders if Path(f).is_absolute() and f.isprintable()]
        # An environment of Python that is active is so for this one shell.
        active = f"{self.environ.get('VIRTUAL_ENV')}/bin"
        return os.pathsep.join(dict.fromkeys(f for f in kept if f != active))

    def call(self, *argv: str) -> str:
        """Run a program of the service manager and give what it prints.

        Raises `Refused` with what it complains about if it fails.
        """
        code, output, complaint = self.attempt(*argv)
        if code != 0:
            why = complaint.strip() or f"exit code {code}"
            raise Refused(f"{shlex.join(argv)}: {why}")
        return output

    def attempt(self, *argv: str) -> tuple[int, str, str]:
        """Run a program and give its exit code, its output and its complaints.

        Raises `Refused` if it is not there or does not end.
        """
        found = shutil.which(argv[0], path=self.environ.get("PATH", os.defpath))
        if found is None:
            raise Refused(f'no program on the PATH is called "{argv[0]}"')
        try:
            done = subprocess.run(
                [found, *argv[1:]],
                env=self.environ,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=CALL_S,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise Refused(f"{shlex.join(argv)}: no end after {CALL_S:g} s") from error
        return done.returncode, done.stdout, done.stderr

    def make_log_folder(self) -> None:
        """Make the folder of the log, which no service manager does."""
        Path(self.paths.log).parent.mkdir(mode=0o700, parents=True, exist_ok=True)


def write(path: Path, content: bytes) -> None:
    """Write a file that everybody may read, all of it or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Not a name that a service manager would read, should we be broken off here.
    part = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    part.write_bytes(content)
    part.chmod(0o644)
    part.replace(path)
