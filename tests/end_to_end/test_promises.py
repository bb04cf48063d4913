"""What is promised of a daemon on the embedded model: how fast, and how small."""

import resource
import statistics
import time

import pytest

from tests.end_to_end.home import Home

pytestmark = pytest.mark.timeout(60)

START_S = 1.0  # from process start to the first answer
MEMORY_BYTES = 200_000_000
UTTERANCES = (
    "open chrome",
    "set the volume to fifty percent",
    "why is the sky blue",
    "set a tea timer for four and a half minutes",
)


def test_the_first_answer_comes_within_a_second(home: Home) -> None:
    daemon = home.daemon
    daemon.stop()
    took_s, worked_s = [], []
    for _ in range(3):  # the best of three: the machine has other work
        worked = _children_s()
        began = time.monotonic()
        daemon.start()
        reply = daemon.ask(type="interpret", utterance="open chrome")
        took_s.append(time.monotonic() - began)
        assert reply["intents"] == [{"action": "open_app", "target": "chrome"}]
        assert daemon.stop() == 0
        worked_s.append(_children_s() - worked)

    # Where every core is taken by others, what counts is the work it was to start.
    assert min(took_s) <= START_S or min(worked_s) <= START_S


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_it_stays_small_while_it_answers(home: Home) -> None:
    daemon = home.daemon
    with daemon.client() as client:
        for count in range(150):
            utterance = (
                f"{UTTERANCES[count % len(UTTERANCES)]} {'please ' * (count % 9)}"
            )
            client.ask(type="interpret", utterance=utterance)
        client.ask(type="interpret", utterance="so open chrome for me " * 20)
        client.ask(type="reload")

        assert client.ask(type="status")["memory_bytes"] <= MEMORY_BYTES


def test_a_warm_answer_is_instant(home: Home) -> None:
    """It is far less than what people notice, on a busy machine too."""
    daemon = home.daemon
    replies = [
        daemon.ask(type="interpret", utterance=utterance)
        for _ in range(10)
        for utterance in UTTERANCES
    ]

    assert statistics.median(reply["timing"]["total_ms"] for reply in replies) < 100
