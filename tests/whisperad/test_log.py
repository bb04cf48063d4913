"""The log: lines that programs can read."""

import json
import os
import select
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

import pytest

from tests.running import RunningDaemon
from whisperad import wire
from whisperad.log_file import MOST_BYTES, LogFile

PROGRAM = """
import os, threading
from whisperad import log
log.info("ready", socket="/a b", clients=3)
log.warning("odd", message="two\\nlines", mistakes=["a", "b"])
threads = [threading.Thread(target=log.error, args=("bad",)) for _ in range(20)]
[t.start() for t in threads]
[t.join() for t in threads]
"""


def test_each_event_is_one_json_object_a_line() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, check=True, text=True
    )
    lines = [json.loads(line) for line in ran.stderr.splitlines()]

    assert ran.stdout == ""
    assert len(lines) == 22
    assert datetime.fromisoformat(lines[0].pop("time")).tzinfo is not None
    assert lines[0] == {
        "level": "info",
        "event": "ready",
        "socket": "/a b",
        "clients": 3,
    }
    assert lines[1]["level"] == "warning"
    assert lines[1]["message"] == "two\nlines"
    assert {line["event"] for line in lines[2:]} == {"bad"}


def test_a_log_nobody_reads_stops_nothing() -> None:
    program = (
        "import os; from whisperad import log\n"
        "reader, writer = os.pipe(); os.close(reader); os.dup2(writer, 2)\n"
        "log.info('ready'); print('still here')"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, check=True, text=True
    )

    assert ran.stdout == "still here\n"


@contextmanager
def _held(kind: str) -> Iterator[tuple[int, int]]:
    """Give both ends of what takes no more, the reader's first."""
    reader, writer = os.pipe() if kind == "pipe" else os.openpty()
    try:
        if kind == "pipe":
            _fill(writer)
        else:
            termios.tcflow(writer, termios.TCOOFF)  # as control-S does
        yield reader, writer
    finally:
        os.close(reader)
        os.close(writer)


def _fill(writer: int) -> None:
    os.set_blocking(writer, False)
    with suppress(BlockingIOError):
        while True:
            os.write(writer, b"\n")
    os.set_blocking(writer, True)


def _start(stopped: RunningDaemon, error: int) -> None:
    stopped.process = subprocess.Popen(
        [sys.executable, "-m", "whisperad"], env=stopped.environ, stderr=error
    )
    stopped.wait_until_ready()


@pytest.mark.parametrize("kind", ["pipe", "terminal"])
def test_a_log_whose_reader_has_stopped_holds_up_nothing(
    stopped: RunningDaemon, kind: str
) -> None:
    with _held(kind) as (_, writer):
        _start(stopped, writer)
        reloaded = [stopped.ask(type="reload", what="config") for _ in range(3)]
        began = time.monotonic()

        assert {reply["type"] for reply in reloaded} == {"ok"}
        assert stopped.stop() == 0
        assert time.monotonic() - began < 2


def test_a_reader_who_goes_on_gets_what_was_logged_meanwhile(
    stopped: RunningDaemon,
) -> None:
    with _held("pipe") as (reader, writer):
        _start(stopped, writer)
        stopped.ask(type="reload", what="config")
        lines = _read(reader, "reloaded")
        stopped.process.terminate()
        lines += _read(reader, "stopped")

        assert stopped.process.wait(8) == 0
    assert [line["event"] for line in lines] == [
        "ready", "reloaded", "stopping", "stopped"
    ]  # fmt: skip


def _read(reader: int, last: str) -> list[dict[str, object]]:
    """Give the events of a pipe, up to one of this name."""
    read = b""
    while f'"event":"{last}"'.encode() not in read or not read.endswith(b"\n"):
        assert select.select([reader], [], [], 10)[0], read
        read += os.read(reader, 2**16)
    return [json.loads(line) for line in read.split(b"\n") if line]


def test_what_too_long_nobody_reads_is_dropped_and_counted() -> None:
    program = (
        "import sys; from whisperad import log\n"
        "for number in range(20_000): log.info('odd', number=number)\n"
        "print('logged', flush=True); sys.stdin.read()\n"
        "for number in range(3): log.info('again', number=number)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        assert process.stdout.readline() == b"logged\n"
        lines = [json.loads(process.stderr.readline())]
        while lines[-1]["event"] == "odd":
            lines.append(json.loads(process.stderr.readline()))
        process.stdin.close()
        rest = [json.loads(line) for line in process.stderr]
    *odd, dropped = lines

    assert [line["number"] for line in odd] == list(range(len(odd)))
    assert (dropped["event"], dropped["level"]) == ("dropped", "warning")
    assert 0 < dropped["lines"] == 20_000 - len(odd)
    assert [(line["event"], line["number"]) for line in rest] == [
        ("again", 0), ("again", 1), ("again", 2)
    ]  # fmt: skip


def test_a_name_that_is_no_text_is_logged_all_the_same() -> None:
    program = "from whisperad import log; log.info('ready', socket='/a\\udcff')"
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True
    )

    assert json.loads(ran.stderr)["socket"] == "/a?"


def test_a_daemon_makes_its_log_private(stopped: RunningDaemon) -> None:
    """A service manager makes a file that others may read."""
    log = stopped.home / "log"
    log.touch()
    log.chmod(0o666)
    stopped.start()
    ready = stopped.events("ready")

    assert log.stat().st_mode & 0o777 == 0o600
    assert len(ready) == 1


def test_a_log_that_is_no_file_is_left_as_it_is() -> None:
    """A terminal is not ours to close to others, nor is the null device."""
    null = Path(os.devnull)
    mode = null.stat().st_mode
    program = "from whisperad import log; log.keep_private(); log.info('x')"
    with null.open("w") as nowhere:
        subprocess.run([sys.executable, "-c", program], stderr=nowhere, check=True)

    assert null.stat().st_mode == mode


@pytest.fixture
def own_log(stopped: RunningDaemon) -> Path:
    """Give the log of a service, which the daemon that is not started yet writes to."""
    log = Path(wire.Paths(stopped.environ).log)
    log.parent.mkdir(mode=0o700)
    (stopped.home / "log").symlink_to(log)
    return log


def _fill_up(log: Path) -> bytes:
    """Append what makes a log too large, and give all that is in it."""
    with log.open("ab") as file:
        file.write(b"{}\n" * (MOST_BYTES // 3 + 1))
    return log.read_bytes()


def _reload(daemon: RunningDaemon) -> None:
    assert daemon.ask(type="reload", what="config")["type"] == "ok"


def test_a_daemon_puts_its_log_aside_each_time_it_is_large(
    stopped: RunningDaemon, own_log: Path
) -> None:
    old = own_log.with_name("whisperad.log.1")
    before = _fill_up(own_log)
    stopped.start()
    put_aside, at_start = old.read_bytes(), stopped.events()
    with_more = _fill_up(own_log)
    _reload(stopped)
    _reload(stopped)

    assert put_aside == before
    assert [event["event"] for event in at_start] == ["ready"]
    assert old.read_bytes() == with_more
    assert [event["event"] for event in stopped.events()] == ["reloaded", "reloaded"]
    assert {path.stat().st_mode & 0o777 for path in (own_log, old)} == {0o600}
    assert set(own_log.parent.glob("*log*")) == {own_log, old}


def test_where_a_log_cannot_be_put_aside_it_grows(
    stopped: RunningDaemon, own_log: Path
) -> None:
    old = own_log.with_name("whisperad.log.1")
    old.mkdir()
    before = _fill_up(own_log)
    stopped.start()
    _reload(stopped)
    after = own_log.read_bytes()

    assert after.startswith(before)
    assert after.count(b'"event":"reloaded"') == 1
    assert set(own_log.parent.glob("*log*")) == {own_log, old}
    assert stopped.stop() == 0


def test_a_file_of_another_place_is_left_to_whoever_chose_it(
    stopped: RunningDaemon,
) -> None:
    log = stopped.home / "log"
    before = _fill_up(log)
    stopped.start()

    assert log.read_bytes().startswith(before)
    assert not log.with_name("log.1").exists()


def test_a_log_that_was_not_opened_to_append_gets_no_hole(tmp_path: Path) -> None:
    log = tmp_path / "whisperad.log"
    with log.open("wb") as file:
        written = LogFile(file.fileno())
        written.keep_small(str(log))
        written.write(b"x" * MOST_BYTES + b"\n")
        written.write(b"next\n")

    assert log.read_bytes() == b"next\n"
    assert log.with_name("whisperad.log.1").stat().st_size == MOST_BYTES + 1
