"""A real daemon whose file of timers cannot be read, for a while or at all."""

import json

import pytest

from tests.running import RunningDaemon, eventually

pytestmark = pytest.mark.timeout(60)
ALARM = [{"kind": "alarm", "due": "2090-01-01T07:00:00"}]


@pytest.fixture
def running(stopped: RunningDaemon) -> RunningDaemon:
    """Give a daemon that is not started yet, with a folder for its state."""
    (stopped.home / "state").mkdir(0o700)
    return stopped


def said(daemon: RunningDaemon, utterance: str, **intent: str) -> str:
    """Teach an utterance, say it, and give what the daemon says."""
    daemon.teach(utterance, **intent)
    reply = daemon.ask(type="interpret", utterance=utterance, execute=True)
    result: str = reply["results"][0]["stdout"]
    return result


def test_timers_that_cannot_be_read_for_a_while_are_not_lost(
    running: RunningDaemon,
) -> None:
    """They lie in a folder that is none when the daemon starts."""
    elsewhere, later = running.home / "elsewhere", running.home / "later"
    elsewhere.symlink_to("/dev/null")
    file = running.home / "state" / "timers.json"
    file.symlink_to(elsewhere / "timers.json")
    running.start()
    (problem,) = running.ask(type="status")["problems"]
    cake = said(running, "cake ten minutes", action="set_timer", duration="ten minutes")
    (running.home / "good").mkdir()
    (running.home / "good" / "timers.json").write_text(json.dumps(ALARM))
    later.symlink_to("good")
    later.rename(elsewhere)  # at once
    assert eventually(lambda: not running.ask(type="status")["problems"])
    listed = said(running, "which", action="list_timers")

    assert problem.startswith(f"{file} cannot be read (")
    assert "it could not be saved" in cake
    assert [line.split()[0] for line in listed.splitlines()] == ["timer", "alarm:"]
    assert len(running.events("timers-not-read")) == 1
    assert len(json.loads(file.read_text())) == 2
    assert not list(file.parent.glob("*.broken*"))
    assert running.stop() == 0


def test_damaged_timers_are_told_of_and_kept(running: RunningDaemon) -> None:
    file = running.home / "state" / "timers.json"
    file.with_suffix(".broken").write_text("of before")
    file.write_text("junk")
    running.start()
    (problem,) = running.ask(type="status")["problems"]

    assert problem.startswith(f"{file} was damaged (")
    assert file.with_suffix(".broken").read_text() == "of before"
    assert file.with_suffix(".broken-2").read_text() == "junk"
    assert running.stop() == 0
