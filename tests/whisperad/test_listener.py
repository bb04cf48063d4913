"""The socket's place: who may have it, and what is done about what lies there."""

import fcntl
import os
import socket
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from whisperad import listener, wire
from whisperad.errors import CannotStart
from whisperad.listener import Listener


@pytest.fixture
def path(short_dir: Path) -> Path:
    return short_dir / "run" / "w.sock"


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_socket_is_ours_alone_in_a_folder_that_is_ours_alone(path: Path) -> None:
    listening = listener.claim(path)

    assert listening.path == path
    assert _mode(path) == 0o600
    assert _mode(path.parent) == 0o700
    assert _mode(path.with_name("w.sock.lock")) == 0o600
    listening.close()


def test_a_client_is_taken_in_before_anyone_accepts(path: Path) -> None:
    listening = listener.claim(path)
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(path))
        accepted, _ = listening.socket.accept()

    assert wire.peer_uid(accepted) == os.getuid()
    accepted.close()
    listening.close()


def test_a_second_daemon_is_told_who_serves(path: Path) -> None:
    first = listener.claim(path)
    program = (
        "import sys, pathlib; from whisperad import listener\n"
        "try: listener.claim(pathlib.Path(sys.argv[1]))\n"
        "except listener.CannotStart as error: print(error)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program, path],
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )

    assert ran.stdout == f"another whisperad (process {os.getpid()}) serves {path}\n"
    first.close()


def test_a_daemon_whose_socket_was_removed_is_said_to_be_there(path: Path) -> None:
    first = listener.claim(path)
    path.unlink()

    with pytest.raises(CannotStart) as caught:
        listener.claim(path, patience_s=0.05)
    assert str(caught.value) == (
        f"another whisperad (process {os.getpid()}) holds {path}.lock, but {path} is"
        " gone; end it with `whispera stop`"
    )
    first.close()


def test_a_folder_is_no_place_for_a_socket() -> None:
    with pytest.raises(CannotStart, match="give it a folder of its own"):
        listener.claim(Path("/"))


def test_a_socket_left_by_a_killed_daemon_is_replaced(path: Path) -> None:
    listener.claim(path).close()  # without withdraw(): as a kill leaves it
    assert path.is_socket()

    again = listener.claim(path)
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(path))
    again.close()


def test_a_client_that_looks_who_is_there_is_no_daemon(path: Path) -> None:
    listener.claim(path).close()
    lock = path.with_name("w.sock.lock")
    lock.write_text(f"{os.getpid()}\n")  # a killed daemon's id, another's by now
    with lock.open() as looking:
        fcntl.flock(looking, fcntl.LOCK_SH)
        done = threading.Timer(0.3, fcntl.flock, (looking.fileno(), fcntl.LOCK_UN))
        done.start()
        listener.claim(path).close()
        done.join()


def test_at_its_end_a_daemon_takes_its_id_back(path: Path) -> None:
    listening = listener.claim(path)
    lock = path.with_name("w.sock.lock")

    assert lock.read_text() == f"{os.getpid()}\n"
    listening.close()
    assert lock.read_text() == ""


def test_a_socket_somebody_else_answers_at_is_left_alone(path: Path) -> None:
    path.parent.mkdir(mode=0o700)
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(path))
        other.listen()
        with pytest.raises(CannotStart, match="something that is no whisperad"):
            listener.claim(path)

    assert path.is_socket()


def test_a_file_in_the_sockets_place_is_left_alone(path: Path) -> None:
    path.parent.mkdir(mode=0o700)
    path.write_text("precious")

    with pytest.raises(CannotStart, match="expected a socket or nothing"):
        listener.claim(path)
    assert path.read_text() == "precious"


def test_withdrawing_removes_the_name_and_frees_the_place(path: Path) -> None:
    first = listener.claim(path)
    first.withdraw()
    first.close()

    assert not path.exists()
    listener.claim(path).close()


def test_a_socket_put_there_by_somebody_else_is_not_withdrawn(path: Path) -> None:
    first = listener.claim(path)
    path.unlink()
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(path))
        first.withdraw()

    assert path.is_socket()
    first.close()


def test_a_folder_that_is_a_symbolic_link_is_refused_untouched(path: Path) -> None:
    elsewhere = path.parents[1] / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    path.parent.symlink_to(elsewhere)

    with pytest.raises(CannotStart, match=f"found a symbolic link to {elsewhere}"):
        listener.claim(path)
    assert list(elsewhere.iterdir()) == []


def test_a_symbolic_link_further_up_is_followed(short_dir: Path) -> None:
    """As `/tmp` is one on macOS."""
    (short_dir / "real").mkdir()
    (short_dir / "link").symlink_to("real")

    listener.claim(short_dir / "link" / "run" / "w.sock").close()

    assert (short_dir / "real" / "run" / "w.sock").is_socket()


def test_the_mode_is_ours_whatever_the_umask(path: Path) -> None:
    before = os.umask(0)
    try:
        listener.claim(path).close()
        left = os.umask(0)
    finally:
        os.umask(before)

    assert left == 0
    assert _mode(path) == 0o600
    assert _mode(path.parent) == 0o700
    assert _mode(path.with_name("w.sock.lock")) == 0o600


def test_where_the_socket_is_in_place_there_is_nothing_to_renew(path: Path) -> None:
    listening = listener.claim(path)

    assert not listening.renew()
    listening.withdraw()
    listening.close()


@pytest.mark.parametrize("left", ["lock", "folder", "nothing"])
def test_a_socket_that_was_removed_is_made_again(path: Path, left: str) -> None:
    listening = listener.claim(path)
    before = listening.socket
    path.unlink()
    if left != "lock":
        path.with_name("w.sock.lock").unlink()
    if left == "nothing":
        path.parent.rmdir()

    assert listening.renew()
    assert not listening.renew()
    assert _mode(path) == 0o600
    assert _mode(path.parent) == 0o700
    with pytest.raises(CannotStart, match="another whisperad"):
        listener.claim(path, patience_s=0.05)
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(path))
        listening.socket.accept()[0].close()
    before.close()
    listening.withdraw()
    listening.close()
    assert not path.exists()


def test_a_place_that_somebody_else_has_taken_is_left_to_them(path: Path) -> None:
    first = listener.claim(path)
    path.unlink()
    path.write_text("precious")

    with pytest.raises(CannotStart, match="expected a socket or nothing"):
        first.renew()
    assert path.read_text() == "precious"
    first.close()


def test_a_place_that_another_daemon_has_taken_is_left_to_it(path: Path) -> None:
    first = listener.claim(path)
    path.unlink()
    path.with_name("w.sock.lock").unlink()
    second = listener.claim(path)

    with pytest.raises(CannotStart, match="another whisperad"):
        first.renew()
    first.withdraw()
    first.close()
    assert path.is_socket()
    second.close()


def test_a_socket_of_the_service_manager_is_not_ours_to_make(path: Path) -> None:
    path.parent.mkdir(mode=0o700)
    with socket.socket(socket.AF_UNIX) as inherited:
        inherited.bind(str(path))
        listening = Listener(inherited, None)
        assert not listening.renew()
        path.unlink()

        for known in (listening, Listener(inherited, None)):
            with pytest.raises(CannotStart, match="do `whispera restart`"):
                known.renew()
    assert not path.exists()


def test_an_empty_folder_that_others_may_read_is_closed_to_them(path: Path) -> None:
    path.parent.mkdir(mode=0o755)
    path.parent.chmod(0o755)

    listener.claim(path).close()

    assert _mode(path.parent) == 0o700


def test_a_folder_that_serves_others_too_is_refused_untouched(path: Path) -> None:
    path.parent.mkdir()
    path.parent.chmod(0o755)
    (path.parent / "thesis.txt").touch()

    with pytest.raises(CannotStart, match="found 755; give it a folder of its own"):
        listener.claim(path)
    assert _mode(path.parent) == 0o755


def test_a_path_that_is_too_long_is_refused_before_anything_is_made(
    short_dir: Path,
) -> None:
    path = short_dir / ("x" * 100) / "w.sock"

    with pytest.raises(CannotStart, match="set WHISPERA_SOCKET to a shorter one"):
        listener.claim(path)
    assert not path.parent.exists()


@pytest.mark.skipif(os.getuid() != 0, reason="only root may give files away")
def test_a_folder_of_another_user_is_refused(path: Path) -> None:
    path.parent.mkdir(mode=0o700)
    os.chown(path.parent, 65534, 65534)

    with pytest.raises(
        CannotStart, match=r"expected a folder of user 0 .*found one of user 65534"
    ):
        listener.claim(path)
