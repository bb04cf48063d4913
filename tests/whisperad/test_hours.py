"""Times of the day: what is read of one, and which hours it may mean."""

import pytest

from whisperad.hours import Clock, clock, meant, minute


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("seven", Clock(7)),
        ("0700", Clock(7, is_24h=True)),
        ("quarter to nine", Clock(9, -15)),
        ("half six", Clock(6, 30)),
        ("17h30", Clock(17, 30, is_24h=True)),
        ("8 h", Clock(8)),
        ("twenty hundred hours", Clock(20, is_24h=True)),
        ("noon", Clock(12, is_24h=True)),
        ("quarter to quarter to nine", None),
        ("seventy five", None),
        ("ten bananas", None),
        ("", None),
    ],
)
def test_a_time_of_the_day_is_read(said: str, read: Clock | None) -> None:
    assert clock(said) == read


@pytest.mark.parametrize(
    ("said", "read"),
    [("ten to", 50), ("half past", 30), ("hour", 0), ("sixty to", None)],
)
def test_a_minute_of_any_hour_is_read(said: str, read: int | None) -> None:
    assert minute(said) == read


@pytest.mark.parametrize(
    ("half", "part", "earliest", "hours"),
    [
        (None, None, None, [4, 16]),
        (None, None, 5, [16]),
        (None, None, 4, [4]),
        ("am", None, 5, [4]),
        (None, "afternoon", 5, [16]),
        (None, "night", 5, [28]),
    ],
)
def test_four_may_be_of_the_night_or_of_the_afternoon(
    half: str | None, part: str | None, earliest: int | None, hours: list[int]
) -> None:
    assert meant(Clock(4), half, part, earliest) == hours
