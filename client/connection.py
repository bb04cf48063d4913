"""One request to the daemon, one reply. Imports the standard library and `wire` only.

The C half of `socket` will do: all of it takes half as long as Python to start.
"""

import _socket
import os
import time

from whisperad import wire

CONNECT_S = 5.0  # a Unix socket answers at once, or its queue is full
# Where too many wait to be let in, a client tries again for so long, so often.
FULL_S, FULL_PAUSE_S = 2.0, 0.02
# Longer than a request and the commands it runs may take; ends only a daemon that hangs.
REPLY_S = 120.0
READ_BYTES = 65536  # at a time; most replies are far shorter


class ClientError(Exception):
    """Raise what its subclasses stand for; `exit_code` is what `w` then ends with."""

    exit_code = wire.EXIT_DAEMON_ERROR


class Unreachable(ClientError):
    """Raise when no daemon of ours answers."""

    exit_code = wire.EXIT_UNREACHABLE


class DaemonError(ClientError):
    """Raise when the daemon says that it cannot answer, or says what makes no sense."""


def request(
    path: str, message: dict[str, object], wait_s: float = REPLY_S
) -> dict[str, object]:
    """Send one message to the daemon at a socket and give its reply, errors included.

    Raises `Unreachable` if none answers there, `DaemonError` if what comes back is no
    reply.
    """
    problem = wire.socket_path_problem(path)
    if problem:
        raise Unreachable(problem)
    connected = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    try:
        _connect(connected, path)
        connected.settimeout(wait_s)
        try:
            connected.sendall(wire.encode_line(message))
        except TimeoutError as error:
            raise _no_answer(path, wait_s) from error
        except OSError:
            # It closed before it had read all: its reply says why.
            line = _reply(connected, path, wait_s)
        else:
            line = _reply(connected, path, wait_s)
    finally:
        connected.close()
    try:
        return wire.decode_line(line)
    except ValueError as error:
        raise DaemonError(f"the daemon at {path} sent no reply: {error}") from error


def answer(
    path: str, message: dict[str, object], wait_s: float = REPLY_S
) -> dict[str, object]:
    """Give the reply as `request` does, but raise `DaemonError` if it is an error."""
    reply = request(path, message, wait_s)
    if reply.get("type") == "error":
        raise DaemonError(str(reply.get("message")))
    return reply


def working_folder() -> str | None:
    """Give the folder we are in, None if the daemon could not be told."""
    try:
        folder = os.getcwd()
        folder.encode()
    except (OSError, UnicodeEncodeError):
        # It is gone, or JSON cannot spell it; better none than another one.
        return None
    return folder


def _connect(connected: _socket.socket, path: str) -> None:
    connected.settimeout(CONNECT_S)
    full_until = time.monotonic() + FULL_S
    try:
        while not _is_queued(connected, path, full_until):
            time.sleep(FULL_PAUSE_S)
        uid = wire.peer_uid(connected)
    except (FileNotFoundError, ConnectionRefusedError) as error:
        raise Unreachable(
            f"nothing answers at {path}; start the daemon with `whispera start`"
        ) from error
    except TimeoutError as error:
        raise _no_answer(path, CONNECT_S) from error
    except OSError as error:
        raise Unreachable(f"{path}: {error.strerror}") from error
    # Whoever answers decides what runs here, so it must be nobody else.
    if uid != os.geteuid():
        raise Unreachable(
            f"{path}: expected a daemon of user {os.geteuid()}, found one of user {uid}"
        )


def _is_queued(connected: _socket.socket, path: str, full_until: float) -> bool:
    """Connect, and tell whether there was room; Linux lets nobody wait for that."""
    try:
        connected.connect(path)
    except BlockingIOError as error:
        if time.monotonic() < full_until:
            return False
        raise Unreachable(
            f"too many clients wait for the daemon at {path}; try again, or see"
            " `whispera status`"
        ) from error
    return True


def _reply(connected: _socket.socket, path: str, wait_s: float) -> bytes:
    read = [b""]
    try:
        while b"\n" not in read[-1]:
            read.append(connected.recv(READ_BYTES))
            if not read[-1]:
                raise _hung_up(path)
    except TimeoutError as error:
        raise _no_answer(path, wait_s) from error
    except OSError as error:
        raise _hung_up(path) from error
    line, _, _ = b"".join(read).partition(b"\n")
    return line


def _no_answer(path: str, wait_s: float) -> Unreachable:
    return Unreachable(
        f"the daemon at {path} gave no answer in {wait_s:g} s; see `whispera logs`"
    )


def _hung_up(path: str) -> Unreachable:
    return Unreachable(
        f"the daemon at {path} hung up before it answered; see `whispera logs`"
    )
