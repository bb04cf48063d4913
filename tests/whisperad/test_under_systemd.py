"""The daemon as systemd sees it: what it is told, and whose socket is served."""

import socket
import subprocess
import sys
from pathlib import Path

from tests.running import Client, RunningDaemon


def test_systemd_is_told_when_it_is_ready_and_when_it_stops(
    short_dir: Path, stopped: RunningDaemon
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.settimeout(8)
        systemd.bind(str(short_dir / "notify"))
        stopped.environ["NOTIFY_SOCKET"] = str(short_dir / "notify")
        stopped.start(wait=False)

        assert systemd.recv(100) == b"READY=1"
        assert stopped.ask(type="status")["type"] == "status"
        stopped.stop()
        assert systemd.recv(100) == b"STOPPING=1"


def test_it_serves_the_socket_that_systemd_opened(
    short_dir: Path, stopped: RunningDaemon
) -> None:
    path = short_dir / "from-systemd.sock"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()
        started = _start_with_socket(stopped, listening)
        with Client(path) as client:
            status = client.ask(type="status")
        started.terminate()

        assert started.wait(8) == 0
    assert status["socket"] == str(path)
    assert not stopped.socket.exists()
    assert path.is_socket()  # it is systemd's, which goes on listening


def _start_with_socket(
    stopped: RunningDaemon, listening: socket.socket
) -> subprocess.Popen[bytes]:
    # `LISTEN_PID` must be the daemon's own, so the process that knows it becomes it.
    become = (
        "import os, sys; os.dup2(int(sys.argv[1]), 3)\n"
        "os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS='1')\n"
        "os.execv(sys.executable, [sys.executable, '-m', 'whisperad'])"
    )
    return subprocess.Popen(
        [sys.executable, "-c", become, str(listening.fileno())],
        env=stopped.environ,
        pass_fds=[listening.fileno()],
        stderr=subprocess.DEVNULL,
    )
