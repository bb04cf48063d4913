"""Days: the dates they may be, and what else was said."""

from datetime import date, datetime, timedelta

import pytest

from whisperad import days

SUNDAY = date(2026, 11, 22)


def test_the_rest_of_the_words_is_given_back() -> None:
    day, rest = days.find("at noon on the 5th of may in the garden", SUNDAY)

    assert day is not None
    assert day.dates == (date(2027, 5, 5), date(2028, 5, 5), date(2029, 5, 5))
    assert rest == "at noon in the garden"


def test_without_a_day_all_words_are_left() -> None:
    assert days.find("at noon", SUNDAY) == (None, "at noon")


def test_a_day_that_no_calendar_has_has_no_dates() -> None:
    assert days.find("31 february", SUNDAY) == (days.Day(()), "")


@pytest.mark.parametrize("name", days.WEEKDAYS)
@pytest.mark.parametrize("today", range(7))
def test_a_weekday_is_the_next_one(name: str, today: int) -> None:
    start = SUNDAY + timedelta(today)
    plain, _ = days.find(name, start)
    following, _ = days.find(f"next {name}", start)
    short, _ = days.find(f"on {name[:3]}", start)

    assert plain is not None
    assert following is not None
    assert plain == short
    assert 0 <= (plain.dates[0] - start).days < 7
    assert 0 < (following.dates[0] - start).days <= 7
    assert f"{plain.dates[0]:%A}".lower() == name


@pytest.mark.parametrize(
    ("span", "then"),
    [
        ("a month", "2027-02-28 12:00"),
        ("two and a half hours", "2027-01-31 14:30"),
        ("a couple of years", "2029-01-31 12:00"),
        ("half a month", "2027-02-15 12:00"),
    ],
)
def test_a_span_is_added(span: str, then: str) -> None:
    start = datetime(2027, 1, 31, 12)

    assert days.later(span, start) == datetime.fromisoformat(then)


@pytest.mark.parametrize("span", ["", "month", "banana", "minus two months"])
def test_other_words_are_no_span(span: str) -> None:
    assert days.later(span, datetime(2027, 1, 31, 12)) is None
