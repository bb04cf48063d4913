"""What systemd hands over at start and wants to hear back, without its library.

The protocols are sd_listen_fds(3) and sd_notify(3).
"""

import os
import socket
from collections.abc import MutableMapping

from whisperad.errors import CannotStart

FIRST_FD = 3  # SD_LISTEN_FDS_START


def inherited_socket(environ: MutableMapping[str, str]) -> socket.socket | None:
    """Give the listening socket that systemd opened for us, if it did.

    The variables are removed: they are not meant for the programs we run. Raises
    `CannotStart` if what was handed over is not one listening Unix socket.
    """
    pid = environ.pop("LISTEN_PID", None)
    count = environ.pop("LISTEN_FDS", None)
    environ.pop("LISTEN_FDNAMES", None)
    if pid != str(os.getpid()) or count is None:
        return None
    if count != "1":
        raise CannotStart(f"LISTEN_FDS: expected one socket, found {count}")
    try:
        handed = socket.socket(fileno=FIRST_FD)
    except OSError as error:
        raise CannotStart(
            f"LISTEN_FDS: file descriptor 3 is no socket: {error}"
        ) from error
    handed.set_inheritable(False)
    listens = handed.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
    if (
        handed.family != socket.AF_UNIX
        or handed.type != socket.SOCK_STREAM
        or not listens
    ):
        raise CannotStart(
            "LISTEN_FDS: file descriptor 3 is no listening Unix stream socket"
        )
    return handed


class Notifier:
    """Tells systemd how far we are; does nothing where nobody asked to be told."""

    def __init__(self, environ: MutableMapping[str, str]) -> None:
        # Removed from the environment: a program we run must not speak for us.
        self._address = environ.pop("NOTIFY_SOCKET", None)

    def ready(self) -> None:
        """Say that requests are answered from now on."""
        self._send(b"READY=1")

    def stopping(self) -> None:
        """Say that what was accepted is finished, and then we exit."""
        self._send(b"STOPPING=1")

    def _send(self, state: bytes) -> None:
        if not self._address:
            return
        address = self._address
        if address.startswith("@"):  # systemd's way to write an abstract socket
            address = "\0" + address[1:]
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
            try:
                notify.sendto(state, address)
            except OSError:
                # Whoever asked has gone; the service itself is not harmed.
                return
