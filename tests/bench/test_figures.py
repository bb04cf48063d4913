"""Percentiles, ratios and targets are reckoned right."""

from hypothesis import given
from hypothesis import strategies as st

from tests.bench.figures import Row, Wanted, judge, p50, p99, spread

TIMES = st.lists(st.floats(0.01, 1e6), min_size=1, max_size=300)


def test_the_99th_percentile_is_the_99th_of_a_hundred() -> None:
    assert p99([float(n) for n in range(100, 0, -1)]) == 99
    assert p99([float(n) for n in range(1, 1001)]) == 990


def test_of_few_times_the_99th_percentile_is_the_longest() -> None:
    assert p99([3.0]) == 3
    assert p99([3.0, 1.0, 2.0]) == 3
    assert p50([3.0, 1.0, 2.0]) == 2
    assert p50([1.0, 2.0]) == 1.5


@given(TIMES)
def test_at_most_one_in_a_hundred_is_above_the_99th_percentile(
    times: list[float],
) -> None:
    above = [time for time in times if time > p99(times)]

    assert p99(times) in times
    assert p50(times) <= p99(times)
    assert len(above) <= len(times) / 100


def test_a_spread_of_nothing_has_no_figures() -> None:
    median, high = spread("the model", [])

    assert (median.name, median.value) == ("the model, p50", None)
    assert (high.name, high.note) == ("the model, p99", "none came up")


def test_at_most_so_many_times_another_row_holds_up_to_the_limit() -> None:
    rows = [Row("pass", 10.0), Row("fast", 16.0), Row("slow", 16.1)]
    wanted = [Wanted("fast", 1.6, "pass"), Wanted("slow", 1.6, "pass")]

    bare, fast, slow = judge(rows, wanted, {})

    assert (bare.ratio, bare.wanted, bare.holds) == (None, None, None)
    assert (fast.ratio, fast.wanted, fast.holds) == (1.6, "at most 1.6 x pass", True)
    assert slow.holds is False


def test_a_peer_must_be_at_least_so_many_times_slower() -> None:
    rows = [Row("daemon", 5.0), Row("peer", 41.0), Row("other peer", 39.0)]
    wanted = [
        Wanted("peer", 8, "daemon", at_least=True),
        Wanted("other peer", 8, "daemon", at_least=True),
    ]

    _, peer, other = judge(rows, wanted, {})

    assert (peer.ratio, peer.wanted) == (8.2, "at least 8 x daemon")
    assert peer.holds is True
    assert other.holds is False


def test_a_limit_may_be_a_number() -> None:
    (lost,) = judge([Row("lost", 0.0, "")], [Wanted("lost", 0)], {})

    assert (lost.ratio, lost.wanted, lost.holds) == (None, "at most 0", True)


def test_what_a_whole_process_waits_for_is_taken_off_before_it_is_compared() -> None:
    rows = [Row("python", 10.0), Row("answer", 2.0), Row("w", 15.0)]

    judged = judge(rows, [Wanted("w", 1.4, "python", plus="answer")], {})

    assert judged[2].ratio == 1.3
    assert judged[2].wanted == "at most 1.4 x python + answer"
    assert judged[2].holds is True


def test_where_nothing_is_wanted_there_may_still_be_a_ratio() -> None:
    first, second = judge([Row("one", 4.0), Row("two", 6.0)], [], {"two": "one"})

    assert first.ratio is None
    assert (second.ratio, second.of, second.holds) == (1.5, "one", None)


def test_what_could_not_be_measured_is_not_judged() -> None:
    rows = [Row("peer", None, note="not here"), Row("daemon", 4.0)]
    wanted = [Wanted("daemon", 2, "peer"), Wanted("peer", 2, "daemon")]

    peer, daemon = judge(rows, wanted, {})

    assert (peer.holds, peer.note) == (None, "not here")
    assert (daemon.ratio, daemon.holds) == (None, None)
