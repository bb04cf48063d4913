"""What happens to a daemon happens to a real one: it goes on, or says how to go on.

Whatever it acknowledged before is there afterwards. Programs run from the test's own
home, and all that is set and taught is in it.
"""

import json
import os
import resource
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from tests.running import Client, Message, RunningDaemon

BUSY_S = 0.1  # of half a second: more than waiting takes
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


@pytest.mark.timeout(120)
def test_a_daemon_that_was_frozen_for_half_a_minute_goes_on(
    running: RunningDaemon,
) -> None:
    before = running.client()
    before.send(_lines(10, type="interpret", utterance="open chrome"))
    running.process.send_signal(signal.SIGSTOP)
    meanwhile = running.client()  # the system lets it in
    meanwhile.send(_lines(3, type="interpret", utterance="hush"))
    time.sleep(30)
    running.process.send_signal(signal.SIGCONT)
    replies = [before.receive() for _ in range(10)]

    assert [reply["id"] for reply in replies] == list(range(10))
    assert {reply["type"] for reply in replies} == {"interpretation"}
    assert [meanwhile.receive()["outcome"] for _ in range(3)] == ["proposed"] * 3
    assert running.stop() == 0


@pytest.mark.timeout(60)
@pytest.mark.parametrize("gone", ["socket", "folder"])
def test_where_the_socket_was_deleted_it_listens_again(
    running: RunningDaemon, gone: str
) -> None:
    """By itself and soon; who is in stays in."""
    with running.client() as client:
        client.ask(type="status")
        if gone == "folder":
            shutil.rmtree(running.socket.parent)
        else:
            running.socket.unlink()
        client.send(_lines(3, type="interpret", utterance="hush"))
        running.wait_until_ready()
        still = [client.receive()["outcome"] for _ in range(3)]
    started = _whispera(running, "start")

    assert still == ["proposed"] * 3
    assert running.ask(type="status")["pid"] == running.process.pid
    assert len(running.events("socket-was-removed")) == 1
    assert stat.S_IMODE(running.socket.stat().st_mode) == 0o600
    assert started.returncode == 0, started.stderr
    assert _whispera(running, "stop").returncode == 0
    assert running.process.wait(5) == 0
    assert not running.socket.exists()


@pytest.mark.timeout(60)
def test_a_start_waits_for_a_daemon_that_lost_its_socket(
    running: RunningDaemon,
) -> None:
    running.socket.unlink()
    started = _whispera(running, "start")

    assert running.ask(type="status")["pid"] == running.process.pid, started.stderr
    assert running.stop() == 0


@pytest.mark.timeout(60)
def test_with_few_file_descriptors_clients_are_told_why_they_cannot_come_in(
    stopped: RunningDaemon,
) -> None:
    most = 100
    stopped.prepare = lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    stopped.start()
    _taught(stopped, "hush", TAUGHT["hush"])
    clients = [stopped.client() for _ in range(most)]
    first = clients[0]
    served = [_said_by(client, "hush") for client in clients]
    status, history = first.ask(type="status"), first.ask(type="history")
    reload = first.ask(type="reload", what="config")
    for client in clients[1:]:
        client.close()
    assert _eventually(lambda: first.ask(type="status")["clients"] == 1)

    many = served.count("proposed")
    assert many > 20
    assert served.count("overloaded") == most - many
    assert status["limits"]["open_files"] == most
    assert (history["type"], reload["type"]) == ("history", "ok")
    assert _said(stopped, "hush")["outcome"] == "proposed"
    assert stopped.events("internal") == []
    assert stopped.events("few-file-descriptors")[0]["open_files"] == most
    assert stopped.stop() == 0


def _said_by(client: Client, said: str) -> str:
    """Give what comes of an utterance, or the code of the error."""
    with suppress(BrokenPipeError):  # told to go already
        client.send(_lines(1, type="interpret", utterance=said))
    reply = client.receive()
    return str(reply.get("code") or reply["outcome"])


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits other processes")
def test_with_no_file_descriptor_left_it_answers_who_is_in_and_recovers(
    running: RunningDaemon,
) -> None:
    with running.client() as client, ExitStack() as leaving:
        client.ask(type="status")
        pid = running.process.pid
        _, hard = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (0, hard))
        assert _eventually(lambda: _worked_in_half_a_second_s(pid) < BUSY_S)
        newcomers = [leaving.enter_context(running.client()) for _ in range(10)]
        worked_s = _worked_in_half_a_second_s(pid)
        kinds = [
            client.ask(type=kind)["type"] for kind in ("status", "history", "taught")
        ]
        assert _said_by(client, "hush") == "proposed"
        assert client.ask(type="interpret", utterance="doze", execute=True)
        reload = client.ask(type="reload", what="config")
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (1024, hard))
        served = [_said_by(newcomer, "hush") for newcomer in newcomers]

    assert kinds == ["status", "history", "taught"]
    assert reload.get("code") == "bad-config", reload
    assert served == ["proposed"] * 10
    assert worked_s < BUSY_S
    assert len(running.events("cannot-accept")) == 1
    assert running.events("internal") == []
    assert running.ask(type="reload", what="config")["type"] == "ok"
    assert running.stop() == 0


def _worked_in_half_a_second_s(pid: int) -> float:
    """Give the time that a process keeps a core busy within the next half second."""
    before = _worked_s(pid)
    time.sleep(0.5)
    return _worked_s(pid) - before


def _worked_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


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
