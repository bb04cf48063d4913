"""What systemd hands over and is told, with real sockets and processes."""

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from whisperad.systemd import Notifier

# Puts a socket at file descriptor 3, as systemd does before it starts a service.
HANDED_OVER = """
import json, os, socket, sys
kind, path = sys.argv[1:]
if kind == "datagram":
    handed = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
else:
    handed = socket.socket(socket.AF_UNIX)
handed.bind(path)
if kind == "listening":
    handed.listen()
os.dup2(handed.fileno(), 3)
from whisperad import systemd
from whisperad.errors import CannotStart
environ = {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "1", "PATH": "/bin"}
try:
    found = systemd.inherited_socket(environ)
    said = found.getsockname()
    assert not found.get_inheritable()
except CannotStart as error:
    said = str(error)
print(json.dumps([said, environ]))
"""


def _handed_over(kind: str, path: Path) -> list[object]:
    ran = subprocess.run(
        [sys.executable, "-c", HANDED_OVER, kind, path],
        stdout=subprocess.PIPE,
        check=True,
    )
    answer: list[object] = json.loads(ran.stdout)
    return answer


def test_the_socket_of_the_socket_unit_is_taken(short_dir: Path) -> None:
    path = short_dir / "w.sock"

    # The variables are gone, so that no program we run takes the socket for its own.
    assert _handed_over("listening", path) == [str(path), {"PATH": "/bin"}]


@pytest.mark.parametrize("kind", ["datagram", "not listening"])
def test_any_other_socket_is_refused(short_dir: Path, kind: str) -> None:
    said, _ = _handed_over(kind, short_dir / "w.sock")

    assert said == "LISTEN_FDS: file descriptor 3 is no listening Unix stream socket"


def test_variables_meant_for_another_process_are_ignored() -> None:
    program = (
        "from whisperad import systemd\n"
        "print(systemd.inherited_socket({'LISTEN_PID': '1', 'LISTEN_FDS': '1'}))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, check=True
    )

    assert ran.stdout == b"None\n"


@pytest.mark.parametrize("kind", ["file", "abstract"])
def test_systemd_is_told_how_far_we_are(short_dir: Path, kind: str) -> None:
    if kind == "abstract" and sys.platform != "linux":
        pytest.skip("abstract sockets are Linux's own")
    name = str(short_dir / "notify")
    environ = {"NOTIFY_SOCKET": "@" + name if kind == "abstract" else name}
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind("\0" + name if kind == "abstract" else name)
        notifier = Notifier(environ)
        notifier.ready()
        notifier.stopping()
        heard = [systemd.recv(100), systemd.recv(100)]

    assert heard == [b"READY=1", b"STOPPING=1"]
    assert environ == {}


def test_without_systemd_nobody_is_told() -> None:
    Notifier({}).ready()
    Notifier({"NOTIFY_SOCKET": "/nowhere/at/all"}).ready()
