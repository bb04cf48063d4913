import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from client import connection
from tests.client.conftest import Peer


def test_a_reply_comes_back(peer: Peer) -> None:
    peer.will_say(type="status", version="1")

    reply = connection.request(str(peer.path), {"type": "status"})

    assert reply["version"] == "1"
    assert peer.requests == [{"type": "status"}]


def test_an_error_is_a_reply_or_an_exception_as_you_like(peer: Peer) -> None:
    for _ in range(2):
        peer.will_say(type="error", code="internal", message="a mistake")

    assert connection.request(str(peer.path), {})["code"] == "internal"
    with pytest.raises(connection.DaemonError, match=r"^a mistake$"):
        connection.answer(str(peer.path), {})


@pytest.mark.parametrize("sent", [b"", b'{"type":', b'{"type":"status"}'])
def test_half_a_reply_is_none(peer: Peer, sent: bytes) -> None:
    peer.script.append(sent)

    with pytest.raises(connection.Unreachable, match="hung up before it answered"):
        connection.request(str(peer.path), {})


@pytest.mark.parametrize("sent", [b"hello\n", b"[]\n", b"\xff\n"])
def test_nonsense_is_no_reply(peer: Peer, sent: bytes) -> None:
    peer.script.append(sent)

    with pytest.raises(connection.DaemonError, match="sent no reply"):
        connection.request(str(peer.path), {})


def test_a_daemon_that_hangs_is_not_waited_for(short_dir: Path) -> None:
    path = short_dir / "w.sock"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()

        with pytest.raises(connection.Unreachable, match=r"gave no answer in 0\.1 s"):
            connection.request(str(path), {}, wait_s=0.1)


def test_a_socket_that_was_left_behind_does_not_answer(short_dir: Path) -> None:
    path = short_dir / "w.sock"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))

    with pytest.raises(connection.Unreachable, match="nothing answers at"):
        connection.request(str(path), {})


@contextmanager
def _crowded(path: Path) -> Iterator[tuple[socket.socket, socket.socket]]:
    """Listen for one client, which waits already."""
    with (
        socket.socket(socket.AF_UNIX) as listening,
        socket.socket(socket.AF_UNIX) as waiting,
    ):
        listening.bind(str(path))
        listening.listen(0)
        waiting.connect(str(path))
        yield listening, waiting


@pytest.mark.skipif(sys.platform != "linux", reason="others refuse where Linux asks")
def test_where_too_many_wait_that_is_told(short_dir: Path) -> None:
    path = short_dir / "w.sock"
    with (
        _crowded(path),
        pytest.raises(connection.Unreachable, match="too many clients wait for"),
    ):
        connection.request(str(path), {"type": "status"})


@pytest.mark.skipif(sys.platform != "linux", reason="others refuse where Linux asks")
def test_where_many_wait_a_client_tries_again(short_dir: Path) -> None:
    path = short_dir / "w.sock"
    with _crowded(path) as (listening, waiting):

        def let_in() -> None:
            time.sleep(0.2)
            for _ in range(2):
                accepted, _ = listening.accept()
                with accepted, accepted.makefile("rb") as lines:
                    if lines.readline():
                        accepted.sendall(b'{"type":"status"}\n')

        waiting.shutdown(socket.SHUT_WR)
        thread = threading.Thread(target=let_in)
        thread.start()
        reply = connection.request(str(path), {"type": "status"})
        thread.join()

    assert reply == {"type": "status"}


def test_a_path_that_no_socket_can_have_is_told(short_dir: Path) -> None:
    with pytest.raises(connection.Unreachable, match="set WHISPERA_SOCKET"):
        connection.request(str(short_dir / ("w" * 200)), {})


def test_what_was_said_when_it_would_not_hear_is_heard(short_dir: Path) -> None:
    """A daemon may refuse a long line before it has read all of it."""
    path = short_dir / "w.sock"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()

        def refuse() -> None:
            connected, _ = listening.accept()
            with connected:
                connected.recv(1)
                connected.sendall(b'{"type":"error","message":"too long"}\n')
                connected.shutdown(socket.SHUT_RD)

        thread = threading.Thread(target=refuse)
        thread.start()
        reply = connection.request(str(path), {"utterance": "a" * 10_000_000})
        thread.join()

    assert reply["message"] == "too long"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can act for somebody else")
def test_a_daemon_of_somebody_else_is_told_nothing(short_dir: Path) -> None:
    path = short_dir / "w.sock"
    listen = (
        "import socket, sys; s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]);"
        " s.listen(); print(flush=True); print(s.accept()[0].recv(9))"
    )
    short_dir.chmod(0o777)
    other = subprocess.Popen(
        ["/usr/bin/python3", "-c", listen, path],
        user=65534,
        stdout=subprocess.PIPE,
    )
    assert other.stdout is not None
    other.stdout.readline()

    with pytest.raises(connection.Unreachable, match="found one of user 65534"):
        connection.request(str(path), {"type": "status"})
    assert other.stdout.read() == b"b''\n"
    other.stdout.close()
    other.wait()
