"""A folder on a disk that answers no more costs those who want it, and no others."""

import sys
import time

import pytest

from tests import dead_disk
from tests.end_to_end import own_programs
from tests.running import Message, RunningDaemon

pytestmark = [
    pytest.mark.timeout(60),
    pytest.mark.skipif(sys.platform != "linux", reason="it runs what Linux would"),
]

OFTEN = 10  # more than Python has threads for what takes a while, on four cores
_PACK = """\
pack = "developers"
where = "client"
[[action]]
id = "build"
phrases = ["build it"]
linux = {{ argv = ["pwd"] }}
"""
INTENTS = {
    "build": {"action": "build"},
    "pasta ten minutes": {"action": "set_timer", "duration": "ten minutes"},
}


@pytest.fixture
def running(stopped: RunningDaemon) -> RunningDaemon:
    """Give a daemon whose working folder is on a disk of its own."""
    own_programs.give(stopped, {}, developers=_PACK)
    far = stopped.home / "far"
    far.mkdir()
    (stopped.home / "state").mkdir(exist_ok=True)
    (stopped.home / "state" / "working_folder").write_text(str(far))
    dead_disk.plant(stopped)
    stopped.start()
    for said, intent in INTENTS.items():
        stopped.teach(said, **intent)
    return stopped


def _run(daemon: RunningDaemon, said: str, **more: object) -> Message:
    return daemon.ask(type="interpret", utterance=said, execute=True, **more)


def test_a_working_folder_that_answers_no_more_is_as_if_it_were_gone(
    running: RunningDaemon,
) -> None:
    far = running.home / "far"
    before = _run(running, "build")["results"][0]["stdout"]
    dead_disk.die(running, far)
    began = time.monotonic()
    replies = [_run(running, "pasta ten minutes") for _ in range(OFTEN)]
    took_s = time.monotonic() - began
    without = _run(running, "build")["results"][0]["stdout"]

    assert before == f"{far}\n"
    assert {reply["outcome"] for reply in replies} == {"done"}
    assert took_s < 5
    assert without == f"{running.home}\n"
    assert running.stop() == 0


def test_a_clients_folder_that_answers_no_more_costs_only_who_is_in_it(
    running: RunningDaemon,
) -> None:
    near, far = running.home / "near", running.home / "other"
    near.mkdir()
    far.mkdir()
    dead_disk.die(running, far)
    late = [
        _run(running, "build", cwd=str(far), timeout_s=0.3)["results"][0]
        for _ in range(OFTEN)
    ]
    other = _run(running, "build", cwd=str(near))["results"][0]

    assert all(result["timed_out"] for result in late)
    assert "does not answer" in late[0]["stderr"]
    assert other["stdout"] == f"{near}\n"
    assert running.ask(type="history")["type"] == "history"
    assert _run(running, "pasta ten minutes")["outcome"] == "done"
    assert running.stop() == 0
