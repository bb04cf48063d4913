"""Send standard input to a Unix socket as it is and show what comes, as `nc -U` does."""

import shutil
import socket
import sys


def main() -> None:
    """Send everything, then show everything."""
    with (
        socket.socket(socket.AF_UNIX) as connected,
        connected.makefile("rb") as replies,
    ):
        connected.connect(sys.argv[1])
        connected.sendall(sys.stdin.buffer.read())
        connected.shutdown(socket.SHUT_WR)
        shutil.copyfileobj(replies, sys.stdout.buffer)


if __name__ == "__main__":
    main()
