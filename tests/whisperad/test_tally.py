"""What `status` tells about the work done."""

from whisperad import tally
from whisperad.status import Latency, Served
from whisperad.tally import Tally


def test_counts_are_by_outcome_and_by_stage() -> None:
    work = Tally()
    work.understood("model", 6.0)
    work.ended("proposed")
    work.understood("model", 8.0)
    work.ended("none")
    work.ended("proposed")

    assert work.served() == Served({"proposed": 2, "none": 1}, {"model": 2})


def test_before_the_first_request_there_is_no_latency() -> None:
    assert Tally().latency() == Latency(None, None)


def test_latency_is_the_middle_and_the_slow_end() -> None:
    work = Tally()
    for took_ms in range(1, 101):
        work.understood("model", float(took_ms))

    assert work.latency() == Latency(50.5, 99.0)


def test_latency_is_of_late() -> None:
    work = Tally()
    work.understood("model", 9000.0)
    for _ in range(tally.RECENT):
        work.understood("model", 5.0)

    assert work.latency() == Latency(5.0, 5.0)


def test_memory_grows_by_what_is_allocated() -> None:
    before = tally.memory_bytes()
    block = b"x" * 50_000_000

    assert 40_000_000 < tally.memory_bytes() - before < 200_000_000
    assert len(block) == 50_000_000
