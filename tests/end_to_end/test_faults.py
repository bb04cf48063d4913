"""What happens to a daemon happens to a real one: it goes on, or says how to go on.

Whatever it acknowledged before is there afterwards. Programs run from the test's own
home, and all that is set and taught is in it.
"""

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.running import Client, Message, RunningDaemon

ROOM_BYTES = 6_000  # on a disk that is as good as full

# Said, and taught to mean what needs no model.
TAUGHT: dict[str, Message] = {
    "hush": {"action": "mute_volume"},
    "pasta ten minutes": {"action": "set_timer", "duration": "ten minutes"},
    "what is cooking": {"action": "list_timers"},
    "doze": {"action": "doze"},
}
_PACK = """\
pack = "mine"
[[action]]
id = "doze"
phrases = ["doze off"]
macos = {{ argv = ["{0}"] }}
linux = {{ argv = ["{0}"] }}
"""
_DOZE = (
    '#!/bin/sh\necho $$ > "$HOME/dozing.new"\nmv "$HOME/dozing.new" "$HOME/dozing"\n'
)

Busy = Callable[[RunningDaemon, Client], None]


@pytest.fixture
def running(stopped: RunningDaemon) -> Iterator[RunningDaemon]:
    """Give a daemon that was taught all of it; a program of ours that is left ends."""
    stopped.environ["HOME"] = str(stopped.home)
    doze = stopped.home / "doze"
    doze.write_text(f"{_DOZE}exec sleep 30\n")
    doze.chmod(0o755)
    pack = stopped.user_file.parent / "actions" / "mine.toml"
    pack.parent.mkdir()
    pack.write_text(_PACK.format(doze))
    stopped.start()
    for said, intent in TAUGHT.items():
        assert _taught(stopped, said, intent)["type"] == "ok"
    yield stopped
    with suppress(FileNotFoundError, ProcessLookupError):
        os.kill(_dozing(stopped), signal.SIGKILL)


def _taught(daemon: RunningDaemon, said: str, intent: Message) -> Message:
    return daemon.ask(type="teach", utterance=said, intent=intent)


def _said(daemon: RunningDaemon, said: str, execute: bool = False) -> Message:
    return daemon.ask(type="interpret", utterance=said, execute=execute)


def _cooking(daemon: RunningDaemon) -> str:
    """Give what the daemon says of timers."""
    found: str = _said(daemon, "what is cooking", execute=True)["results"][0]["stdout"]
    return found


def _dozing(daemon: RunningDaemon) -> int:
    return int((daemon.home / "dozing").read_text())


def _eventually(is_so: Callable[[], bool]) -> bool:
    ends = time.monotonic() + 10
    while not is_so() and time.monotonic() < ends:
        time.sleep(0.01)
    return is_so()


def _lines(count: int, **request: object) -> bytes:
    return b"".join(
        json.dumps({**request, "id": n}).encode() + b"\n" for n in range(count)
    )


def _idle(daemon: RunningDaemon, client: Client) -> None:
    assert client.ask(type="status")["queue"] == 0


def _in_a_pass(daemon: RunningDaemon, client: Client) -> None:
    client.send(_lines(30, type="interpret", utterance="open chrome and all the rest"))
    assert _eventually(lambda: bool(daemon.ask(type="status")["queue"]))


def _with_a_child(daemon: RunningDaemon, client: Client) -> None:
    client.send(
        _lines(1, type="interpret", utterance="doze", execute=True, timeout_s=60)
    )
    assert _eventually((daemon.home / "dozing").exists)


def _in_a_reload(daemon: RunningDaemon, client: Client) -> None:
    client.send(_lines(5, type="reload", what="all"))
    time.sleep(0.05)


def _in_a_write(daemon: RunningDaemon, client: Client) -> None:
    client.send(_lines(30, type="teach", utterance="quiet", intent=TAUGHT["hush"]))
    client.receive()


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "busy", [_idle, _in_a_pass, _with_a_child, _in_a_reload, _in_a_write]
)
def test_a_kill_loses_nothing_that_was_acknowledged(
    running: RunningDaemon, busy: Busy
) -> None:
    assert _said(running, "pasta ten minutes", execute=True)["outcome"] == "done"
    busy(running, running.client())
    assert running.stop(signal.SIGKILL) == -signal.SIGKILL
    running.start()
    known = {row["utterance"] for row in running.ask(type="taught")["rows"]}

    assert known - {"quiet"} == set(TAUGHT)
    assert _said(running, "hush")["stage"] == "taught"
    assert _cooking(running).startswith("timer 10 minutes: ")
    assert running.ask(type="status")["problems"] == []
    assert running.stop() == 0


@pytest.mark.parametrize("stopped_s", [1.0])  # 30 does as well, but takes as long
def test_a_daemon_that_was_frozen_goes_on(
    running: RunningDaemon, stopped_s: float
) -> None:
    before = running.client()
    before.send(_lines(10, type="interpret", utterance="open chrome"))
    running.process.send_signal(signal.SIGSTOP)
    meanwhile = running.client()  # the system lets it in
    meanwhile.send(_lines(3, type="interpret", utterance="hush"))
    time.sleep(stopped_s)
    running.process.send_signal(signal.SIGCONT)
    replies = [before.receive() for _ in range(10)]

    assert [reply["id"] for reply in replies] == list(range(10))
    assert {reply["type"] for reply in replies} == {"interpretation"}
    assert [meanwhile.receive()["outcome"] for _ in range(3)] == ["proposed"] * 3
    assert running.stop() == 0


@pytest.mark.timeout(60)
def test_where_the_socket_was_deleted_it_says_how_to_go_on(
    running: RunningDaemon,
) -> None:
    """Nobody finds the daemon any more until it is restarted; who is in stays in."""
    first = running.process
    with running.client() as client:
        client.ask(type="status")
        running.socket.unlink()
        assert client.ask(type="interpret", utterance="hush")["outcome"] == "proposed"
    started = _whispera(running, "start")  # takes as long as one that stops may take
    restarted = _whispera(running, "restart")

    assert started.returncode != 0
    assert f"(process {first.pid}) holds {running.socket}.lock" in started.stderr
    assert "end it with `whispera stop`" in started.stderr
    assert restarted.returncode == 0, restarted.stderr
    assert first.wait(5) == 0
    assert _said(running, "hush")["stage"] == "taught"
    assert _whispera(running, "stop").returncode == 0


def _whispera(daemon: RunningDaemon, verb: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-m", "client.cli", verb],
        env={**daemon.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_config_that_breaks_and_is_mended_serves_all_along(
    running: RunningDaemon,
) -> None:
    good = running.user_file.read_text()
    running.user_file.write_text(good[:-9])
    refused = running.ask(type="reload", what="config")
    still = _said(running, "hush")["outcome"]
    running.stop(signal.SIGKILL)
    # The model that the user chose is in the broken file.
    running.start()
    (problem,) = running.ask(type="status")["problems"]
    without = _said(running, "hush")["outcome"]
    running.user_file.write_text(good)
    mended = running.ask(type="reload", what="config")

    assert (refused["type"], refused["code"]) == ("error", "bad-config")
    assert str(running.user_file) in refused["message"]
    assert (still, without) == ("proposed", "proposed")
    assert str(running.user_file) in problem
    assert mended["type"] == "ok"
    assert running.ask(type="status")["problems"] == []
    assert _said(running, "doze")["commands"][0]["argv"] == [str(running.home / "doze")]
    assert running.stop() == 0


@pytest.mark.skipif(sys.platform != "linux", reason="root writes to any other folder")
def test_a_state_folder_that_cannot_be_written_costs_the_history_alone(
    stopped: RunningDaemon,
) -> None:
    (stopped.home / "state").symlink_to("/proc")
    stopped.start()
    assert _taught(stopped, "hush", TAUGHT["hush"])["type"] == "ok"
    answers = {_said(stopped, "hush")["outcome"] for _ in range(5)}
    history = stopped.ask(type="history")
    problems = stopped.ask(type="status")["problems"]

    assert answers == {"proposed"}
    assert (history["type"], history["code"]) == ("error", "internal")
    assert "history.db" in history["message"]
    assert len(problems) == 1
    assert "history.db" in problems[0]
    assert stopped.stop() == 0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits other processes")
def test_on_a_full_disk_what_is_acknowledged_is_kept(running: RunningDaemon) -> None:
    files = [*running.home.glob("data/*"), running.home / "log"]
    most = max(file.stat().st_size for file in files) + ROOM_BYTES
    resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE, (most, most))
    kept = set(TAUGHT)
    replies: list[Message] = []
    while len(replies) < 200 and {"error"} != {r["type"] for r in replies[-3:]}:
        said = f"hush {'and again ' * 150}number {len(replies)}"
        replies.append(_taught(running, said, TAUGHT["hush"]))
        if replies[-1]["type"] == "ok":
            kept.add(said)
    answer = _said(running, "hush")["outcome"]
    assert running.stop(signal.SIGKILL) == -signal.SIGKILL  # not one of its own
    running.start()
    rows = running.ask(type="taught")["rows"]

    assert (replies[-1]["type"], replies[-1]["code"]) == ("error", "internal")
    assert "taught.db" in replies[-1]["message"]
    assert answer == "proposed"
    assert {row["utterance"] for row in rows} == kept
    assert running.stop() == 0


@pytest.mark.timeout(60)
def test_a_stop_ends_a_child_that_goes_on_for_long(running: RunningDaemon) -> None:
    _with_a_child(running, running.client())
    child = _dozing(running)

    assert running.stop() == 0
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)
