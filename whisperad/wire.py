"""What client and daemon agree on: paths, peers, one JSON object a line, exit codes.

Standard library only, and little of it: the client imports this at every call. So it
takes the C halves of `json`, `socket` and `collections`: each whole one brings `enum` or
`re`, and with them half as much again as a bare Python needs to start.
"""

import _json
import _socket
import os
import pwd
import sys
from _collections_abc import Mapping

VERSION = "0.1.0"
PROTOCOL = 1

MAX_LINE_BYTES = 64 * 1024  # of a request, its newline not counted

# Exit codes of `w`.
EXIT_DONE = 0  # done, or proposed
EXIT_FAILED = 1  # the command failed
EXIT_USAGE = 2
EXIT_NOT_A_COMMAND = 3  # or not sure which
EXIT_UNREACHABLE = 4
EXIT_DAEMON_ERROR = 5
EXIT_CONFIRMATION_NEEDED = 6

# What `struct sockaddr_un` holds, less the zero byte at its end.
MAX_SOCKET_PATH_BYTES = 103 if sys.platform == "darwin" else 107

_BLANKS = " \t\n\r"  # as JSON has it

LOCK_SUFFIX = ".lock"  # beside the socket: locked for as long as its daemon lives

_UCRED_BYTES = 12  # struct ucred of Linux: pid, uid, gid
_SOL_LOCAL, _LOCAL_PEERCRED, _XUCRED_BYTES = 0, 1, 76  # sys/un.h, sys/ucred.h of macOS
_UID = slice(4, 8)  # in both; struct xucred of macOS begins with version, uid


class Paths:
    """Where everything is kept, as absolute paths.

    `WHISPERA_HOME` puts all of it into one folder; otherwise the XDG base directories
    hold on every system. `WHISPERA_SOCKET` overrides the socket alone.
    """

    __slots__ = ("config", "data", "log", "run", "socket", "state")

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        home = environ.get("WHISPERA_HOME")
        if home:
            home = os.path.abspath(home)
            self.config, self.data, self.state, self.run = (
                os.path.join(home, name) for name in ("config", "data", "state", "run")
            )
        else:
            self.config = _xdg(environ, "XDG_CONFIG_HOME", ".config")
            self.data = _xdg(environ, "XDG_DATA_HOME", ".local/share")
            self.state = _xdg(environ, "XDG_STATE_HOME", ".local/state")
            runtime = environ.get("XDG_RUNTIME_DIR", "")
            self.run = (
                os.path.join(runtime, "whispera")
                if os.path.isabs(runtime)
                else os.path.join(self.state, "run")
            )
        # Of a daemon in the background; one in the foreground logs to its terminal.
        self.log = os.path.join(self.state, "whisperad.log")
        socket = environ.get("WHISPERA_SOCKET")
        self.socket = (
            os.path.abspath(socket)
            if socket
            else os.path.join(self.run, "whisperad.sock")
        )


def _xdg(environ: Mapping[str, str], variable: str, default: str) -> str:
    # The XDG specification says that a path which is not absolute is to be ignored.
    base = environ.get(variable, "")
    if not os.path.isabs(base):
        base = os.path.join(home(environ), default)
    return os.path.join(base, "whispera")


def home(environ: Mapping[str, str]) -> str:
    """Give the user's home folder, as an absolute path; "/" if there is none."""
    found = environ.get("HOME", "")
    if not os.path.isabs(found):
        try:
            found = pwd.getpwuid(os.getuid()).pw_dir
        except KeyError:  # a container may run as a user that has no entry
            return "/"
    return found if os.path.isabs(found) else "/"


def socket_path_problem(path: str) -> str | None:
    """Say why no Unix socket can have this path; None if one can."""
    size = len(os.fsencode(path))
    if size <= MAX_SOCKET_PATH_BYTES:
        return None
    return (
        f"the socket's path has {size} bytes, expected at most {MAX_SOCKET_PATH_BYTES}: \""
        f'{path}"; set WHISPERA_SOCKET to a shorter one'
    )


def peer_uid(connected: _socket.socket) -> int:
    """Give the user id of the process at the other end, as the kernel knows it."""
    if sys.platform == "darwin":
        cred = connected.getsockopt(_SOL_LOCAL, _LOCAL_PEERCRED, _XUCRED_BYTES)
    else:
        cred = connected.getsockopt(
            _socket.SOL_SOCKET, _socket.SO_PEERCRED, _UCRED_BYTES
        )
    # What is too short would be taken for the uid of root.
    if len(cred) < _UID.stop:
        raise OSError(f"expected the user at the other end, found {len(cred)} bytes")
    return int.from_bytes(cred[_UID], sys.byteorder)


class _Reading:
    """How JSON is read: as `json.loads` does it."""

    strict = True
    object_hook = object_pairs_hook = None
    parse_float, parse_int, parse_constant = float, int, float


def _refuse(value: object) -> object:
    raise TypeError(f"expected what JSON can say, found {type(value).__name__}")


_scan = _json.make_scanner(_Reading)  # type: ignore[arg-type]  # it only looks at these
_chunks = _json.make_encoder(
    None, _refuse, _json.encode_basestring, None, ":", ",", False, False, True
)


def encode_line(message: dict[str, object]) -> bytes:
    """Give a message as the line that goes over the socket."""
    text = "".join(_chunks(message, 0))
    # A lone surrogate comes from an argument that was no UTF-8.
    return text.encode("utf-8", "replace") + b"\n"


def decode_line(line: bytes) -> dict[str, object]:
    """Read a line back. Raises `ValueError` if it is no JSON object in UTF-8."""
    try:
        message = _read(line.decode())
    except RecursionError as error:
        raise ValueError(
            "expected a JSON object, found one nested too deeply"
        ) from error
    match message:
        case dict():
            return message
    raise ValueError(f"expected a JSON object, found {line[:80]!r}")


def _read(text: str) -> object:
    """Give what a text says in JSON. Raises `ValueError` and `RecursionError`."""
    try:
        value, end = _scan(text, 0)
        if not text[end:].strip(_BLANKS):
            return value
    # The last is what it raises where it cannot say more without all of `json`.
    except (StopIteration, ValueError, SystemError):
        pass
    # Something before or behind it, or a mistake, which `json` has the words for.
    import json

    return json.loads(text)
