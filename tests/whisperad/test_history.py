"""The history: what was said and what came of it, and never in the way."""

import json
import resource
import sqlite3
import sys
from contextlib import closing

import pytest

from tests.running import Message, RunningDaemon, eventually

LATE_S = 5.0  # rows are written a moment after their answers


@pytest.fixture
def running(stopped: RunningDaemon) -> RunningDaemon:
    stopped.environ["WHISPERA_PLATFORM"] = "macos"
    return stopped.start()


def configure(daemon: RunningDaemon, **settings: object) -> None:
    given = json.loads(daemon.user_file.read_text())
    given["settings"] |= settings
    daemon.user_file.write_text(json.dumps(given))


def say(daemon: RunningDaemon, *utterances: str, **fields: object) -> Message:
    for utterance in utterances:
        reply = daemon.ask(type="interpret", utterance=utterance, **fields)
    return reply


def rows(daemon: RunningDaemon, **fields: object) -> list[Message]:
    reply = daemon.ask(type="history", **fields)
    assert reply["type"] == "history", reply
    found: list[Message] = reply["rows"]
    return found


def test_what_was_said_is_told_newest_first(running: RunningDaemon) -> None:
    running.ask(type="teach", utterance="hush", intent={"action": "mute_volume"})
    say(running, "Bring me the F!")
    reply = say(running, "hush")
    newest, oldest = rows(running)

    assert list(newest) == [
        "time",
        "utterance",
        "intents",
        "outcome",
        "stage",
        "confidence",
        "duration_ms",
    ]
    assert newest["intents"] == [{"action": "mute_volume"}]
    assert newest["duration_ms"] == reply["timing"]["total_ms"]
    assert (newest["outcome"], newest["stage"], newest["confidence"]) == (
        "proposed",
        "taught",
        1.0,
    )
    assert oldest["stage"] == "model"
    assert oldest["time"] < newest["time"]
    assert rows(running, limit=1) == [newest]


def test_it_outlives_the_daemon_and_is_private(running: RunningDaemon) -> None:
    running.ask(type="teach", utterance="hush", intent={"action": "mute_volume"})
    say(running, "hush")
    running.stop()
    files = list((running.home / "state").glob("history.db*"))
    modes = {path.stat().st_mode & 0o777 for path in files}
    running.start()

    assert modes == {0o600}
    assert [row["utterance"] for row in rows(running)] == ["hush"]


def test_what_was_confirmed_has_a_row_of_its_own(stopped: RunningDaemon) -> None:
    pack = stopped.user_file.parent / "actions" / "mine.toml"
    pack.parent.mkdir()
    pack.write_text(
        'pack = "mine"\n[[action]]\nid = "wreck"\nphrases = ["wreck it"]\n'
        'risk = "danger"\nmacos = { argv = ["true"] }\nlinux = { argv = ["true"] }\n'
    )
    daemon = stopped.start()
    daemon.ask(type="teach", utterance="wreck it", intent={"action": "wreck"})
    token = say(daemon, "wreck it", execute=True)["token"]
    daemon.ask(type="confirm", token=token)

    assert [(r["utterance"], r["outcome"]) for r in rows(daemon)] == [
        ("wreck it", "done"),
        ("wreck it", "needs_confirmation"),
    ]


def test_the_words_of_private_actions_are_not_kept(stopped: RunningDaemon) -> None:
    pack = stopped.user_file.parent / "actions" / "mine.toml"
    pack.parent.mkdir()
    pack.write_text(
        'pack = "mine"\n[[action]]\nid = "whisper"\nprivate = true\n'
        'phrases = ["whisper {what}"]\nslots = { what = "text" }\n'
        'macos = { argv = ["true"] }\nlinux = { argv = ["true"] }\n'
    )
    daemon = stopped.start()
    secret = {"action": "type_text", "text": "hunter2"}
    own = {"action": "whisper", "what": "hunter2"}
    daemon.ask(type="teach", utterance="type hunter2", intent=secret)
    daemon.ask(type="teach", utterance="whisper hunter2", intent=own)
    daemon.ask(
        type="teach",
        utterance="hush and type hunter2",
        intent=[{"action": "mute_volume"}, secret],
    )
    say(daemon, "type hunter2", "whisper hunter2", "hush and type hunter2")
    found = [(row["utterance"], row["intents"]) for row in rows(daemon)]
    state = daemon.home / "state"

    hidden = {"action": "type_text", "text": "…"}
    assert found == [
        ("mute_volume type_text …", [{"action": "mute_volume"}, hidden]),
        ("whisper …", [{"action": "whisper", "what": "…"}]),
        ("type_text …", [hidden]),
    ]
    assert not any(b"hunter2" in path.read_bytes() for path in state.glob("*.db*"))


def test_it_can_be_cleared_from_the_disk_too(running: RunningDaemon) -> None:
    lesson = {"action": "mute_volume"}
    running.ask(type="teach", utterance="shush the parrot", intent=lesson)
    say(running, "shush the parrot")
    assert len(rows(running)) == 1
    cleared = running.ask(type="clear_history")
    state = running.home / "state"

    assert cleared["type"] == "ok"
    assert rows(running) == []
    assert not any(b"parrot" in path.read_bytes() for path in state.glob("*.db*"))


def test_it_holds_no_more_than_it_should(running: RunningDaemon) -> None:
    running.ask(type="teach", utterance="hush", intent={"action": "mute_volume"})
    configure(running, history_rows=3)
    running.ask(type="reload", what="config")
    say(running, *(["hush"] * 5))
    kept = rows(running, limit=10)
    configure(running, history_rows=0)
    running.ask(type="reload", what="config")
    say(running, "hush")

    assert len(kept) == 3
    assert rows(running) == []


def test_a_daemon_that_keeps_nothing_makes_no_file(stopped: RunningDaemon) -> None:
    configure(stopped, history_rows=0)
    daemon = stopped.start()
    say(daemon, "the f")

    assert not list((daemon.home / "state").glob("history.db*"))


def test_what_is_too_old_is_gone(running: RunningDaemon) -> None:
    running.ask(type="teach", utterance="hush", intent={"action": "mute_volume"})
    say(running, "hush", "hush")
    assert len(rows(running)) == 2
    with closing(sqlite3.connect(running.home / "state" / "history.db")) as opened:
        past = "2020-01-01T00:00:00.000+00:00"
        opened.execute("UPDATE said SET time = ? WHERE id = 1", (past,))
        opened.commit()

    assert len(rows(running)) == 1


@pytest.mark.parametrize("setting", [{"history_rows": -1}, {"history_days": 0}])
def test_a_limit_that_makes_no_sense_is_a_mistake_in_the_file(
    running: RunningDaemon, setting: dict[str, object]
) -> None:
    configure(running, **setting)
    reply = running.ask(type="reload", what="config")

    assert (reply["type"], reply["code"]) == ("error", "bad-config")
    assert next(iter(setting)) in reply["message"]


def test_a_damaged_file_is_moved_aside_and_told(stopped: RunningDaemon) -> None:
    state = stopped.home / "state"
    state.mkdir()
    (state / "history.db").write_bytes(b"junk " * 4000)
    daemon = stopped.start()
    say(daemon, "the f")
    (problem,) = daemon.ask(type="status")["problems"]

    assert len(rows(daemon)) == 1
    assert "history.db was damaged" in problem
    assert len(list(state.glob("history.db.damaged-*"))) == 1
    assert len(daemon.events("database-damaged")) == 1


def test_where_nothing_can_be_written_answers_go_on(stopped: RunningDaemon) -> None:
    (stopped.home / "state").mkdir()
    (stopped.home / "state" / "history.db").mkdir()
    daemon = stopped.start()
    daemon.ask(type="teach", utterance="hush", intent={"action": "mute_volume"})
    answers = [say(daemon, "hush")["outcome"] for _ in range(20)]
    refused = daemon.ask(type="history")
    (problem,) = daemon.ask(type="status")["problems"]

    assert answers == ["proposed"] * 20
    assert (refused["type"], refused["code"]) == ("error", "internal")
    assert "history.db: " in problem
    assert len(daemon.events("cannot-keep")) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits other processes")
def test_a_disk_that_fills_up_is_logged_once_and_stops_nothing(
    running: RunningDaemon,
) -> None:
    running.ask(type="teach", utterance="hush", intent={"action": "mute_volume"})
    say(running, "hush")
    assert len(rows(running)) == 1
    log = (running.home / "log").stat().st_size
    limit = (log + 8_000, log + 8_000)  # for the log, but no page of a database
    resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE, limit)
    with running.client() as client:
        said = {"type": "interpret", "utterance": "hush"}
        answers = {client.ask(**said)["outcome"] for _ in range(20)}

    assert answers == {"proposed"}
    assert eventually(lambda: len(running.events("cannot-keep")) == 1, LATE_S)
    assert running.process.poll() is None
    assert running.ask(type="status")["problems"]
