"""The process ends though a thread goes on, and what was logged gets through."""

import json
import subprocess
import sys
from pathlib import Path

_PROGRAM = """\
import asyncio, threading
from whisperad import leaving, log

threading.Thread(target=threading.Event().wait, name="stuck").start()
log.info("stopped")
asyncio.run(leaving.without_waiting())
"""


def test_a_thread_that_goes_on_is_told_to_who_reads_the_log_by_a_pipe() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", _PROGRAM],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        timeout=20,
        check=False,
    )
    told = [json.loads(line) for line in ended.stderr.splitlines()]

    assert ended.returncode == 0
    assert [line["event"] for line in told] == ["stopped", "threads-left"]
    assert told[1]["threads"] == ["stuck"]
