"""A stop that comes while the daemon has hardly begun is as clean as any other."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.running import RunningDaemon

pytestmark = [
    pytest.mark.timeout(60),
    pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc"),
]

# Runs the daemon, and is told to stop as soon as it wants a module.
_SIGNALLED = """\
import os, runpy, signal, sys

class Watching:
    def find_spec(self, name, path=None, target=None):
        if name == "{module}":
            os.kill(os.getpid(), signal.SIGTERM)

sys.meta_path.insert(0, Watching())
runpy.run_module("whisperad", run_name="__main__")
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
@pytest.mark.parametrize("after_s", [0.0, 0.02, 0.1, 0.2])
def test_a_signal_soon_after_the_start_ends_it_well(
    stopped: RunningDaemon, after_s: float, number: signal.Signals
) -> None:
    """Counted from when our first lines run: before that, Python itself decides."""
    stopped.start(wait=False)
    _wait_for_our_first_lines(stopped.process.pid)
    time.sleep(after_s)

    assert stopped.stop(number) == 0, stopped.events()
    assert not stopped.socket.exists()


@pytest.mark.parametrize("module", ["asyncio", "uvloop", "msgspec", "mlx.core"])
def test_a_signal_in_the_middle_of_an_import_ends_it_well(
    stopped: RunningDaemon, module: str
) -> None:
    program = _SIGNALLED.format(module=module)
    ended = subprocess.run(
        [sys.executable, "-c", program],
        env=stopped.environ,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )

    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


def _wait_for_our_first_lines(pid: int) -> None:
    """Wait until the process catches the last of the signals in a way of its own."""
    ends = time.monotonic() + 15
    while not _catches(pid, signal.SIGHUP):
        assert time.monotonic() < ends
        time.sleep(0.001)


def _catches(pid: int, number: signal.Signals) -> bool:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    caught = next(line for line in lines if line.startswith("SigCgt:"))
    return bool(int(caught.split()[1], 16) >> (number - 1) & 1)
