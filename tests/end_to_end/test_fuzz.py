"""A real daemon answers whatever it is sent, and stays as it is."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end import fuzz, mutations
from tests.end_to_end.fuzz import Fuzzer
from tests.running import RunningDaemon

LINES = 1200  # `make fuzz` sends a million
WARM = 400


@pytest.fixture(scope="module", params=["model", "shortcuts"])
def fuzzed(
    request: pytest.FixtureRequest, shared_short_dir: Path, random_base: Path
) -> Iterator[RunningDaemon]:
    """Give a daemon that answers with the model, and one that may take shortcuts."""
    home = shared_short_dir / request.param
    home.mkdir()
    daemon = fuzz.started(home, random_base, shortcuts=request.param == "shortcuts")
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


def test_what_would_be_executed_is_not_sent(
    fuzzed: RunningDaemon,
) -> None:
    fuzzer = Fuzzer(fuzzed, seed=2)
    fuzzer.send(b'{"type":"interpret","utterance":"hush","ex\\u0065cute":true}\n')

    assert dict(fuzzer.replies) == {"bad-request": 1}
    assert fuzzed.ask(type="history", limit=1)["type"] == "history"
