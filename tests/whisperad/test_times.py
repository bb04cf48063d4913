"""Spoken times: said on a Sunday afternoon."""

from datetime import datetime, timedelta
from random import Random

import pytest

from training import spoken as drawn
from whisperad.times import moment

SUNDAY = datetime(2026, 11, 22, 14, 5, 9)


@pytest.mark.parametrize(
    ("said", "when"),
    [
        ("seven am", "2026-11-23 07:00"),
        ("7 a.m.", "2026-11-23 07:00"),
        ("7pm", "2026-11-22 19:00"),
        ("half past six", "2026-11-22 18:30"),
        ("half six", "2026-11-22 18:30"),
        ("half 7 in the morning", "2026-11-23 07:30"),
        ("quarter to 9 pm", "2026-11-22 20:45"),
        ("quarter to 12 pm", "2026-11-23 11:45"),
        ("quarter of nine", "2026-11-22 20:45"),
        ("ten past five", "2026-11-22 17:10"),
        ("seven oh five", "2026-11-22 19:05"),
        ("seven thirty", "2026-11-22 19:30"),
        ("19:45", "2026-11-22 19:45"),
        ("0730", "2026-11-23 07:30"),
        ("nineteen hundred hours", "2026-11-22 19:00"),
        ("tomorrow at ten", "2026-11-23 10:00"),
        ("tomorrow at three", "2026-11-23 15:00"),
        ("tomorrow morning", "2026-11-23 09:00"),
        ("day after tomorrow at 8", "2026-11-24 08:00"),
        ("on friday at noon", "2026-11-27 12:00"),
        ("sunday at 3 pm", "2026-11-22 15:00"),
        ("sunday at 10 am", "2026-11-29 10:00"),
        ("next sunday at 3 pm", "2026-11-29 15:00"),
        ("midnight", "2026-11-23 00:00"),
        ("12 am", "2026-11-23 00:00"),
        ("12 pm", "2026-11-23 12:00"),
        ("tonight at 7", "2026-11-22 19:00"),
        ("one tonight", "2026-11-23 01:00"),
        ("the 5th of may at 3", "2027-05-05 15:00"),
        ("may the fifth at noon", "2027-05-05 12:00"),
        ("the twenty third at noon", "2026-11-23 12:00"),
        ("2026-12-24 18:30", "2026-12-24 18:30"),
        ("in two days at noon", "2026-11-24 12:00"),
    ],
)
def test_a_time_is_the_next_such_time(said: str, when: str) -> None:
    assert moment(said, SUNDAY) == datetime.fromisoformat(when)


@pytest.mark.parametrize(
    ("said", "later"),
    [
        ("in ten minutes", timedelta(minutes=10)),
        ("in an hour and a half", timedelta(minutes=90)),
        ("two hours from now", timedelta(hours=2)),
    ],
)
def test_a_time_may_be_counted_from_now(said: str, later: timedelta) -> None:
    assert moment(said, SUNDAY) == SUNDAY + later


@pytest.mark.parametrize(
    "said", ["", "hello", "25:00", "6:75", "every day at 7", "quarter past", "may"]
)
def test_other_words_are_no_time(said: str) -> None:
    assert moment(said, SUNDAY) is None


@pytest.mark.parametrize(
    "said",
    [
        "in 999999999 weeks",
        "in 999999999999999 days at noon",
        "in 9999999999999999 seconds",
        f"in {'hundred ' * 200}hours",
        "in 7990 years and 3000000 days",
        "31 december 9999 at midnight",
        "9999-12-31 23:59",
        "99999 days from now at seven",
    ],
)
def test_what_no_calendar_has_is_no_time(said: str) -> None:
    assert moment(said, SUNDAY) is None


def test_every_time_that_training_draws_is_read_and_lies_ahead() -> None:
    random = Random(4)
    for _ in range(5000):
        said = drawn.clock_time(random)
        now = datetime(2026, 11, 22, random.randrange(24), random.randrange(60), 9)
        when = moment(said, now)

        assert when is not None, said
        assert now < when <= now + timedelta(days=8), said
