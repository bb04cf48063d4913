"""Limits that the user sets: each holds, is told, and changes when it is said to."""

import asyncio
import resource

import msgspec
import pytest

from tests.running import Client, Message, RunningDaemon
from tests.setting import Setting, ask
from whisperad.daemon import Daemon
from whisperad.errors import Overloaded
from whisperad.protocol import Interpret
from whisperad.settings import Limits


def _limits(daemon: RunningDaemon) -> Message:
    found: Message = daemon.ask(type="status")["limits"]
    return found


def test_the_status_tells_every_limit(stopped: RunningDaemon) -> None:
    given = {"clients": 7, "queue": 3, "read_timeout_s": 2.5, "history_rows": 0}
    stopped.set(**given)
    told = _limits(stopped.start())

    assert told == {
        **msgspec.structs.asdict(Limits()),
        **given,
        "open_files": told["open_files"],
    }
    assert stopped.stop() == 0


def test_a_reload_changes_limits_but_the_queue(stopped: RunningDaemon) -> None:
    stopped.start()
    before = _limits(stopped)
    stopped.set(clients=2, queue=9, line_bytes=4096, idle_timeout_s=60)
    stopped.ask(type="reload", what="config")
    after = _limits(stopped)
    clients = [stopped.client() for _ in range(3)]
    said = [_code(client) for client in clients]

    assert {name for name in before if before[name] != after[name]} == {
        "clients", "idle_timeout_s", "line_bytes"
    }  # fmt: skip
    assert said == [None, None, "overloaded"]
    assert stopped.stop() == 0


def _code(client: Client) -> object:
    client.send(b'{"type":"status"}\n')
    return client.receive().get("code")


def test_a_line_may_be_as_long_as_the_user_says(stopped: RunningDaemon) -> None:
    stopped.set(line_bytes=4096)
    stopped.start()
    with stopped.client() as client:
        client.send(b"x" * 5000 + b"\n")
        reply = client.receive()

    assert reply["code"] == "too-large"
    assert reply["message"] == "expected lines of at most 4096 bytes, found more"
    assert stopped.stop() == 0


def test_file_descriptors_are_allowed_for_as_many_clients(
    stopped: RunningDaemon,
) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    stopped.prepare = lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
    stopped.set(clients=2000)
    stopped.start()

    assert _limits(stopped)["open_files"] > 2000
    assert stopped.stop() == 0


@pytest.mark.parametrize("value", [0, 10_001, "many", 2.5])
def test_an_impossible_limit_is_named_and_the_others_serve(
    stopped: RunningDaemon, value: object
) -> None:
    stopped.start()
    stopped.set(clients=value)
    reply = stopped.ask(type="reload", what="config")

    assert (reply["type"], reply["code"]) == ("error", "bad-config")
    assert f"{stopped.user_file}: settings: Expected" in reply["message"]
    assert "at `$.clients`, found" in reply["message"]
    assert _limits(stopped)["clients"] == 256
    assert stopped.stop() == 0


def test_a_program_runs_no_longer_than_the_user_says(setting: Setting) -> None:
    setting.pack('argv = ["sleep", "30"]')

    async def case(daemon: Daemon, make: str) -> None:
        request = Interpret(utterance=make, execute=True, timeout_s=60)
        reply = await ask(daemon, request)

        assert (reply.outcome, reply.results[0].timed_out) == ("failed", True)

    setting.run(case, command_timeout_s=0.3)


def test_of_what_a_program_prints_as_much_is_kept(setting: Setting) -> None:
    setting.pack('argv = ["seq", "5000"]')

    async def case(daemon: Daemon, make: str) -> None:
        reply = await ask(daemon, Interpret(utterance=make, execute=True))

        assert reply.results[0].stdout.endswith("\n[cut at 2000 bytes]")

    setting.run(case, output_bytes=2000)


def test_no_more_programs_run_at_a_time(setting: Setting) -> None:
    setting.pack('argv = ["sleep", "0.5"]')

    async def case(daemon: Daemon, make: str) -> None:
        request = Interpret(utterance=make, execute=True)
        found = await asyncio.gather(
            *(ask(daemon, request) for _ in range(3)), return_exceptions=True
        )
        refused = [one for one in found if isinstance(one, Overloaded)]

        assert len(refused) == 1
        assert str(refused[0]) == "2 requests run programs; try again"
        assert (await ask(daemon, request)).outcome == "done"

    setting.run(case, programs=2)
