"""Confirmation tokens: once, for a while, for exactly what was asked."""

import time

import pytest

from whisperad import confirmations
from whisperad.command import Command
from whisperad.confirmations import Confirmations, Plan
from whisperad.errors import UnknownToken
from whisperad.protocol import Interpretation, Timing, UsedModel


def _plan(program: str) -> Plan:
    reply = Interpretation(
        outcome="proposed",
        intents=({"action": "shut_down"},),
        resolved=({"action": "shut_down"},),
        commands=(),
        confidence=1.0,
        stage="model",
        candidates=(),
        results=(),
        token=None,
        model=UsedModel("whispera-tiny", None),
        timing=Timing(0, 0, 0, 0, 0),
    )
    return Plan(reply, (Command((program,), "danger", "daemon"),), None, 10)


def test_a_token_gives_back_exactly_its_plan() -> None:
    waiting = Confirmations(60)
    tokens = [waiting.issue(_plan(f"program-{number}")) for number in range(5)]
    redeemed = [waiting.redeem(token) for token in reversed(tokens)]

    assert redeemed == [_plan(f"program-{number}") for number in reversed(range(5))]


def test_a_token_is_good_once() -> None:
    waiting = Confirmations(60)
    token = waiting.issue(_plan("true"))
    waiting.redeem(token)

    with pytest.raises(UnknownToken, match="spent or was never given"):
        waiting.redeem(token)


def test_a_token_is_good_for_a_while() -> None:
    waiting = Confirmations(0.01)
    token = waiting.issue(_plan("true"))
    time.sleep(0.02)

    with pytest.raises(UnknownToken, match=r"older than 0\.01 seconds; say it again"):
        waiting.redeem(token)
    with pytest.raises(UnknownToken, match="spent"):
        waiting.redeem(token)


@pytest.mark.parametrize("token", ["", "guess", "0" * 22])
def test_a_made_up_token_is_good_for_nothing(token: str) -> None:
    waiting = Confirmations(60)
    waiting.issue(_plan("true"))

    with pytest.raises(UnknownToken):
        waiting.redeem(token)


def test_the_oldest_gives_way_when_too_many_wait() -> None:
    waiting = Confirmations(60)
    tokens = [waiting.issue(_plan("x")) for _ in range(confirmations.MAX_WAITING + 1)]

    assert len(set(tokens)) == len(tokens)
    with pytest.raises(UnknownToken):
        waiting.redeem(tokens[0])
    assert waiting.redeem(tokens[1]) == _plan("x")
