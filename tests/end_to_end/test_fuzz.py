"""A real daemon answers whatever it is sent, and stays as it is."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end import dry, fuzz, mutations
from tests.end_to_end.fuzz import Fuzzer
from tests.running import RunningDaemon

LINES = 1200  # `make fuzz` sends a million
WARM = 400


@pytest.fixture(scope="module", params=["model", "shortcuts", "executes"])
def fuzzed(
    request: pytest.FixtureRequest, shared_short_dir: Path, random_base: Path
) -> Iterator[RunningDaemon]:
    """Give daemons: with the model alone, with shortcuts, and with programs to run."""
    home, kind = shared_short_dir / request.param, request.param
    home.mkdir()
    daemon = fuzz.started(
        home, random_base, shortcuts=kind != "model", executes=kind == "executes"
    )
    yield daemon
    assert daemon.stop() == 0
    assert daemon.events("internal") == []


def test_what_once_broke_something_is_answered(fuzzed: RunningDaemon) -> None:
    fuzzer = Fuzzer(fuzzed, seed=0)
    for case in mutations.corpus():
        for cuts in (0, 3):
            fuzzer.send(case.bytes(), cuts)

    assert fuzzer.sent >= 30 * 2
    assert fuzzed.ask(type="status")["type"] == "status"


@pytest.mark.timeout(120)  # a busy machine is slow
def test_broken_requests_are_answered_and_leave_nothing_behind(
    fuzzed: RunningDaemon,
) -> None:
    fuzzer = Fuzzer(fuzzed, seed=1)
    fuzzer.run(WARM)
    before = fuzzer.size()
    fuzzer.run(LINES)

    fuzz.check_size(before, fuzzer.size())
    assert {"status", "interpretation", "ok", "bad-request"} <= fuzzer.replies.keys()
    assert {"too-large", "bad-version", "unknown-token"} <= fuzzer.replies.keys()
    if dry.is_dry(fuzzed):
        assert {"done", "needs_confirmation"} <= fuzzer.replies.keys()
        assert dry.ran(fuzzed)


def test_what_would_be_executed_is_sent_only_where_all_programs_are_stand_ins(
    fuzzed: RunningDaemon,
) -> None:
    fuzzer = Fuzzer(fuzzed, seed=2)
    fuzzer.send(b'{"type":"interpret","utterance":"hush","ex\\u0065cute":true}\n')

    code = "interpretation" if dry.is_dry(fuzzed) else "bad-request"
    assert fuzzer.replies[code] == 1
    assert fuzzed.ask(type="history", limit=1)["type"] == "history"
