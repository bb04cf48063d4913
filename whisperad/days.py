"""Spoken days: "tomorrow", "friday week", "the 3rd of may" -> the dates they may be.

Reads text as `times` prepares it: in lower case, with ordinals in digits.
"""

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from datetime import MAXYEAR, date, datetime, time, timedelta
from fractions import Fraction
from functools import cache
from itertools import islice

import msgspec

from whisperad import spoken

WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
MONTHS = (
    "january february march april may june july august september october november"
    " december"
).split()
_FRIDAY, _SATURDAY = 4, 5
_REPEATS = 3  # of a day that comes again: the first may be over
_YEARS = 9  # in which every date comes once, the 29th of February too
_DAYS_OF_MONTH = 30  # for a part of one

_AND_A_HALF = ["and", "a", "half"]
_WEEKDAY = (
    r"(?:mon(?:day)?|tue(?:s(?:day)?)?|wed(?:s|nesday)?|thu(?:rs?(?:day)?)?"
    r"|fri(?:day)?|sat(?:urday)?|sun(?:day)?)\b"
)
_MONTH = rf"(?:{'|'.join(f'{m}|{m[:3]}' for m in MONTHS)}|sept)\b"
_NUMBER = r"(?:the )?(\d{1,2})(?:st|nd|rd|th)?"
_TOMORROW = r"(?:tomm?orr?ow|tmrw|tmr)\b"
_COUNT = (
    r"(?:an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\d{1,3}"
    r"|(?:a )?couple(?: of)?|(?:a )?few)"
)
_SPAN = r"(?:days?|weeks?|fortnights?|months?|years?)"
_DAY = rf"(?:today\b|{_TOMORROW}|{_WEEKDAY}|{_MONTH}|\d{{1,2}}(?:st|nd|rd|th)\b)"
# "a week from friday", "two weeks tomorrow": so much after the day that follows.
_FROM = re.compile(
    rf"\b(?:in )?({_COUNT} {_SPAN}) (?:from |on |after )?"
    rf"(?=(?:(?:on|the|this|next|coming) )*{_DAY})"
)
_WEEK_ON = re.compile(
    rf"\b(today\b|{_TOMORROW}|{_WEEKDAY}) (week|fortnight)\b(?! (?:on|of)\b)"
)


class Day(msgspec.Struct, frozen=True):
    """The dates that fit what was said, soonest first; none for what no calendar has."""

    dates: tuple[date, ...]
    is_today: bool = False  # what is left of today counts
    is_end: bool = False  # of a week, a month, a year


Reader = Callable[[re.Match[str], date], Day]


def find(text: str, today: date) -> tuple[Day | None, str]:
    """Find the day that is said. Give it and the text without it."""
    span = None
    if found := _FROM.search(text):
        span, text = found[1], _cut(text, found)
    elif found := _WEEK_ON.search(text):
        span, text = "a " + found[2], text[: found.end(1)] + text[found.end() :]
    for pattern, read in _READERS:
        if found := _compiled(pattern).search(text):
            day = read(found, today)
            if span:
                day = Day(tuple(_after(span, start) for start in day.dates))
            return day, _cut(text, found)
    return None, text


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """Compile a pattern when it is first of use: all of them together take a while."""
    return re.compile(rf"\b(?:{pattern})")


def later(span: str, start: datetime) -> datetime | None:
    """Add a time span that is said. Months and years are those of the calendar."""
    found = spoken.tokens(span)
    count, at = spoken.number(found, 0) or (Fraction(0), 0)
    while found[at : at + 1] and found[at] in {"of", "a", "an"}:
        at += 1
    *_, unit = ("", *found[at : at + 1])
    rest = found[at + 1 :]
    if unit.rstrip("s") not in {"month", "year"} or rest not in ([], _AND_A_HALF):
        seconds = spoken.duration(span)
        return start + timedelta(seconds=float(seconds)) if seconds else None
    months = count + Fraction(1, 2) if rest else count
    months *= 12 if unit.startswith("year") else 1
    if not months:
        return None
    on = _months_on(start.date(), int(months))
    days = timedelta(int(months % 1 * _DAYS_OF_MONTH))
    return datetime.combine(on, start.time()) + days


def _after(span: str, start: date) -> date:
    midnight = datetime.combine(start, time())
    return (later(span, midnight) or midnight).date()


def _cut(text: str, found: re.Match[str]) -> str:
    return f"{text[: found.start()].strip()} {text[found.end() :].strip()}".strip()


def _months_on(start: date, months: int) -> date:
    """Give the same day some months later, or the last one of a shorter month."""
    years, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    if years > MAXYEAR:
        raise OverflowError(f"no calendar has the year {years}")
    last = monthrange(years, month + 1)[1]
    return date(years, month + 1, min(start.day, last))


def _fixed(days: int) -> Reader:
    return lambda _found, today: Day((today + timedelta(days),))


def _today(_found: re.Match[str], today: date) -> Day:
    return Day((today, today + timedelta(1)), is_today=True)


def _iso(found: re.Match[str], _today: date) -> Day:
    try:
        return Day((date(int(found[1]), int(found[2]), int(found[3])),))
    except ValueError:
        return Day(())


def _index(names: list[str], said: str) -> int:
    return next(i for i, name in enumerate(names) if name[:3] == said[:3])


def _date(found: re.Match[str], today: date) -> Day:
    """Read "friday the 5th of may 2027": all but the number and the month may lack."""
    weekday = None if found[1] is None else _index(WEEKDAYS, found[1])
    month = _index(MONTHS, found[3] or found[4]) + 1
    years = range(today.year, today.year + (_YEARS if weekday is None else 2))
    if found[6]:
        years = range(int(found[6]), int(found[6]) + 1)
    months = ((year, month) for year in years)
    return _of(months, int(found[2] or found[5]), weekday, today)


def _month_day(found: re.Match[str], today: date) -> Day:
    weekday = None if found[1] is None else _index(WEEKDAYS, found[1])
    months = (divmod(today.year * 12 + today.month - 1 + i, 12) for i in range(13))
    return _of(((y, m + 1) for y, m in months), int(found[2]), weekday, today)


def _of(
    months: Iterator[tuple[int, int]], day: int, weekday: int | None, today: date
) -> Day:
    """Give this day of months, from today on, where it is the weekday that is said."""
    days = (
        date(year, month, day)
        for year, month in months
        if 1 <= year <= MAXYEAR and 1 <= day <= monthrange(year, month)[1]
    )
    fit = (d for d in days if d >= today and weekday in {None, d.weekday()})
    return Day(tuple(islice(fit, _REPEATS)))


def _month(found: re.Match[str], today: date) -> Day:
    month = _index(MONTHS, found[1]) + 1
    years = [int(found[2])] if found[2] else [today.year, today.year + 1]
    return _of(((year, month) for year in years), 1, None, today)


def _weekday(found: re.Match[str], today: date) -> Day:
    """Read "friday", "next friday", "the friday after next"."""
    ahead = (_index(WEEKDAYS, found[2]) - today.weekday()) % 7
    if found[3]:
        ahead += 7
    if "next" in found[0] and not ahead % 7:
        ahead += 7
    return Day(tuple(today + timedelta(ahead + 7 * i) for i in range(_REPEATS)))


def _weekday_of_week(found: re.Match[str], today: date) -> Day:
    """Read "tuesday next week", "this week on friday"."""
    monday = today - timedelta(today.weekday())
    index = _index(WEEKDAYS, found[1] or found[4])
    is_next = (found[2] or found[3]) != "this"
    return Day((monday + timedelta(index + 7 * is_next),))


def _weekend(found: re.Match[str], today: date) -> Day:
    saturday = today + timedelta(_SATURDAY - today.weekday())
    if "next" in found[0]:
        weeks = 14 if "after" in found[0] else 7
        return Day((saturday + timedelta(weeks),))
    following = saturday + timedelta(7)
    if today < saturday:
        return Day((saturday,))
    rest = (today, saturday + timedelta(1))
    return Day((*dict.fromkeys(rest), following), is_today=True)


def _next(found: re.Match[str], today: date) -> Day:
    """Read "next month", "the week after next"."""
    count = 2 if found[2] else 1
    unit = found[1] or found[2]
    if unit == "week":
        return Day((today + timedelta(7 * count),))
    return Day((_months_on(today, count * (12 if unit == "year" else 1)),))


def _edge(found: re.Match[str], today: date) -> Day:
    """Read "the end of the week", "the start of next month"."""
    is_end, steps = found[1] == "end", int(found[2] == "next ")
    monday = today - timedelta(today.weekday())
    month = {"week": 0, "month": 1, "year": 12}[found[3]]
    days = []
    for count in (steps, steps + 1):
        first = monday + timedelta(7 * count)
        if month:
            start = today.replace(day=1, month=1 if month > 1 else today.month)
            first = _months_on(start, count * month)
        last = first + timedelta(_FRIDAY)
        if month:
            last = _months_on(first, month) - timedelta(1)
        days.append(last if is_end else first)
    return Day(tuple(days), is_end=is_end)


def _in(found: re.Match[str], today: date) -> Day:
    start = datetime.combine(today, time())
    ahead = later(found[1], start)
    return Day(() if ahead is None else (ahead.date(),))


_YEAR = r"(?:,? (\d{4}))?\b"
_READERS = (
    (r"(\d{4})-(\d\d)-(\d\d)(?:t|\b)", _iso),
    (
        rf"(?:on )?(?:({_WEEKDAY}),? )?(?:{_NUMBER} (?:of )?({_MONTH})"
        rf"|({_MONTH}) {_NUMBER}\b(?!:)){_YEAR}",
        _date,
    ),
    (
        rf"(?:on )?(?:({_WEEKDAY}),? |the )(?:the )?(\d{{1,2}})(?:st|nd|rd|th)\b",
        _month_day,
    ),
    (rf"in ({_MONTH}){_YEAR}", _month),
    (rf"(?:the )?day after {_TOMORROW}", _fixed(2)),
    (_TOMORROW, _fixed(1)),
    (r"today\b", _today),
    (
        rf"(?:on )?(?:({_WEEKDAY}),? (?:of |in )?(next|this) week\b"
        rf"|(next|this) week,? (?:on )?({_WEEKDAY}))",
        _weekday_of_week,
    ),
    (
        rf"((?:(?:on|the|this|next|coming) )*)({_WEEKDAY})( after next\b)?",
        _weekday,
    ),
    (
        r"(?:at |on |over )?(?:(?:the|this|next|coming) )*week ?end\b"
        r"(?: after next\b)?",
        _weekend,
    ),
    (
        r"(?:by |at )?(?:the )?(end|start|beginning) of"
        r" ((?:the|this|next) )?(week|month|year)\b",
        _edge,
    ),
    (
        r"(?:in a (?=week)|next )(week|month|year)\b"
        r"|the (week|month) after next\b",
        _next,
    ),
    (rf"in (.+? {_SPAN})\b(?: time\b)?", _in),
)
