"""Each effect has a line before it and, unless the daemon is killed, one after it."""

import json
import os
import signal
import sys
from pathlib import Path

import pytest

from tests.end_to_end import own_programs
from tests.programs import is_running
from tests.running import Message, RunningDaemon, eventually
from whisperad.audit import fingerprint

pytestmark = [
    pytest.mark.timeout(60),
    pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc"),
]

MARKER = "zanzibar"
_PACK = """\
pack = "mine"
[[action]]
id = "work"
phrases = ["work it"]
linux = {{ argv = ["{0}/work", "made"] }}
[[action]]
id = "fail"
phrases = ["fail it"]
linux = {{ steps = [["{0}/work", "made"], ["{0}/fail"], ["{0}/work", "made"]] }}
[[action]]
id = "doze"
phrases = ["doze off"]
linux = {{ argv = ["{0}/doze"] }}
[[action]]
id = "record"
phrases = ["record it"]
linux = {{ keep = "recording", argv = ["{0}/doze"] }}
[[action]]
id = "risk"
phrases = ["risk it"]
risk = "danger"
linux = {{ argv = ["{0}/work", "made"] }}
[[action]]
id = "tell"
phrases = ["tell {{text}}"]
slots = {{ text = "text" }}
private = true
linux = {{ argv = ["{0}/work", "--", "{{text}}"] }}
"""
_CLIENTS = """\
pack = "developers"
where = "client"
[[action]]
id = "build"
phrases = ["build it"]
linux = {{ argv = ["{0}/work", "made"] }}
"""
_PROGRAMS = {
    "work": "#!/bin/sh\nexit 0\n",
    "fail": "#!/bin/sh\nexit 3\n",
    "doze": '#!/bin/sh\necho $$ > "$HOME/new"\nmv "$HOME/new" "$HOME/dozing"\n'
    "exec sleep 60\n",
    # Nothing of this machine shows or sounds.
    "notify-send": "#!/bin/sh\n",
    "canberra-gtk-play": "#!/bin/sh\n",
}


@pytest.fixture
def running(stopped: RunningDaemon) -> RunningDaemon:
    """Give a daemon with programs of ours, each said by the name of its action."""
    own_programs.give(stopped, _PROGRAMS, mine=_PACK, developers=_CLIENTS)
    stopped.environ["PATH"] = f"{stopped.home}:{os.environ['PATH']}"
    stopped.start()
    for action in ("work", "fail", "doze", "record", "risk", "build"):
        stopped.teach(action, action=action)
    stopped.teach(f"tell {MARKER}", action="tell", text=MARKER)
    return stopped


def _run(daemon: RunningDaemon, said: str, **more: object) -> Message:
    return daemon.ask(type="interpret", utterance=said, execute=True, **more)


def _told(daemon: RunningDaemon) -> list[tuple[str, str, object, object]]:
    """Give the effects that ended: action, program, how, exit code.

    Each began before, with the same words about it.
    """
    begun: dict[str, Message] = {}
    ended = []
    for line in daemon.events():
        if line["event"] == "effect-begins":
            begun[line["number"]] = line
        elif line["event"] == "effect":
            before = begun.pop(line["number"])
            assert all(line[k] == before[k] for k in before.keys() - {"event", "time"})
            program = Path(line["program"]).name
            ended.append((line["action"], program, line["ended"], line["exit_code"]))
    return ended


def test_an_effect_is_told_before_and_after_it(running: RunningDaemon) -> None:
    assert _run(running, "work")["outcome"] == "done"
    assert _run(running, "fail")["outcome"] == "failed"
    assert _run(running, "doze", timeout_s=0.3)["results"][0]["timed_out"]
    begins = running.events("effect-begins")

    assert _told(running) == [
        ("work", "work", "done", 0),
        ("fail", "work", "done", 0),
        ("fail", "fail", "failed", 3),
        ("doze", "doze", "timed-out", None),
    ]
    made = fingerprint([str(running.home / "work"), "made"])
    assert [line["argv_sha256"] == made for line in begins] == [
        True,
        True,
        False,
        False,
    ]
    assert {line["risk"] for line in begins} == {"safe"}


def test_what_is_only_asked_or_proposed_is_no_effect(running: RunningDaemon) -> None:
    assert running.ask(type="interpret", utterance="work")["outcome"] == "proposed"
    asked = _run(running, "risk")
    assert asked["outcome"] == "needs_confirmation"
    assert running.events("effect-begins") == []

    assert running.ask(type="confirm", token=asked["token"])["outcome"] == "done"
    assert _told(running) == [("risk", "work", "done", 0)]
    assert running.events("effect")[0]["risk"] == "danger"


def test_what_the_client_runs_is_told_as_well(running: RunningDaemon) -> None:
    assert _run(running, "build", runs_here=True)["outcome"] == "handed_over"

    assert _told(running) == [("build", "work", "handed-over", None)]


def test_what_the_daemon_does_itself_is_told_as_well(running: RunningDaemon) -> None:
    running.teach("egg one second", action="set_timer", duration="one second")
    _run(running, "egg one second")
    assert eventually(lambda: len(_told(running)) == 3)

    assert _told(running) == [
        ("set_timer", "@set_timer", "done", 0),
        ("timer-rings", "notify-send", "done", 0),
        ("timer-rings", "canberra-gtk-play", "done", 0),
    ]


def test_private_words_are_in_no_line_and_no_hash(running: RunningDaemon) -> None:
    assert _run(running, f"tell {MARKER}")["outcome"] == "done"

    assert _told(running) == [("tell", "work", "done", 0)]
    assert [line["argv_sha256"] for line in running.events("effect-begins")] == [None]
    assert MARKER not in json.dumps(running.events())


def test_what_a_stop_breaks_off_is_told(running: RunningDaemon) -> None:
    pid = own_programs.begun(running, "doze", "dozing")

    assert running.stop() == 0
    assert _told(running) == [("doze", "doze", "broken-off", None)]
    assert not is_running(pid)


def test_a_kept_program_that_ends_with_the_daemon_is_told(
    running: RunningDaemon,
) -> None:
    own_programs.begun(running, "record", "dozing")
    assert eventually(lambda: running.events("effect"))

    assert running.stop() == 0
    assert _told(running) == [
        ("record", "doze", "done", 0),
        ("daemon-stops", "@stop", "done", 0),
    ]


def test_what_a_kill_cuts_off_has_begun_and_not_ended(running: RunningDaemon) -> None:
    pid = own_programs.begun(running, "doze", "dozing")
    running.stop(signal.SIGKILL)
    (line,) = running.events("effect-begins")

    assert is_running(pid)  # so the line is the only trace of why
    os.kill(pid, signal.SIGKILL)
    assert running.events("effect") == []
    assert (line["action"], line["program"]) == ("doze", str(running.home / "doze"))
    assert line["argv_sha256"] == fingerprint([str(running.home / "doze")])
