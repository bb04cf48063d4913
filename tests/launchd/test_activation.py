"""The daemon as the units say, started by systemd's own program at the first client."""

import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from launchd.service import Program
from launchd.units import SERVICE, UserUnits
from tests.running import START_S, Client

pytestmark = [
    pytest.mark.skipif(
        shutil.which("systemd-socket-activate") is None,
        reason="systemd-socket-activate is not installed (Debian has it in systemd)",
    ),
    pytest.mark.timeout(60),  # a busy machine starts daemons slowly
]

ROOT = Path(__file__).parents[2]


class Activation:
    """`systemd-socket-activate` with what the units say, and what it is notified of."""

    def __init__(self, home: Path, base: Path) -> None:
        self._home = home
        (home / "config").mkdir()
        settings = {"settings": {"model": str(base)}}
        (home / "config" / "whispera_config.json").write_text(json.dumps(settings))
        environ = {"HOME": str(home), "WHISPERA_HOME": str(home)}
        command = (sys.executable, "-P", "-m", "whisperad")
        self._units = UserUnits(Program(command, environ))
        self.socket = home / "run" / "whisperad.sock"
        self.socket.parent.mkdir(mode=0o700)
        self.notified = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notified.settimeout(START_S)
        self.notified.bind(str(home / "notify"))

    def listen(self) -> subprocess.Popen[bytes]:
        """Have systemd listen; its process becomes the daemon's."""
        lines = self._units.definitions()[SERVICE].splitlines()
        said = [line.partition("=")[::2] for line in lines if "=" in line]
        variables = [
            *(shlex.split(value)[0] for key, value in said if key == "Environment"),
            f"NOTIFY_SOCKET={self._home / 'notify'}",
            f"PYTHONPATH={ROOT}",
        ]
        with (self._home / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [
                    *("systemd-socket-activate", "-l", str(self.socket)),
                    *(f"--setenv={variable}" for variable in variables),
                    *shlex.split(dict(said)["ExecStart"]),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        return self.process

    def client(self) -> Client:
        """Give a connection, as soon as somebody listens."""
        ends = time.monotonic() + START_S
        while True:
            try:
                return Client(self.socket)
            except (FileNotFoundError, ConnectionRefusedError):
                assert time.monotonic() < ends, (self._home / "log").read_text()
                time.sleep(0.02)

    def logged(self, event: str) -> dict[str, object]:
        """Wait for an event in the log and give it."""
        ends = time.monotonic() + START_S
        while time.monotonic() < ends:
            lines = (self._home / "log").read_text().splitlines()
            for line in lines:
                if f'"{event}"' in line:
                    found: dict[str, object] = json.loads(line)
                    return found
            time.sleep(0.1)
        raise AssertionError((self._home / "log").read_text())

    def close(self) -> None:
        """End what is left."""
        self.notified.close()
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


@pytest.fixture
def activation(short_dir: Path, random_base: Path) -> Iterator[Activation]:
    started = Activation(short_dir, random_base)
    started.listen()
    yield started
    started.close()


def test_the_first_client_starts_the_daemon(activation: Activation) -> None:
    with activation.client() as client:
        status = client.ask(type="status")
    told = activation.notified.recv(100)
    environ = Path(f"/proc/{activation.process.pid}/environ").read_bytes().split(b"\0")
    activation.process.send_signal(signal.SIGTERM)

    assert status["pid"] == activation.process.pid
    assert status["socket"] == str(activation.socket)
    assert told == b"READY=1"
    assert b"PATH=/usr/local/bin:/usr/bin:/bin" in environ
    assert b"LANG=C.UTF-8" in environ
    assert activation.notified.recv(100) == b"STOPPING=1"
    assert activation.process.wait(START_S) == 0
    assert activation.socket.is_socket()  # it is systemd's


def test_a_killed_daemon_leaves_nothing_in_the_way_of_the_next(
    activation: Activation,
) -> None:
    with activation.client() as client:
        before = client.ask(type="status")["pid"]
    activation.process.kill()
    activation.process.wait()
    activation.socket.unlink()
    activation.listen()
    with activation.client() as client:
        after = client.ask(type="status")["pid"]

    assert before != after == activation.process.pid


def test_a_daemon_whose_socket_is_deleted_says_what_to_do_and_ends_cleanly(
    activation: Activation,
) -> None:
    client = activation.client()
    client.ask(type="status")
    activation.socket.unlink()
    lost = activation.logged("socket-is-lost")
    still = client.ask(type="status")
    client.close()
    activation.process.send_signal(signal.SIGTERM)

    assert str(lost["reason"]).endswith("do `whispera restart`")
    assert still["pid"] == activation.process.pid
    assert activation.process.wait(START_S) == 0
    assert not os.path.lexists(activation.socket)
