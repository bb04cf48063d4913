"""The socket we listen on: one daemon for each, ours alone.

A lock beside the socket says who owns it, for as long as that process lives; the file
itself is never removed, or two daemons could each lock a file of that name.
"""

import fcntl
import os
import socket
import stat
import time
from pathlib import Path

from whisperad import wire
from whisperad.errors import CannotStart

BACKLOG = 512  # clients that may wait while the model is loaded; the system may cap it

PATIENCE_S = 10.0  # with another daemon that stops or starts


class Listener:
    """A listening socket and the lock that makes it ours."""

    def __init__(self, listening: socket.socket, lock: int | None) -> None:
        self.socket = listening
        self.path = Path(listening.getsockname())
        self._lock = lock  # None: the service manager owns the socket
        self._inode = _inode(self.path)

    def renew(self) -> bool:
        """Listen at our path again if our socket is not there any more.

        Tells whether there is another `socket` now; the one before is still open, for
        those who have connected. Raises `CannotStart` if the place is not ours.
        """
        if self._inode is not None and _inode(self.path) == self._inode:
            return False
        if self._lock is None:
            raise CannotStart(
                f"{self.path}: the socket is gone, and only the service manager makes"
                " it again; do `whispera restart`"
            )
        _private_folder(self.path)
        if _inode(_lock_path(self.path)) != _identity(os.fstat(self._lock)):
            # Whoever starts would lock another file of that name.
            lock = _lock(self.path, 0)
            os.close(self._lock)
            self._lock = lock
        _remove_stale(self.path)
        self.socket = _listening(self.path)
        self._inode = _inode(self.path)
        return True

    def withdraw(self) -> None:
        """Take the socket's name away, so that nobody connects to us any more."""
        # Only if it is still ours: somebody may have replaced it by hand.
        if self._lock is not None and _inode(self.path) == self._inode:
            self.path.unlink()

    def close(self) -> None:
        """Close the socket, if it is open, and let the next daemon have its path."""
        self.socket.close()
        if self._lock is not None:
            # The system may give our process id to another program.
            os.ftruncate(self._lock, 0)
            os.close(self._lock)


def claim(path: Path, patience_s: float = PATIENCE_S) -> Listener:
    """Lock the path, replace a stale socket there and listen, without accepting yet.

    Waits `patience_s` for a daemon that stops. Raises `CannotStart` if another daemon answers there, or if the place is not ours.
    """
    problem = wire.socket_path_problem(str(path))
    if problem:
        raise CannotStart(problem)
    _private_folder(path)
    lock = _lock(path, patience_s)
    try:
        _remove_stale(path)
        return Listener(_listening(path), lock)
    except BaseException:
        os.close(lock)
        raise


def _listening(path: Path) -> socket.socket:
    """Make a socket that is ours alone from its first moment."""
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    # Not narrower: a folder that another thread makes meanwhile has to be of use to us.
    before = os.umask(0o077)
    try:
        listening.bind(str(path))
        path.chmod(0o600)  # before listen(), so before anybody can connect
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        raise CannotStart(f"{path}: {error.strerror}") from error
    finally:
        os.umask(before)
    return listening


def _private_folder(path: Path) -> None:
    """Make the socket's folder, and see that nobody else can look into it."""
    folder = path.parent
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # The folder itself: whoever owns a link may turn it elsewhere at any time.
        found = folder.lstat()
        if stat.S_ISLNK(found.st_mode):
            raise CannotStart(
                f"{folder}: expected a folder for the socket, found a symbolic link to"
                f" {folder.readlink()}; set WHISPERA_SOCKET to a path in a folder that"
                " is yours alone"
            )
        if found.st_uid != os.geteuid():
            raise CannotStart(
                f"{folder}: expected a folder of user {os.geteuid()} for the socket,"
                f" found one of user {found.st_uid}"
            )
        if stat.S_IMODE(found.st_mode) == 0o700:
            return
        # A folder with other things in it serves others too: /tmp, a home folder.
        if set(folder.iterdir()) - {path, _lock_path(path)}:
            raise CannotStart(
                f"{folder}: expected mode 700 for the socket's folder, found"
                f" {stat.S_IMODE(found.st_mode):o}; give it a folder of its own"
            )
        folder.chmod(0o700)
    except OSError as error:
        raise CannotStart(f"{folder}: {error.strerror}") from error


def _lock_path(path: Path) -> Path:
    return Path(f"{path}{wire.LOCK_SUFFIX}")


def _lock(path: Path, patience_s: float) -> int:
    """Lock the file beside the socket and write our process id into it."""
    lock_path = _lock_path(path)
    try:
        lock = os.open(lock_path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise CannotStart(f"{lock_path}: {error.strerror}") from error
    # One that stops has withdrawn its socket already, but not yet finished; one that
    # starts is about to make it.
    ends = time.monotonic() + patience_s
    while not _is_locked(lock):
        # What it finds there, one that has just locked it has not yet replaced.
        pid, is_there = _owner(lock), path.exists()
        if (is_there and pid and _is_owned(lock)) or time.monotonic() > ends:
            os.close(lock)
            other = f"another whisperad (process {pid or 'unknown'})"
            if is_there:
                raise CannotStart(f"{other} serves {path}")
            raise CannotStart(
                f"{other} holds {lock_path}, but {path} is gone; end it with"
                " `whispera stop`"
            )
        time.sleep(0.01)
    os.ftruncate(lock, 0)
    os.write(lock, b"%d\n" % os.getpid())
    return lock


def _is_owned(lock: int) -> bool:
    """Say whether a daemon holds an open file; whoever only looks holds it shared."""
    if not _is_locked(lock, fcntl.LOCK_SH):
        return True
    fcntl.flock(lock, fcntl.LOCK_UN)
    return False


def _owner(lock: int) -> int | None:
    """Give the process whose id is in a locked file; None if there is none."""
    try:
        pid = int(os.pread(lock, 20, 0))
        os.kill(pid, 0)
    except (ValueError, ProcessLookupError, OverflowError):
        return None
    except PermissionError:
        return None  # another user's by now
    return pid


def _is_locked(lock: int, kind: int = fcntl.LOCK_EX) -> bool:
    """Lock an open file for us, if nobody else has."""
    try:
        fcntl.flock(lock, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _remove_stale(path: Path) -> None:
    """Remove a socket nobody answers at, left by a daemon that was killed."""
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(mode):
        raise CannotStart(f"{path}: expected a socket or nothing, found something else")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(1.0)
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink()
        except OSError as error:
            raise CannotStart(f"{path}: {error}") from error
        else:
            raise CannotStart(f"{path}: something that is no whisperad of ours answers")


def _inode(path: Path) -> tuple[int, int] | None:
    try:
        return _identity(path.lstat())
    except OSError:
        return None


def _identity(found: os.stat_result) -> tuple[int, int]:
    return found.st_dev, found.st_ino
