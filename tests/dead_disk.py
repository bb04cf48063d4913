"""A stand-in for a disk that stops answering: who asks it for anything waits for good.

Python runs it in the daemon before anything else.
"""

from pathlib import Path

from tests.running import RunningDaemon

_PROGRAM = """\
import builtins, functools, io, os, sqlite3, threading
from contextlib import suppress

TOLD = os.path.join(os.environ["WHISPERA_HOME"], "dead")
opened = io.open

def wait_if_dead(path):
    with suppress(OSError, TypeError), opened(TOLD) as file:
        folder = file.read()
        if os.path.join(os.fspath(path), "").startswith(os.path.join(folder, "")):
            threading.Event().wait()

written = os.write

def write(descriptor, data):
    with suppress(OSError):
        wait_if_dead(os.readlink(f"/proc/self/fd/{descriptor}"))
    return written(descriptor, data)

def on_disk(function):
    @functools.wraps(function)
    def ask(path, *more, **named):
        wait_if_dead(path)
        return function(path, *more, **named)
    return ask

class Connection(sqlite3.Connection):
    def __init__(self, path, *more, **named):
        self.path = path
        super().__init__(path, *more, **named)
    def execute(self, *more):
        wait_if_dead(self.path)
        return super().execute(*more)
    def close(self):
        wait_if_dead(self.path)
        super().close()

for name in ("stat", "lstat", "open", "scandir", "listdir", "mkdir"):
    setattr(os, name, on_disk(getattr(os, name)))
io.open = builtins.open = on_disk(opened)
os.write = write
connect = sqlite3.connect
sqlite3.connect = functools.partial(connect, factory=Connection)
"""


def plant(daemon: RunningDaemon) -> None:
    """Give a daemon, not started yet, a disk that may stop answering."""
    folder = daemon.home / "disk"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(_PROGRAM)
    daemon.environ["PYTHONPATH"] = str(folder)


def die(daemon: RunningDaemon, folder: Path) -> None:
    """Have the disk with a folder answer no more."""
    partial = daemon.home / "dead.partial"
    partial.write_text(str(folder))
    partial.replace(daemon.home / "dead")


def revive(daemon: RunningDaemon) -> None:
    """Have it answer whoever asks from now on."""
    (daemon.home / "dead").unlink()
