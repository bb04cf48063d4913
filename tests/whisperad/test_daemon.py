"""The daemon's requests, one method each, with a catalogue of one action."""

import asyncio
import time
from pathlib import Path

import msgspec
import pytest

from tests.running import RunningDaemon
from tests.setting import HERE, Setting, ask
from whisperad.daemon import Daemon
from whisperad.errors import Overloaded, UnknownToken
from whisperad.protocol import Confirm, Interpret, Interpretation, Status
from whisperad.settings import Limits
from whisperad.status import StatusReply


def test_without_execute_a_command_is_proposed_and_not_run(
    setting: Setting, short_dir: Path
) -> None:
    setting.pack(f'argv = ["touch", "{short_dir}/touched"]')

    async def case(daemon: Daemon, make: str) -> None:
        reply = await ask(daemon, Interpret(id=4, utterance=make))

        assert reply.outcome == "proposed"
        assert reply.id == 4
        assert reply.intents == reply.resolved == ({"action": "make"},)
        assert reply.commands[0].argv == ("touch", f"{short_dir}/touched")
        assert reply.commands[0].shown == f"touch {short_dir}/touched"
        assert (reply.commands[0].risk, reply.commands[0].where) == ("safe", "daemon")
        assert (reply.results, reply.token, reply.candidates) == ((), None, ())
        assert reply.model.base == "random"
        assert reply.stage == "model"
        assert reply.timing.passes >= 1
        assert 0 < reply.timing.model_ms <= reply.timing.total_ms
        assert not (short_dir / "touched").exists()

    setting.run(case)


def test_with_execute_a_safe_command_runs(setting: Setting) -> None:
    async def case(daemon: Daemon, make: str) -> None:
        reply = await ask(daemon, Interpret(utterance=make, execute=True))

        assert reply.outcome == "done"
        assert reply.results[0].exit_code == 0
        assert reply.results[0].stdout == "made it\n"
        assert reply.results[0].duration_ms > 0

    setting.run(case)


def test_a_command_that_fails_says_how(setting: Setting) -> None:
    setting.pack('argv = ["ls", "/no/such/folder"]')

    async def case(daemon: Daemon, make: str) -> None:
        reply = await ask(daemon, Interpret(utterance=make, execute=True))

        assert reply.outcome == "failed"
        assert reply.results[0].exit_code not in (0, None)
        assert "/no/such/folder" in reply.results[0].stderr

    setting.run(case)


def test_a_command_that_takes_too_long_is_ended(setting: Setting) -> None:
    setting.pack('argv = ["sleep", "60"]')

    async def case(daemon: Daemon, make: str) -> None:
        request = Interpret(utterance=make, execute=True, timeout_s=0.3)
        reply = await ask(daemon, request)

        assert reply.outcome == "failed"
        assert reply.results[0].timed_out
        assert 300 <= reply.results[0].duration_ms < 5000

    setting.run(case)


def test_steps_stop_at_the_first_that_fails(setting: Setting, short_dir: Path) -> None:
    setting.pack(f'steps = [["true"], ["false"], ["touch", "{short_dir}/touched"]]')

    async def case(daemon: Daemon, make: str) -> None:
        reply = await ask(daemon, Interpret(utterance=make, execute=True))

        assert reply.outcome == "failed"
        assert [result.exit_code for result in reply.results] == [0, 1]
        assert not (short_dir / "touched").exists()

    setting.run(case)


@pytest.mark.parametrize("risk", ["confirm", "danger"])
def test_a_risky_command_runs_only_when_its_token_comes_back(
    setting: Setting, short_dir: Path, risk: str
) -> None:
    setting.pack(f'argv = ["mkdir", "{short_dir}/made"]', risk=risk)

    async def case(daemon: Daemon, make: str) -> None:
        asked = await ask(daemon, Interpret(utterance=make, execute=True))
        assert asked.outcome == "needs_confirmation"
        assert asked.commands[0].risk == risk
        assert asked.token is not None
        assert asked.results == ()
        assert not (short_dir / "made").exists()

        done = await ask(daemon, Confirm(id="c", token=asked.token))
        assert (done.outcome, done.id, done.token) == ("done", "c", None)
        assert done.intents == asked.intents
        assert done.commands == asked.commands
        assert done.timing.passes == 0
        assert (short_dir / "made").is_dir()

        with pytest.raises(UnknownToken):
            await ask(daemon, Confirm(token=asked.token))

    setting.run(case)


def test_a_token_that_is_too_old_runs_nothing(
    setting: Setting, short_dir: Path
) -> None:
    setting.pack(f'argv = ["mkdir", "{short_dir}/made"]', risk="confirm")

    async def case(daemon: Daemon, make: str) -> None:
        asked = await ask(daemon, Interpret(utterance=make, execute=True))
        await asyncio.sleep(0.06)
        with pytest.raises(UnknownToken):
            await ask(daemon, Confirm(token=asked.token or ""))

        assert not (short_dir / "made").exists()

    setting.run(case, token_s=0.05)


def test_without_execute_a_risky_command_needs_no_token(setting: Setting) -> None:
    setting.pack('argv = ["echo"]', risk="danger")

    async def case(daemon: Daemon, make: str) -> None:
        reply = await ask(daemon, Interpret(utterance=make))

        assert (reply.outcome, reply.token) == ("proposed", None)

    setting.run(case)


def test_a_developers_command_is_handed_over_or_run_in_the_clients_folder(
    setting: Setting, short_dir: Path
) -> None:
    setting.pack('argv = ["pwd"]', where="client")
    folder = str(short_dir.resolve())

    async def case(daemon: Daemon, make: str) -> None:
        here = Interpret(utterance=make, execute=True, cwd=folder, runs_here=True)
        handed_over = await ask(daemon, here)
        assert handed_over.outcome == "handed_over"
        assert handed_over.commands[0].where == "client"
        assert handed_over.results == ()

        ran = await ask(daemon, msgspec.structs.replace(here, runs_here=False))
        assert ran.outcome == "done"
        assert ran.results[0].stdout == folder + "\n"

    setting.run(case)


def test_a_risky_developers_command_is_handed_over_once_confirmed(
    setting: Setting,
) -> None:
    setting.pack('argv = ["pwd"]', where="client", risk="confirm")

    async def case(daemon: Daemon, make: str) -> None:
        asked = await ask(
            daemon, Interpret(utterance=make, execute=True, runs_here=True)
        )
        assert asked.outcome == "needs_confirmation"

        confirmed = await ask(daemon, Confirm(token=asked.token or "", runs_here=True))
        assert confirmed.outcome == "handed_over"
        assert confirmed.results == ()

    setting.run(case)


def test_below_the_threshold_nothing_runs(setting: Setting, short_dir: Path) -> None:
    setting.pack(f'argv = ["touch", "{short_dir}/touched"]')
    setting.threshold = 1.0

    async def case(daemon: Daemon, make: str) -> None:
        reply = await ask(daemon, Interpret(utterance=make, execute=True))

        assert reply.outcome == "unsure"
        assert reply.intents == ({"action": "make"},)
        assert (reply.resolved, reply.commands, reply.results) == ((), (), ())
        assert reply.candidates[0].intent == {"action": "make"}
        assert 0 <= reply.candidates[0].confidence < 1
        assert len(reply.candidates) <= 3
        assert not (short_dir / "touched").exists()

    setting.run(case)


def test_what_has_no_command_here_says_so(setting: Setting) -> None:
    other = "linux" if HERE == "macos" else "macos"
    setting.pack('argv = ["echo"]', platform=other)

    async def case(daemon: Daemon, make: str) -> None:
        reply = await ask(daemon, Interpret(utterance=make, execute=True))

        assert reply.outcome == "failed"
        assert reply.intents == ({"action": "make"},)
        assert (reply.resolved, reply.commands) == ((), ())
        assert reply.results[0].exit_code == 127
        assert reply.results[0].stderr == f'"make" has no command on {HERE}'

    setting.run(case)


def test_more_requests_than_the_queue_holds_are_refused(setting: Setting) -> None:
    async def case(daemon: Daemon, make: str) -> None:
        answers = await asyncio.gather(
            *(ask(daemon, Interpret(utterance=make)) for _ in range(5)),
            return_exceptions=True,
        )

        assert [type(answer) for answer in answers] == [
            Interpretation,
            Interpretation,
            Overloaded,
            Overloaded,
            Overloaded,
        ]

    setting.run(case, queue=2)


def test_work_is_counted_by_outcome_and_stage(setting: Setting) -> None:
    setting.pack('argv = ["true"]', risk="confirm")

    async def case(daemon: Daemon, make: str) -> None:
        before = await _status(daemon)
        asked = await ask(daemon, Interpret(utterance=make, execute=True))
        await ask(daemon, Confirm(token=asked.token or ""))
        await ask(daemon, Interpret(utterance=""))
        after = await _status(daemon)

        counts = before.served.outcome
        assert after.served.outcome == {
            **counts,
            "needs_confirmation": 1,
            "done": 1,
            "none": counts.get("none", 0) + 1,
        }
        assert after.served.stage["model"] == before.served.stage["model"] + 2

    setting.run(case)


async def _status(daemon: Daemon) -> StatusReply:
    reply = await daemon.answer(Status(), time.monotonic())
    assert isinstance(reply, StatusReply)
    return reply


def test_status_tells_everything_it_should(daemon: RunningDaemon) -> None:
    daemon.ask(type="interpret", utterance="open chrome")
    status = daemon.ask(type="status", id=9)

    assert status["type"] == "status"
    assert status["id"] == 9
    assert (status["version"], status["protocol"]) == ("0.1.0", 1)
    assert status["pid"] == daemon.process.pid
    assert status["uptime_s"] > 0
    assert status["platform"] == "macos"
    assert status["can_execute"] is False
    assert isinstance(status["blas"], str)
    assert isinstance(status["device"], str)
    assert status["model"]["base"] == "random"
    assert status["model"]["adapter"] is None
    assert status["model"]["bytes"] > 0
    assert status["catalogue"]["actions"] > 100
    assert status["catalogue"]["packs"] >= 17
    assert len(status["catalogue"]["hash"]) == 16
    assert 10_000_000 < status["memory_bytes"] < 200_000_000
    assert status["clients"] == 1
    assert status["queue"] == 0
    assert sum(status["served"]["outcome"].values()) >= 1
    assert status["served"]["stage"]["model"] >= 1
    assert 0 < status["latency_ms"]["p50"] <= status["latency_ms"]["p99"]
    assert status["socket"] == str(daemon.socket)
    assert status["limits"].pop("open_files") > 256
    assert status["limits"] == msgspec.structs.asdict(Limits())
    assert status["problems"] == []
