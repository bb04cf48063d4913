"""What was taught counts at once, comes first, and outlives the daemon."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests import tiny_base
from tests.running import Message, RunningDaemon
from whisperad.intent import Intent
from whisperad.taught import Taught, lessons
from whisperad.utterance import normalise

OPEN: Message = {"action": "open_app", "target": "f"}
CATALOGUE = tiny_base.catalogue()


@pytest.fixture
def running(stopped: RunningDaemon) -> RunningDaemon:
    stopped.environ["WHISPERA_PLATFORM"] = "macos"
    return stopped.start()


@pytest.fixture
def taught(tmp_path: Path) -> Iterator[Taught]:
    made = Taught(tmp_path)
    yield made
    made.close()


def teach(daemon: RunningDaemon, utterance: str, intent: object) -> Message:
    return daemon.ask(type="teach", utterance=utterance, intent=intent)


def understood(daemon: RunningDaemon, utterance: str, **fields: object) -> Message:
    return daemon.ask(type="interpret", utterance=utterance, **fields)


def off(daemon: RunningDaemon, *packs: str) -> None:
    given = json.loads(daemon.user_file.read_text())
    given["settings"]["packs_off"] = packs
    daemon.user_file.write_text(json.dumps(given))
    assert daemon.ask(type="reload", what="config")["type"] == "ok"


def test_it_counts_as_soon_as_it_is_taught(running: RunningDaemon) -> None:
    before = understood(running, "bring me the f")
    ok = teach(running, "bring me the f", OPEN)
    reply = understood(running, 'Bring me the "F"!')
    stages = running.ask(type="status")["served"]["stage"]

    assert before["stage"] == "model"
    assert ok == {
        "type": "ok",
        "id": None,
        "adapter": None,
        "catalogue_hash": ok["catalogue_hash"],
    }
    assert (reply["outcome"], reply["stage"]) == ("proposed", "taught")
    assert (reply["intents"], reply["confidence"]) == ([OPEN], 1.0)
    assert reply["timing"]["passes"] == 0
    assert reply["commands"][0]["argv"][:2] == ["open", "-a"]
    assert stages == {"model": 1, "taught": 1}


def test_teaching_and_asking_on_one_connection_keep_their_order(
    running: RunningDaemon,
) -> None:
    lesson = {"type": "teach", "utterance": "the f", "intent": OPEN}
    question = {"type": "interpret", "utterance": "the f"}
    with running.client() as client:
        client.send(
            b"".join(json.dumps(r).encode() + b"\n" for r in (lesson, question))
        )

        assert client.receive()["type"] == "ok"
        assert client.receive()["stage"] == "taught"


def test_it_survives_a_restart_and_a_reload(running: RunningDaemon) -> None:
    teach(running, "the f", OPEN)
    running.stop()
    running.start()
    restarted = understood(running, "the f")
    running.ask(type="reload")
    reloaded = understood(running, "the f")
    files = list((running.home / "data").glob("taught.db*"))

    assert restarted["intents"] == reloaded["intents"] == [OPEN]
    assert files
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}


def test_it_survives_a_daemon_that_is_killed(running: RunningDaemon) -> None:
    teach(running, "the f", OPEN)
    running.process.kill()
    running.process.wait()
    running.start()

    assert understood(running, "the f")["stage"] == "taught"


def test_no_command_and_several_can_be_taught(running: RunningDaemon) -> None:
    teach(running, "i like chrome", {"action": "none"})
    teach(running, "f and hush", [OPEN, {"action": "mute_volume"}])

    assert understood(running, "i like chrome")["outcome"] == "none"
    assert understood(running, "i like chrome")["stage"] == "taught"
    assert [i["action"] for i in understood(running, "f and hush")["intents"]] == [
        "open_app",
        "mute_volume",
    ]


def test_a_later_lesson_takes_the_place_of_the_earlier(running: RunningDaemon) -> None:
    teach(running, "the f", OPEN)
    teach(running, "THE F", {"action": "mute_volume"})
    rows = running.ask(type="taught")["rows"]

    assert [row["intent"] for row in rows] == [{"action": "mute_volume"}]
    assert understood(running, "the f")["intents"] == [{"action": "mute_volume"}]


def test_what_was_taught_is_listed_and_forgotten(running: RunningDaemon) -> None:
    teach(running, "The F", OPEN)
    teach(running, "volume half", {"action": "set_volume", "level": 50})
    rows = running.ask(type="taught")["rows"]
    gone = running.ask(type="forget", utterance="the f.")
    twice = running.ask(type="forget", utterance="the f")

    assert [(r["utterance"], r["intent"]) for r in rows] == [
        ("The F", OPEN),
        ("volume half", {"action": "set_volume", "level": "half"}),
    ]
    assert all(r["time"].startswith("20") and r["is_used"] for r in rows)
    assert gone["type"] == "ok"
    assert (twice["type"], twice["code"]) == ("error", "bad-request")
    assert 'nothing was taught for "the f"' in twice["message"]
    assert understood(running, "the f")["stage"] == "model"


def test_what_is_wrong_is_refused_and_not_kept(running: RunningDaemon) -> None:
    reply = teach(running, "the f", {"action": "open_app", "target": "figma"})
    long = teach(running, "a" * 3000, OPEN)

    assert (reply["type"], reply["code"]) == ("error", "bad-request")
    assert 'target: expected words of "the f", found "figma"' in reply["message"]
    assert long["code"] == "bad-request"
    assert running.ask(type="taught")["rows"] == []


def test_a_lesson_whose_pack_is_off_waits_until_it_is_on(
    running: RunningDaemon,
) -> None:
    teach(running, "the f", OPEN)
    off(running, "apps")
    skipped = understood(running, "the f")
    (row,) = running.ask(type="taught")["rows"]
    off(running)

    assert skipped["type"] == "interpretation"
    assert skipped["stage"] == "model"
    assert not row["is_used"]
    assert understood(running, "the f")["intents"] == [OPEN]


def test_teaching_cannot_lower_a_risk(stopped: RunningDaemon) -> None:
    ran = stopped.home / "ran"
    pack = stopped.user_file.parent / "actions" / "mine.toml"
    pack.parent.mkdir()
    form = f'{{ argv = ["touch", "{ran}"] }}'
    pack.write_text(
        f'pack = "mine"\n[[action]]\nid = "wreck"\nphrases = ["wreck it"]\n'
        f'risk = "danger"\nmacos = {form}\nlinux = {form}\n'
    )
    daemon = stopped.start()
    teach(daemon, "be nice", {"action": "wreck"})
    refused = teach(daemon, "be kind", {"action": "wreck", "risk": "safe"})
    reply = understood(daemon, "be nice", execute=True)
    done_before = ran.exists()
    confirmed = daemon.ask(type="confirm", token=reply["token"])

    assert 'no slot "risk"' in refused["message"]
    assert (reply["outcome"], reply["stage"]) == ("needs_confirmation", "taught")
    assert not done_before
    assert confirmed["outcome"] == "done"
    assert ran.exists()


def test_it_can_be_explained(running: RunningDaemon) -> None:
    teach(running, "the f", OPEN)
    reply = running.ask(type="explain", utterance="the f")

    assert (reply["stage"], reply["intents"]) == ("taught", [OPEN])
    assert reply["phrases"][0]["action"] == "open_app"


def test_a_damaged_file_stops_nothing_and_is_told(stopped: RunningDaemon) -> None:
    data = stopped.home / "data"
    data.mkdir()
    (data / "taught.db").write_bytes(b"junk " * 4000)
    daemon = stopped.start()
    (problem,) = daemon.ask(type="status")["problems"]

    assert "taught.db was damaged" in problem
    assert teach(daemon, "the f", OPEN)["type"] == "ok"
    assert understood(daemon, "the f")["stage"] == "taught"


def test_where_nothing_can_be_kept_teaching_says_so(stopped: RunningDaemon) -> None:
    (stopped.home / "data").write_text("a file where the folder should be")
    daemon = stopped.start()
    reply = teach(daemon, "the f", OPEN)

    assert (reply["type"], reply["code"]) == ("error", "internal")
    assert "taught.db: " in reply["message"]
    assert understood(daemon, "the f")["stage"] == "model"
    assert len(daemon.events("cannot-keep")) == 1


def test_a_row_that_was_broken_by_hand_is_passed_over(
    taught: Taught, tmp_path: Path
) -> None:
    for said in ("hush", "shush"):
        taught.teach(normalise(said), {"action": "mute"}, CATALOGUE)
    with closing(sqlite3.connect(tmp_path / "taught.db")) as opened:
        opened.execute("UPDATE taught SET intents = '{' WHERE text = 'hush'")
        opened.commit()
    taught.load()

    assert taught.meaning("hush", CATALOGUE) is None
    assert taught.meaning("shush", CATALOGUE) == (Intent("mute"),)
    assert [lesson.said for lesson in lessons(tmp_path)] == ["shush"]


def test_a_daemon_that_is_taught_nothing_makes_no_file(running: RunningDaemon) -> None:
    assert running.ask(type="taught")["rows"] == []
    assert not list((running.home / "data").glob("taught.db*"))


def test_without_a_file_nothing_was_taught(tmp_path: Path) -> None:
    assert lessons(tmp_path / "none") == []
