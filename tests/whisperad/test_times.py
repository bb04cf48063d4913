"""Spoken times: said on a Sunday afternoon."""

from datetime import datetime, timedelta
from random import Random

import pytest

from training import spoken as drawn
from whisperad.times import moment

SUNDAY = datetime(2026, 11, 22, 14, 5, 9)


# Said at five past two in the afternoon of a Sunday.
TIMES = {
    "2026-11-22 14:05:10": "in one second|in a second|one second from now",
    "2026-11-22 14:05:49": "in forty seconds|forty seconds|in 40 secs",
    "2026-11-22 14:10": "ten past|14:10",
    "2026-11-22 14:15": "quarter past|a quarter past|fifteen minutes past the hour",
    "2026-11-22 14:15:09": "in ten minutes|ten minutes from now|ten minutes later|in 10"
    "|after ten minutes|ten minutes|in ten minutes' time|in the next ten minutes",
    "2026-11-22 14:20": "twenty past the hour",
    "2026-11-22 14:30": "half past",
    "2026-11-22 14:35:09": "in half an hour|half an hour from now|half an hour",
    "2026-11-22 14:45": "quarter to",
    "2026-11-22 14:50": "ten to",
    "2026-11-22 15:00": "sunday at 3 pm|this afternoon|in the afternoon|on the hour"
    "|on the 22nd at 3 pm|3 o'clock this afternoon",
    "2026-11-22 15:05:49": "in an hour and forty seconds|in one hour forty seconds",
    "2026-11-22 15:35:09": "in an hour and a half|in 1h30|in ninety minutes",
    "2026-11-22 17:00": "5ish|fiveish|5 pm ish|later today|today|later on today|eod"
    "|end of the day|by the end of the day|close of business|tonight at 5"
    "|this weekend|late afternoon|17h",
    "2026-11-22 17:10": "ten past five",
    "2026-11-22 17:30": "1730|17h30|17:30|17.30|half past five|half 5",
    "2026-11-22 18:30": "half six|half past six",
    "2026-11-22 19:00": "7pm|tonight at 7|seven o'clock sharp|7 on the dot|by seven pm"
    "|nineteen hundred hours|this evening|in the evening|at seven in the evening",
    "2026-11-22 19:05": "seven oh five",
    "2026-11-22 19:30": "seven thirty|7 30",
    "2026-11-22 19:45": "19:45|nineteen forty five|a quarter to eight",
    "2026-11-22 20:00": "tonight|8 tonight",
    "2026-11-22 20:45": "quarter to 9 pm|quarter of nine",
    "2026-11-22 22:00": "late tonight|ten at night",
    "2026-11-22 23:00": "tonight at eleven|eleven tonight",
    "2026-11-23 00:00": "midnight|12 am|midnight tonight|tonight at twelve|24:00",
    "2026-11-23 01:00": "one tonight",
    "2026-11-23 07:00": "seven am|7 a.m.|0700|oh seven hundred|early tomorrow",
    "2026-11-23 07:30": "half 7 in the morning|0730|oh seven thirty",
    "2026-11-23 08:00": "first thing tomorrow|first thing|first thing in the morning"
    "|tomorrow morning at 8|first thing on monday|at eight tomorrow morning",
    "2026-11-23 09:00": "tomorrow morning|tomorrow|tomorow|tommorrow|in the morning"
    "|start of next week|the twenty third|this morning",
    "2026-11-23 10:00": "tomorrow at ten|tmrw at 10",
    "2026-11-23 11:45": "quarter to 12 pm|quarter to noon",
    "2026-11-23 12:00": "12 pm|noon|noon tomorrow|tomorrow at noon|noonish"
    "|the twenty third at noon|tomorrow at lunchtime|12 noon",
    "2026-11-23 15:00": "tomorrow at three|tomorrow afternoon|tomorrow pm",
    "2026-11-23 17:00": "end of the day tomorrow",
    "2026-11-23 19:30": "tomorrow evening at half seven",
    "2026-11-23 20:00": "tomorrow night",
    "2026-11-24 08:00": "day after tomorrow at 8",
    "2026-11-24 12:00": "in two days at noon|the day after tomorrow at noon",
    "2026-11-24 14:05:09": "in two days|two days from now|in 48 hours",
    "2026-11-24 15:00": "tuesday next week at 3|tues at 3|next week on tuesday at 3",
    "2026-11-25 09:00": "wednesday|wendesday|weds|this wednesday|on wed",
    "2026-11-25 12:00": "three days from now at noon",
    "2026-11-26 15:00": "thursday the 26th at 3|thurs at 3",
    "2026-11-27 12:00": "on friday at noon|next friday at noon",
    "2026-11-27 17:00": "end of day friday|end of the week|by the end of next week",
    "2026-11-28 09:00": "next weekend|saturday|the coming saturday",
    "2026-11-28 12:00": "this coming weekend at noon",
    "2026-11-29 09:00": "next week|a week today|sunday|next sunday|a week from today",
    "2026-11-29 10:00": "sunday at 10 am|on sunday at 10",
    "2026-11-29 15:00": "next sunday at 3 pm",
    "2026-11-30 09:00": "monday week|a week tomorrow|tomorrow week|a week on monday",
    "2026-11-30 17:00": "end of the month",
    "2026-12-01 09:00": "the first|on the 1st|beginning of next month",
    "2026-12-04 09:00": "a week from friday|friday week|the friday after next",
    "2026-12-05 09:00": "the weekend after next",
    "2026-12-06 09:00": "the week after next",
    "2026-12-06 12:00": "in two weeks at noon|in two weeks' time at noon",
    "2026-12-07 06:00": "two weeks from tomorrow at six am",
    "2026-12-08 09:00": "tuesday fortnight",
    "2026-12-22 09:00": "next month",
    "2026-12-22 12:00": "on the 22nd at noon",
    "2026-12-22 14:05:09": "in a month|one month from now",
    "2026-12-24 18:30": "2026-12-24 18:30|christmas eve at half six pm",
    "2026-12-31 17:00": "the end of the year",
    "2027-01-01 09:00": "new year's day|in january|january 1st",
    "2027-02-22 14:05:09": "in 3 months|three months from now|in a quarter of a year",
    "2027-05-03 15:00": "on the 3rd of may at 3|may 3rd at 3 pm|the third of may at 15h",
    "2027-05-03 17:00": "on the 3rd of may at 5 pm",
    "2027-05-05 12:00": "may the fifth at noon",
    "2027-05-22 12:00": "in six months at noon|in half a year at noon",
    "2027-08-13 09:00": "friday the 13th",
    "2027-11-22 14:05:09": "in a year|in twelve months",
    "2028-02-29 09:00": "29 february|the 29th of february",
    "2028-05-03 12:00": "the third of may 2028 at noon",
    "2028-05-22 14:05:09": "in a year and a half",
}
SAID = [(said, when) for when, words in TIMES.items() for said in words.split("|")]


@pytest.mark.parametrize(("said", "when"), SAID)
def test_a_time_is_the_next_such_time(said: str, when: str) -> None:
    assert moment(said, SUNDAY) == datetime.fromisoformat(when)


@pytest.mark.parametrize(
    ("now", "said", "when"),
    [
        ("22 08:10", "today", "22 11:00"),
        ("22 02:00", "later today", "22 09:00"),
        ("22 19:30", "later today", "22 21:00"),
        ("22 20:40", "later today", "22 21:00"),
        ("22 22:10", "later today", "22 23:00"),
        ("22 22:50", "later today", "23 09:00"),
        ("22 20:40", "end of the day", "22 21:00"),
        ("22 15:20", "this afternoon", "22 16:00"),
        ("22 17:50", "this afternoon", "23 15:00"),
        ("22 20:40", "tonight", "22 21:00"),
        ("22 23:30", "tonight", "23 00:00"),
        ("22 00:20", "tonight", "22 20:00"),
        ("20 16:30", "this weekend", "21 09:00"),
        ("21 16:30", "at the weekend", "21 19:00"),
        ("22 23:30", "this weekend", "28 09:00"),
        ("20 16:30", "next weekend", "28 09:00"),
        ("24 16:30", "this week on friday", "27 09:00"),
        ("24 16:30", "friday next week", "04 09:00"),
        ("22 23:50", "quarter past", "23 00:15"),
    ],
)
def test_what_is_left_of_a_day_counts(now: str, said: str, when: str) -> None:
    month = "12" if when < now[:2] else "11"

    assert moment(said, datetime.fromisoformat(f"2026-11-{now}")) == (
        datetime.fromisoformat(f"2026-{month}-{when}")
    )


def test_an_hour_of_another_day_is_in_the_morning_from_the_earliest_on() -> None:
    said = "on the 3rd of may at 5"

    assert moment(said, SUNDAY) == datetime(2027, 5, 3, 5)
    assert moment(said, SUNDAY, earliest=7) == datetime(2027, 5, 3, 17)


def test_a_month_is_that_of_the_calendar() -> None:
    last = datetime(2028, 1, 31, 12)

    assert moment("in a month", last) == datetime(2028, 2, 29, 12)
    assert moment("in thirteen months", last) == datetime(2029, 2, 28, 12)


@pytest.mark.parametrize(
    "said",
    (
        "|hello|25:00|6:75|every day at 7|on mondays at 7|may|soon|later|in a bit|second"
        "|yesterday at 5|last night|quarter|half|past|pm|ten bananas|from 3 to 4|5/12|-5"
        "|the 32nd|31 february|friday the 31st of november|friday 5 december|today later"
        "|in banana days|the day before|in minus five minutes|2026-02-30|0000-01-01"
        "|may 5 0000|today tomorrow|morning person"
    ).split("|"),
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
