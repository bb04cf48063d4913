"""An exception that nobody caught is told by kind and place; its words are not."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.running import RunningDaemon

pytestmark = pytest.mark.timeout(60)

SECRET = "zanzibar"
# Goes wrong, in one way or another, while the secret is being handled: Python runs it
# before anything of ours, and `asyncio` is where our own code comes by again.
_FAULTS = """\
import asyncio, logging, sys, threading

def fail(text):
    raise RuntimeError(f"lost on the way to {text}")

class Failing:
    def __init__(self, text):
        self.text = text
    def __del__(self):
        fail(self.text)

def complain(text):
    try:
        fail(text)
    except RuntimeError:
        logging.getLogger("library").exception("found %s", text)

WAYS = {
    "task": fail,
    "callback": lambda text: asyncio.get_running_loop().call_soon(fail, text),
    "thread": lambda text: threading.Thread(target=fail, args=(text,)).start(),
    "finaliser": Failing,
    "library": complain,
}
sleep_well = asyncio.sleep

def sleep(delay, *more):
    caller = sys._getframe(1)
    if caller.f_code.co_name == "_answer_waiting":
        text = repr(caller.f_locals["last"])
        for way, go in WAYS.items():
            if f"zanzibar {way}" in text:
                go(text)
    return sleep_well(delay, *more)

asyncio.sleep = sleep
"""


@pytest.fixture
def running(stopped: RunningDaemon) -> RunningDaemon:
    """Give a daemon in which that goes wrong which it is asked for."""
    faults = stopped.home / "faults"
    faults.mkdir()
    (faults / "sitecustomize.py").write_text(_FAULTS)
    stopped.environ["PYTHONPATH"] = str(faults)
    return stopped.start()


@pytest.mark.parametrize("way", ["task", "callback", "thread", "finaliser", "library"])
def test_what_goes_wrong_is_logged_without_what_was_said(
    running: RunningDaemon, way: str
) -> None:
    said = running.ask(type="interpret", utterance=f"{SECRET} {way}")
    assert running.ask(type="status")["type"] == "status"
    assert running.stop() == 0
    logged = (running.home / "log").read_text()

    assert said["type"] == "interpretation"
    assert SECRET not in logged
    (told,) = running.events("unhandled")
    assert told["kind"] == "RuntimeError"
    assert "fail" in told["frames"][-1]
    assert (told["task"] or "").endswith("_answer_waiting") == (way == "task")


def test_what_ends_the_process_is_logged_without_its_words() -> None:
    program = (
        "from whisperad import unhandled\n"
        "unhandled.log_without_words()\n"
        f"raise ValueError('{SECRET}')\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )

    assert ended.returncode == 1
    assert '"kind":"ValueError"' in ended.stderr
    assert SECRET not in ended.stderr
