"""At the start an adapter proves itself, or another one serves that does."""

import time
from pathlib import Path

from tests import tiny_base
from tests.running import Message, RunningDaemon
from whisperad.adapter import Canary

# Nobody can be right about it.
WRONG = (Canary("open chrome", {"action": "empty_trash", "of": "nothing"}),)


def until_a_problem(running: RunningDaemon) -> Message:
    """Give the daemon's status as soon as it has a problem, else as it is."""
    ends = time.monotonic() + 8
    while time.monotonic() < ends:
        status = running.ask(type="status")
        if status["problems"]:
            return status
        time.sleep(0.02)
    return status


def adapters(running: RunningDaemon, base: Path, **kinds: tuple[Canary, ...]) -> Path:
    folder = running.home / "data" / "adapters"
    for name, canaries in kinds.items():
        tiny_base.write_adapter(folder / name, base, canaries=canaries)
    return folder


def test_an_adapter_that_fails_its_canaries_gives_way_to_the_one_before(
    stopped: RunningDaemon, random_base: Path
) -> None:
    folder = adapters(stopped, random_base, bad=WRONG, good=())
    (folder / "current").symlink_to("bad")
    (folder / "previous").symlink_to("good")
    stopped.start()
    status = until_a_problem(stopped)
    answered = stopped.ask(type="interpret", utterance="open chrome")
    reload = stopped.ask(type="reload", what="adapter")
    logged = [event["message"] for event in stopped.events("problem")]

    assert status["model"]["adapter"] == "good"
    assert 'bad: expected "open chrome" to mean' in status["problems"][0]
    assert status["problems"][1] == f"{folder}/good serves instead"
    assert answered["model"]["adapter"] == "good"
    assert (reload["type"], reload["code"]) == ("error", "bad-adapter")
    assert logged == status["problems"]
    assert stopped.stop() == 0


def test_one_that_fails_and_one_that_is_damaged_give_way_to_the_shipped(
    stopped: RunningDaemon, random_base: Path
) -> None:
    folder = adapters(stopped, random_base, bad=WRONG, shipped=())
    (folder / "shipped").rename(random_base / "adapter")
    try:
        (folder / "damaged").mkdir()
        (folder / "current").symlink_to("bad")
        (folder / "previous").symlink_to("damaged")
        stopped.start()
        status = until_a_problem(stopped)

        assert status["model"]["adapter"] == "adapter"
        assert len(status["problems"]) == 3
        assert "damaged/manifest.json" in status["problems"][1]
        assert stopped.stop() == 0
    finally:
        (random_base / "adapter").rename(folder / "shipped")


def test_where_no_other_is_there_it_serves_and_says_what_is_wrong(
    stopped: RunningDaemon, random_base: Path
) -> None:
    folder = adapters(stopped, random_base, bad=WRONG)
    (folder / "current").symlink_to("bad")
    stopped.start()
    status = until_a_problem(stopped)

    assert status["model"]["adapter"] == "bad"
    assert len(status["problems"]) == 1
    assert 'expected "open chrome" to mean' in status["problems"][0]


def test_a_good_one_serves_on_and_a_stop_waits_for_no_proof(
    stopped: RunningDaemon, random_base: Path
) -> None:
    folder = adapters(stopped, random_base, good=())
    (folder / "current").symlink_to("good")
    for _ in range(3):
        stopped.start()
        assert stopped.stop() == 0
    stopped.start()
    assert stopped.ask(type="reload")["type"] == "ok"
    status = stopped.ask(type="status")

    assert (status["model"]["adapter"], status["problems"]) == ("good", [])
    assert stopped.events("problem") == []
    assert "never retrieved" not in (stopped.home / "log").read_text()
