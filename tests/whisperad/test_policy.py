"""Policy: what may happen to what was understood."""

import pytest

from whisperad import policy
from whisperad.command import Command
from whisperad.intent import Intent
from whisperad.pack import Risk, Where
from whisperad.policy import Clarity, Decision
from whisperad.understanding import Candidate, Understanding


@pytest.mark.parametrize(
    ("intents", "confidence", "expected"),
    [
        ((), 0.99, "none"),
        ((), 0.1, "none"),
        ((Intent("mute"),), 0.8, "clear"),
        ((Intent("mute"),), 0.79, "unsure"),
    ],
)
def test_only_what_is_clear_goes_on(
    intents: tuple[Intent, ...], confidence: float, expected: Clarity
) -> None:
    assert policy.clarity(Understanding(intents, confidence), 0.8) == expected


@pytest.mark.parametrize(
    ("commands", "confirmed", "runs_here", "expected"),
    [
        ([("safe", "daemon")], False, False, "run"),
        ([("safe", "daemon")], False, True, "run"),
        ([("safe", "client")], False, False, "run"),
        ([("safe", "client")], False, True, "handed_over"),
        ([("confirm", "daemon")], False, False, "needs_confirmation"),
        ([("danger", "daemon")], False, True, "needs_confirmation"),
        ([("danger", "client")], False, True, "needs_confirmation"),
        ([("confirm", "daemon")], True, False, "run"),
        ([("danger", "client")], True, True, "handed_over"),
        (
            [("safe", "daemon"), ("danger", "daemon")],
            False,
            False,
            "needs_confirmation",
        ),
        ([("safe", "client"), ("safe", "daemon")], False, True, "run"),
        ([], False, True, "run"),
    ],
)
def test_risk_asks_first_and_the_clients_own_is_handed_over(
    commands: list[tuple[Risk, Where]],
    confirmed: bool,
    runs_here: bool,
    expected: Decision,
) -> None:
    given = [Command(("true",), risk, where) for risk, where in commands]

    decision = policy.decide(given, confirmed=confirmed, runs_here=runs_here)
    assert decision == expected


def test_no_command_that_is_not_sure_asks_what_was_meant() -> None:
    candidate = Candidate(Intent("mute"), 0.3)
    doubtful = Understanding((), 0.4, candidates=(candidate,))
    clear = Understanding((), 0.9, candidates=(candidate,))

    assert policy.clarity(doubtful, 0.8) == "unsure"
    assert policy.clarity(clear, 0.8) == "none"
