"""With few file descriptors, or none, who is in is answered, and others are told why."""

import os
import resource
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.end_to_end.lessons import outcome
from tests.running import RunningDaemon, eventually

BUSY_S = 0.1  # of half a second: more than waiting takes


@pytest.mark.timeout(60)
def test_with_few_file_descriptors_clients_are_told_why_they_cannot_come_in(
    stopped: RunningDaemon,
) -> None:
    most = 100
    stopped.prepare = lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    stopped.start()
    stopped.teach("hush", action="mute_volume")
    clients = [stopped.client() for _ in range(most)]
    first = clients[0]
    served = [outcome(client, "hush") for client in clients]
    status, history = first.ask(type="status"), first.ask(type="history")
    reload = first.ask(type="reload", what="config")
    for client in clients[1:]:
        client.close()
    assert eventually(lambda: first.ask(type="status")["clients"] == 1)

    many = served.count("proposed")
    assert many > 20
    assert served.count("overloaded") == most - many
    assert status["limits"]["open_files"] == most
    assert (history["type"], reload["type"]) == ("history", "ok")
    assert stopped.say("hush")["outcome"] == "proposed"
    assert stopped.events("internal") == []
    assert stopped.events("few-file-descriptors")[0]["open_files"] == most
    assert stopped.stop() == 0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits other processes")
def test_with_no_file_descriptor_left_it_answers_who_is_in_and_recovers(
    taught: RunningDaemon,
) -> None:
    with taught.client() as client, ExitStack() as leaving:
        client.ask(type="status")
        pid = taught.process.pid
        _, hard = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (0, hard))
        assert eventually(lambda: _worked_in_half_a_second_s(pid) < BUSY_S)
        newcomers = [leaving.enter_context(taught.client()) for _ in range(10)]
        worked_s = _worked_in_half_a_second_s(pid)
        kinds = [
            client.ask(type=kind)["type"] for kind in ("status", "history", "taught")
        ]
        assert outcome(client, "hush") == "proposed"
        assert client.ask(type="interpret", utterance="doze", execute=True)
        reload = client.ask(type="reload", what="config")
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (1024, hard))
        served = [outcome(newcomer, "hush") for newcomer in newcomers]

    assert kinds == ["status", "history", "taught"]
    assert reload.get("code") == "bad-config", reload
    assert served == ["proposed"] * 10
    assert worked_s < BUSY_S
    assert len(taught.events("cannot-accept")) == 1
    assert taught.events("internal") == []
    assert taught.ask(type="reload", what="config")["type"] == "ok"
    assert taught.stop() == 0


def _worked_in_half_a_second_s(pid: int) -> float:
    """Give the time that a process keeps a core busy within the next half second."""
    before = _worked_s(pid)
    time.sleep(0.5)
    return _worked_s(pid) - before


def _worked_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
