"""Broken requests without end for a real daemon, and a check of every reply to them.

Valid requests of every type are changed at random; `long_fuzz.py` sends a million. As a
rule nothing is executed: what would be is not sent, and the daemon stands for another
system, on which it runs nothing. Of one that finds only stand-ins all is asked.
"""

import contextlib
import json
import math
import random
import select
import socket
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tests.end_to_end import dry, mutations
from tests.running import Client, Message, RunningDaemon
from whisperad import protocol
from whisperad.wire import MAX_LINE_BYTES

SILENCE_S = 30.0  # without a reply, when one is due
SETTLE_S = 5.0  # clients that have left are forgotten by then
MOST_LINES = 24  # of one connection
TIDY = 4000  # lines after which what was taught by chance is forgotten
# A heap that is in use and not growing still moves by some pages.
MEMORY_SLACK_BYTES = 4 << 20

KNOWN = {"error", "interpretation", "ok", "history", "actions", "status", "taught"}
CODES = {"bad-request", "too-large", "bad-version", "unknown-token", "timeout"}
CODES |= {"overloaded", "not-ready", "bad-adapter", "bad-config"}  # all but `internal`
EFFECTS = {"done", "failed", "needs_confirmation"}


class Fault(Exception):
    """What the daemon did wrong, and the bytes it was sent."""

    def __init__(self, what: str, data: bytes) -> None:
        super().__init__(f"{what}; sent {data[:2000]!r}")
        self.data = data


class Size(NamedTuple):
    """How much a daemon takes."""

    memory_bytes: int
    files: int


class Fuzzer:
    """Makes up lines, sends them and judges the replies; the seed decides all of it."""

    def __init__(self, daemon: RunningDaemon, seed: int) -> None:
        self._daemon = daemon
        self._draw = random.Random(seed)
        self._executes = dry.is_dry(daemon)
        self._tokens: list[str] = []  # given, and not sent back
        self.sent = 0
        self.replies: Counter[str] = Counter()

    def run(self, lines: int, until_s: float = math.inf) -> bool:
        """Send at least so many lines; False if the clock says `until_s` before.

        Raises `Fault`.
        """
        ends = self.sent + lines
        while self.sent < ends and time.monotonic() < until_s:
            before = self.sent
            if self._draw.random() < 0.02:
                self.leave(self._batch())
            else:
                self.send(self._batch())
            if before // TIDY != self.sent // TIDY:
                self.tidy()
        return self.sent >= ends

    def send(self, data: bytes, cuts: int | None = None) -> None:
        """Send bytes in some pieces and judge what comes back. Raises `Fault`."""
        data = self._allowed(data)
        lines = data.split(b"\n")
        if cuts is None:
            cuts = self._draw.choice((0, 0, 0, 1, 5))
        points = sorted(self._draw.randrange(len(data) + 1) for _ in range(cuts))
        pieces = [data[a:b] for a, b in zip([0, *points], [*points, None], strict=True)]
        received = self._exchanged(pieces, data)
        self.sent += len(lines) - (lines[-1] == b"")
        self._judge(lines, received, data)

    def leave(self, data: bytes) -> None:
        """Send bytes and hang up without reading."""
        data = self._allowed(data)
        with self._connected(data) as client:
            client.settimeout(SILENCE_S)
            # It may have been told to go already.
            with contextlib.suppress(BrokenPipeError):
                client.sendall(data[: self._draw.randrange(len(data) + 1)])
        self.sent += data.count(b"\n")

    def tidy(self) -> None:
        """Forget what was taught by chance: it is kept for good, and so is no leak."""
        for row in self._daemon.ask(type="taught")["rows"]:
            self._daemon.ask(type="forget", utterance=row["utterance"])

    def size(self) -> Size:
        """Give what the daemon takes once it has forgotten all clients."""
        ends = time.monotonic() + SETTLE_S
        with Client(self._daemon.socket) as client:
            while (status := client.ask(type="status"))["clients"] > 1:
                if time.monotonic() > ends:
                    raise Fault(f"{status['clients']} clients are left", b"")
                time.sleep(0.02)
            # Whoever has just left is counted no more, but not yet closed.
            time.sleep(0.02)
            files = open_files(self._daemon.process.pid)
        return Size(status["memory_bytes"], files)

    def _allowed(self, data: bytes) -> bytes:
        """Give what may be sent: to a daemon with programs nothing that starts one."""
        return data if self._executes else mutations.harmless(data)

    def _connected(self, data: bytes) -> socket.socket:
        client = socket.socket(socket.AF_UNIX)
        try:
            client.connect(str(self._daemon.socket))
        except OSError as error:
            client.close()
            raise Fault(f"nobody answers: {error}", data) from error
        return client

    def _exchanged(self, pieces: Sequence[bytes], data: bytes) -> bytes:
        """Write and read at once, as whoever only writes may wait for ever."""
        received, waiting = b"", list(pieces)
        with self._connected(data) as client:
            client.setblocking(False)
            while True:
                readable, writable, _ = select.select(
                    [client], [client] if waiting else [], [], SILENCE_S
                )
                if not readable and not writable:
                    raise Fault(f"no reply within {SILENCE_S} s", data)
                if writable:
                    waiting = _written(client, waiting)
                if readable:
                    try:
                        chunk = client.recv(1 << 20)
                    except ConnectionResetError:  # it did not wait for all we sent
                        chunk = b""
                    if not chunk:
                        return received
                    received += chunk

    def _judge(self, lines: list[bytes], received: bytes, data: bytes) -> None:
        due, is_cut_off = _due(lines)
        replies = received.split(b"\n")
        if replies.pop() != b"":
            raise Fault(f"half a reply: {replies[-1:]!r}", data)
        if len(replies) != len(due) + is_cut_off:
            raise Fault(f"{len(replies)} replies, not {len(due) + is_cut_off}", data)
        for line, said in zip([*due, b""], replies, strict=False):
            reply = _read(said, data)
            if reply["id"] != protocol.id_of(line):
                raise Fault(f"the reply to {line[:200]!r} has id {reply['id']!r}", data)
            self.replies[str(reply.get("code", reply["type"]))] += 1
            if reply.get("outcome") in EFFECTS:
                self.replies[reply["outcome"]] += 1
            if self._executes and reply.get("token"):
                self._tokens.append(reply["token"])

    def _batch(self) -> bytes:
        count = self._draw.choice((1, 2, 5, MOST_LINES))
        made = [
            mutations.line(self._draw, executes=self._executes) for _ in range(count)
        ]
        if self._tokens:
            request = {"type": "confirm", "token": self._tokens.pop()}
            made += [json.dumps(request).encode()] * self._draw.choice((1, 1, 2))
        lines = b"".join(line + b"\n" for line in made)
        # Half a line at the end, now and then.
        return lines + (
            mutations.line(self._draw)[:20] if self._draw.random() < 0.05 else b""
        )


def open_files(pid: int) -> int:
    """Count the descriptors of a process; 0 where nothing tells."""
    folder = Path(f"/proc/{pid}/fd")
    return len(list(folder.iterdir())) if folder.exists() else 0


def _written(client: socket.socket, waiting: list[bytes]) -> list[bytes]:
    """Write what the socket takes; give what is left, after the last of it the end."""
    try:
        rest = waiting[0][client.send(waiting[0]) :]
        left = [rest, *waiting[1:]] if rest else waiting[1:]
        if not left:
            client.shutdown(socket.SHUT_WR)
    except OSError:
        return []  # it hears no more, but may have said why
    return left


def _due(lines: list[bytes]) -> tuple[list[bytes], bool]:
    """Give the lines that get a reply, and whether an error ends the connection."""
    due: list[bytes] = []
    for line in lines[:-1]:
        if len(line) > MAX_LINE_BYTES or not _is_text(line):
            return due, True
        due.append(line)
    return due, lines[-1] != b""


def _is_text(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _read(said: bytes, data: bytes) -> Message:
    def refuse(constant: str) -> None:
        raise ValueError(constant)

    try:
        reply = json.loads(said.decode(), parse_constant=refuse)
    except ValueError as error:
        raise Fault(f"no JSON: {said[:200]!r}: {error}", data) from error
    if not isinstance(reply, dict) or reply.get("type") not in KNOWN:
        raise Fault(f"no reply: {said[:200]!r}", data)
    if reply["type"] == "error" and reply["code"] not in CODES:
        raise Fault(f"{reply['code']}: {reply['message'][:300]}", data)
    return reply


def started(
    home: Path, base: Path, *, shortcuts: bool, executes: bool = False
) -> RunningDaemon:
    """Start a daemon that runs nothing, on a base that understands nothing.

    With `executes` it runs stand-ins, whatever it takes an utterance for.
    """
    other = "linux" if sys.platform == "darwin" else "macos"
    settings: Message = {"model": str(base), "shortcuts": shortcuts}
    environ = {"WHISPERA_PLATFORM": other}
    if executes:
        settings["confidence_threshold"] = 0
        environ = dry.surroundings(home)
    return RunningDaemon(home, {"settings": settings}, environ).start()


def check_size(before: Size, after: Size) -> None:
    """Raise `Fault` if a daemon takes more than it did."""
    most = before.memory_bytes * 1.2 + MEMORY_SLACK_BYTES
    if after.memory_bytes > most:
        raise Fault(f"memory grew from {before} to {after}", b"")
    if after.files > before.files:
        raise Fault(f"descriptors grew from {before} to {after}", b"")
