"""Process: one program that was started, what it says, and how it is ended.

There is no shell. A program gets a group of its own, so that what it starts can be ended
with it. Nobody waits for the pipes: a program that leaves a child behind (a clipboard,
an application) is done when it exits itself.
"""

import asyncio
import os
import shutil
import signal
import stat
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import msgspec

from whisperad import group
from whisperad.command import Command

NOT_FOUND = 127  # as a shell would have it
NOT_ALLOWED = 126
_KILLED_S = 2.0  # a program that became root's goes on all the same
_LOOK_S = 0.05
_CHUNK_BYTES = 65536
_PAUSE_S = 0.002  # after a chunk that nobody wants: a child may talk without an end
_LAST_CHUNKS = 16  # as much as a pipe holds; a child that stays may never stop talking


class Outcome(msgspec.Struct, frozen=True):
    """What came of a command; `exit_code` is None if a signal ended it."""

    exit_code: int | None
    stdout: str = ""
    stderr: str = ""
    duration_ms: float = 0.0
    timed_out: bool = False


class _Output:
    """Collects the first bytes of a stream and lets the rest run into the void.

    The reading goes on until nobody holds the other end, so that a child which stays
    is never stopped by a full pipe.
    """

    def __init__(self, limit_bytes: int) -> None:
        self._limit = limit_bytes
        self._data = bytearray()
        self._is_cut = False
        self._reader, self.writer = os.pipe()
        os.set_blocking(self._reader, False)
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._reader, self._read)
        self._is_open = True

    def text(self) -> str:
        """Give what has been said up to now."""
        for _ in range(_LAST_CHUNKS):
            if not self._is_open or not self._read():
                break
        text = self._data.decode(errors="replace")
        return f"{text}\n[cut at {self._limit} bytes]" if self._is_cut else text

    def close(self) -> None:
        """Listen no more."""
        if self._is_open:
            self._is_open = False
            self._loop.remove_reader(self._reader)
            os.close(self._reader)

    def _read(self) -> bool:
        try:
            data = os.read(self._reader, _CHUNK_BYTES)
        except BlockingIOError:
            return False
        except OSError:
            data = b""
        if not data:
            self.close()
            return False
        room = self._limit - len(self._data)
        self._data += data[:room]
        self._is_cut = self._is_cut or len(data) > room
        if self._is_cut:
            self._loop.remove_reader(self._reader)
            self._loop.call_later(_PAUSE_S, self._go_on)
        return True

    def _go_on(self) -> None:
        if self._is_open:
            self._loop.add_reader(self._reader, self._read)


class Process:
    """A running program."""

    def __init__(
        self, process: asyncio.subprocess.Process, out: _Output, err: _Output
    ) -> None:
        self._process = process
        self._out = out
        self._err = err
        self._started = time.monotonic()

    @property
    def pid(self) -> int:
        """Its number, which is that of its group, too."""
        return self._process.pid

    async def wait(self, timeout_s: float) -> bool:
        """Wait until it exits. Tell whether it has."""
        try:
            await asyncio.wait_for(self._process.wait(), timeout_s)
        except TimeoutError:
            return False
        return True

    async def ended(self) -> None:
        """Wait until it exits, however long that takes."""
        await self._process.wait()

    async def end(self, *signals: tuple[signal.Signals, float]) -> None:
        """End its whole group, with one signal after the other and time after each."""
        try:
            for number, patience_s in signals:
                group.send(self.pid, number)
                if await self._all_end(patience_s):
                    break
        finally:  # when nobody has patience any more, too
            group.send(self.pid, signal.SIGKILL)
        await self.wait(_KILLED_S)

    def outcome(self, timed_out: bool = False) -> Outcome:
        """Give what has come of it, or has come of it so far."""
        code = self._process.returncode
        return Outcome(
            None if timed_out or code is None or code < 0 else code,
            self._out.text(),
            self._err.text(),
            round((time.monotonic() - self._started) * 1000, 1),
            timed_out,
        )

    async def _all_end(self, patience_s: float) -> bool:
        """Wait until it and all that it left in its group exit. Tell whether they have."""
        ends = time.monotonic() + patience_s
        if not await self.wait(patience_s):
            return False
        while await asyncio.to_thread(group.is_alive, self.pid):
            if time.monotonic() > ends:
                return False
            await asyncio.sleep(_LOOK_S)
        return True


async def start(
    command: Command, environ: Mapping[str, str], cwd: Path, limit_bytes: int
) -> Process | Outcome:
    """Start a command, or give the outcome of not having been able to.

    One whose start is broken off is ended: nobody else would know of it.
    """
    starting = asyncio.create_task(_start(command, environ, cwd, limit_bytes))
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        await asyncio.wait({starting})
        if isinstance(started := starting.result(), Process):
            await started.end()
        raise


async def _start(
    command: Command, environ: Mapping[str, str], cwd: Path, limit_bytes: int
) -> Process | Outcome:
    env = {**environ, **command.env}
    try:
        program, stdin = await asyncio.to_thread(_prepared, command, env, cwd)
    except OSError as error:
        code = NOT_FOUND if isinstance(error, FileNotFoundError) else NOT_ALLOWED
        return Outcome(code, stderr=str(error.strerror or error))
    except ValueError as error:  # a zero byte in a name
        return Outcome(NOT_ALLOWED, stderr=f"{command.argv[0]}: {error}")
    out = err = None
    try:
        out = _Output(limit_bytes)
        err = _Output(limit_bytes)
        process = await asyncio.create_subprocess_exec(
            program,
            *command.argv[1:],
            stdin=stdin,
            stdout=out.writer,
            stderr=err.writer,
            cwd=cwd,
            env=env,
            start_new_session=True,
            # A child that stays must survive when nobody reads what it says.
            restore_signals=False,
        )
    except (OSError, ValueError) as error:
        for output in filter(None, (out, err)):
            output.close()
        return Outcome(NOT_ALLOWED, stderr=f"{command.argv[0]}: {error}")
    finally:
        os.close(stdin)
        for output in filter(None, (out, err)):
            os.close(output.writer)
    return Process(process, out, err)


def _prepared(command: Command, env: Mapping[str, str], cwd: Path) -> tuple[str, int]:
    """Find the program and open its input. Raises `OSError` with a message for people."""
    program = shutil.which(command.argv[0], path=env.get("PATH", os.defpath))
    if program is None:
        raise FileNotFoundError(0, f"{command.argv[0]} is not installed")
    if not cwd.is_dir():
        raise PermissionError(0, f"{cwd} is no folder")
    return str(Path(program).absolute()), _input(command)


def _input(command: Command) -> int:
    """Open what the command reads; nothing to read is an empty input."""
    if command.stdin is not None:
        # A file, not a pipe: nobody has to stand by until all of it is read.
        with tempfile.TemporaryFile() as file:
            file.write(command.stdin)
            file.seek(0)
            return os.dup(file.fileno())
    if command.stdin_open:
        return _endless()
    if command.stdin_file is None:
        return os.open(os.devnull, os.O_RDONLY)
    try:
        descriptor = os.open(command.stdin_file, os.O_RDONLY | os.O_NONBLOCK)
    except OSError as error:
        raise PermissionError(0, f"{command.stdin_file}: {error.strerror}") from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise PermissionError(0, f"{command.stdin_file} is no file")
    os.set_blocking(descriptor, True)
    return descriptor


def _endless() -> int:
    """Open an input that says nothing and does not end while anybody has it open."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "input"
        os.mkfifo(path)
        return os.open(path, os.O_RDWR)  # its own writer, so that it has one
