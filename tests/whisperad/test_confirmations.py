"""Confirmation tokens: once, for a while, for exactly what was asked."""

import asyncio
import time
from pathlib import Path

import pytest

from whisperad import confirmations
from whisperad.command import Command
from whisperad.confirmations import Confirmations, Plan
from whisperad.errors import UnknownToken
from whisperad.protocol import Interpretation, ShownCommand, Timing, UsedModel


def waiting_for(lifetime_s: float) -> Confirmations:
    return Confirmations(lifetime_s, Path("/"), {})


def _plan(program: str, *touches: str) -> Plan:
    command = Command((program,), "danger", "daemon", touches=touches)
    reply = Interpretation(
        outcome="proposed",
        intents=({"action": "shut_down"},),
        resolved=({"action": "shut_down"},),
        commands=(ShownCommand(command.argv, program, "danger", "daemon"),),
        confidence=1.0,
        stage="model",
        candidates=(),
        results=(),
        token=None,
        model=UsedModel("whispera-tiny", None),
        timing=Timing(0, 0, 0, 0, 0),
    )
    return Plan(reply, (command,), None, 10)


def test_a_token_gives_back_exactly_its_plan() -> None:
    waiting = waiting_for(60)
    tokens = [waiting.issue(_plan(f"program-{number}")) for number in range(5)]
    redeemed = [waiting.redeem(token) for token in reversed(tokens)]

    assert redeemed == [_plan(f"program-{number}") for number in reversed(range(5))]


def test_a_token_is_good_once() -> None:
    waiting = waiting_for(60)
    token = waiting.issue(_plan("true"))
    waiting.redeem(token)

    with pytest.raises(UnknownToken, match="spent or was never given"):
        waiting.redeem(token)


def test_a_token_is_good_for_a_while() -> None:
    waiting = waiting_for(0.01)
    token = waiting.issue(_plan("true"))
    time.sleep(0.02)

    with pytest.raises(UnknownToken, match=r"older than 0\.01 seconds; say it again"):
        waiting.redeem(token)
    with pytest.raises(UnknownToken, match="spent"):
        waiting.redeem(token)


@pytest.mark.parametrize("token", ["", "guess", "0" * 22])
def test_a_made_up_token_is_good_for_nothing(token: str) -> None:
    waiting = waiting_for(60)
    waiting.issue(_plan("true"))

    with pytest.raises(UnknownToken):
        waiting.redeem(token)


def test_the_oldest_gives_way_when_too_many_wait() -> None:
    waiting = waiting_for(60)
    tokens = [waiting.issue(_plan("x")) for _ in range(confirmations.MAX_WAITING + 1)]

    assert len(set(tokens)) == len(tokens)
    with pytest.raises(UnknownToken):
        waiting.redeem(tokens[0])
    assert waiting.redeem(tokens[1]) == _plan("x")


def test_a_question_names_what_is_touched_and_holds_for_no_more(
    tmp_path: Path,
) -> None:
    (tmp_path / "a").touch()
    waiting = waiting_for(60)

    async def case() -> None:
        asked = await waiting.ask(_plan("rm", "files", str(tmp_path)))
        (tmp_path / "b").touch()
        grown = await waiting.agreed(asked.token or "")
        (tmp_path / "a").unlink()
        agreed = await waiting.agreed(grown.reply.token or "")

        assert asked.outcome == "needs_confirmation"
        assert asked.commands[0].touches == (
            f"{tmp_path}, a folder with 1 item, 0 bytes: a",
        )
        assert grown.reply.outcome == "needs_confirmation"
        assert grown.reply.token not in {None, asked.token}
        assert grown.reply.commands[0].touches == (
            f"{tmp_path}, a folder with 2 items, 0 bytes: a, b",
        )
        assert agreed.reply.outcome == "proposed"
        assert agreed.commands == _plan("rm", "files", str(tmp_path)).commands
        with pytest.raises(UnknownToken):
            await waiting.agreed(asked.token or "")

    asyncio.run(case())
