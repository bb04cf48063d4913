"""A stand-in for `systemctl --user`: runs the daemon as the units it finds say.

Listens itself and hands the socket over, as systemd does. It writes down what it was
asked for in `calls` and the daemon in `pid`, both beside itself.
"""

import os
import shlex
import signal
import socket
import sys
import time
from pathlib import Path

FOLDER = Path(__file__).parent
UNITS = Path(os.environ["HOME"], ".config/systemd/user")
NOT_ACTIVE = 3


def main() -> int:
    """Do what the command line asks and give the exit code."""
    _, verb, *_ = sys.argv[1:]
    with (FOLDER / "calls").open("a") as calls:
        calls.write(f"{verb}\n")
    match verb:
        case "start" if not _pid():
            _start()
        case "stop" | "disable" if _pid():
            _stop()
        case "is-active" if not _pid():
            return NOT_ACTIVE
    return 0


def _start() -> None:
    path = _said("whisperad.socket", "ListenStream")[0]
    Path(path).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    Path(path).unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(path)
    Path(path).chmod(0o600)
    listening.listen()
    pid = os.fork()
    if pid:
        (FOLDER / "pid").write_text(str(pid))
    else:
        _run(listening)


def _run(listening: socket.socket) -> None:
    os.setsid()
    log = _said("whisperad.service", "StandardOutput")[0].removeprefix("append:")
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.dup2(listening.fileno(), 3)
    os.set_inheritable(3, True)
    variables = (shlex.split(v)[0] for v in _said("whisperad.service", "Environment"))
    command = shlex.split(_said("whisperad.service", "ExecStart")[0])
    kept = ("HOME", "PYTHONPATH")
    environ = {
        **{name: os.environ[name] for name in kept if name in os.environ},
        **dict(variable.split("=", 1) for variable in variables),
        "LISTEN_PID": str(os.getpid()),
        "LISTEN_FDS": "1",
    }
    os.execve(command[0], command, environ)


def _stop() -> None:
    pid = _pid()
    os.kill(pid, signal.SIGTERM)
    while _is_running(pid):
        time.sleep(0.01)
    (FOLDER / "pid").unlink()
    Path(_said("whisperad.socket", "ListenStream")[0]).unlink(missing_ok=True)


def _pid() -> int:
    try:
        return int((FOLDER / "pid").read_text())
    except FileNotFoundError:
        return 0


def _is_running(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def _said(unit: str, key: str) -> list[str]:
    lines = (UNITS / unit).read_text().splitlines()
    return [
        line.removeprefix(f"{key}=") for line in lines if line.startswith(f"{key}=")
    ]


if __name__ == "__main__":
    sys.exit(main())
