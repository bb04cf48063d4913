"""A daemon in a process of its own, and a client that says exactly what it is told."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

Message = dict[str, Any]

START_S = 15.0  # far more than a start takes; a busy machine shall not fail a test
LATE_S = 15.0  # for what is to happen soon; the same


def eventually(is_so: Callable[[], object], within_s: float = LATE_S) -> bool:
    """Wait until something is so, and say whether it is."""
    ends = time.monotonic() + within_s
    while not is_so() and time.monotonic() < ends:
        time.sleep(0.01)
    return bool(is_so())


class Client:
    """A connection to a daemon: raw bytes in, replies out."""

    def __init__(self, path: Path, timeout_s: float = 15.0) -> None:
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(timeout_s)
        try:
            self.socket.connect(str(path))
        except OSError:
            self.socket.close()
            raise
        self._lines = self.socket.makefile("rb")

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.socket.sendall(data)

    def receive(self) -> Message:
        """Give the next reply. Raises `EOFError` if there is none."""
        line = self._lines.readline()
        if not line:
            raise EOFError
        reply: Message = json.loads(line)
        return reply

    def ask(self, **request: object) -> Message:
        """Send a request and give its reply."""
        self.send(json.dumps(request).encode() + b"\n")
        return self.receive()

    def at_end(self) -> bool:
        """Whether the daemon has closed the connection and said nothing more."""
        return self._lines.readline() == b""

    def close(self) -> None:
        """Leave."""
        self._lines.close()
        self.socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class RunningDaemon:
    """`python -m whisperad` with everything it keeps below one folder."""

    launcher: tuple[str, ...] = (sys.executable,)

    def __init__(
        self,
        home: Path,
        user_file: Mapping[str, object] | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self.home = home
        self.socket = home / "run" / "whisperad.sock"
        self.user_file = home / "config" / "whispera_config.json"
        self.user_file.parent.mkdir(parents=True, exist_ok=True)
        if user_file is not None:
            self.user_file.write_text(json.dumps(user_file))
        self.environ = {**os.environ, "WHISPERA_HOME": str(home), **(environ or {})}
        self.prepare: Callable[[], None] | None = None  # in the process, as it begins
        self._log = home / "log"
        self._clients: list[Client] = []

    def start(self, *, wait: bool = True) -> Self:
        """Start it and, unless told otherwise, wait until it answers."""
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [*self.launcher, "-m", "whisperad"],
                env=self.environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=self.prepare,
            )
        if wait:
            self.wait_until_ready()
        return self

    def wait_until_ready(self) -> None:
        """Wait for the daemon's first answer."""
        ends = time.monotonic() + START_S
        while time.monotonic() < ends:
            assert self.process.poll() is None, self._logged()
            try:
                self.ask(type="status")
                return
            except (FileNotFoundError, ConnectionRefusedError, ConnectionResetError):
                # Reset: what a killed daemon was just starting had its socket open.
                time.sleep(0.005)
        raise AssertionError(f"not ready after {START_S} s: {self._logged()}")

    def set(self, **settings: object) -> None:
        """Change settings in the user's file; they count when it is read again."""
        given = json.loads(self.user_file.read_text())
        self.user_file.write_text(
            json.dumps({**given, "settings": {**given["settings"], **settings}})
        )

    def client(self) -> Client:
        """Give a connection of its own; what is still open at `stop` is closed."""
        self._clients.append(Client(self.socket))
        return self._clients[-1]

    def ask(self, **request: object) -> Message:
        """Ask one thing on a connection of its own."""
        with Client(self.socket) as client:
            return client.ask(**request)

    def teach(self, said: str, **intent: str) -> None:
        """Teach what an utterance means, which has to be something that may be."""
        taught = self.ask(type="teach", utterance=said, intent=intent)
        assert taught["type"] == "ok", taught

    def say(self, said: str, **more: object) -> Message:
        """Say something and give the reply."""
        return self.ask(type="interpret", utterance=said, **more)

    def events(self, name: str | None = None) -> list[Message]:
        """Give what it has logged, or only the events of one name."""
        lines = [json.loads(line) for line in self._log.read_text().splitlines()]
        return [line for line in lines if name in (None, line["event"])]

    def _logged(self) -> str:
        return self._log.read_text() if self._log.exists() else ""

    def stop(self, number: int = signal.SIGTERM) -> int:
        """End it with a signal and give its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            return self.process.wait(8)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
        finally:
            for client in self._clients:
                client.close()
            self._clients.clear()
