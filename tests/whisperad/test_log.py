"""The log: lines that programs can read."""

import json
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

from tests.running import RunningDaemon

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
