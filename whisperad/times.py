"""Spoken times: "half past six", "tomorrow at ten", "in an hour" -> a local time.

The answer is the next such time after `now`; both are local and carry no zone.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta

import msgspec
from rapidfuzz.distance import OSA

from whisperad import days, hours, spoken
from whisperad.days import Day

_ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth"
    " thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth"
    " twentieth"
).split()
_FEASTS: Mapping[str, str] = {
    r"christmas eve": "24 december",
    r"(?:christmas|xmas)(?: day)?": "25 december",
    r"boxing day": "26 december",
    r"new year'?s eve": "31 december",
    r"new year'?s(?: day)?": "1 january",
    r"valentine'?s day": "14 february",
    r"halloween": "31 october",
}
_LONG = "tomorrow tonight morning afternoon evening midnight midday quarter".split()
_LONG += [word for word in (*days.WEEKDAYS, *days.MONTHS) if len(word) > 5]
_DAY_HOUR = 9  # when only a day is said
_CLOSE_HOUR = 17  # when a day or a week ends for who works
_LAST_HOUR = 23  # that still is today
_LAST_CALM_HOUR = 21  # up to which "later today" may wait
_LATER_MIN = 120  # "later today" waits so long
_SOON_MIN = 15  # "this evening" said in the evening waits so long
_LAST_YEAR = 9999  # of the calendar; a day of it may lie in the next one elsewhere
EARLIEST_HOUR = 5  # "tomorrow at four" is in the afternoon, "at five" is not

_PART = re.compile(
    r"\b(?:(first thing|early|mid|late)\b ?)?(?:(?:in the|in|at|of) )?"
    r"(morning|afternoon|evening|night)\b|\b(first thing|early)\b"
    r"|\b(?:the )?((?:end|close) of (?:the |my )?(?:work(?:ing)? ?)?(?:day|business|play)"
    r"|eod|cob)\b"
)
_FILLER = re.compile(
    r"\b(?:at|on|by|around|about|for|in|the|exactly|sharp|clock|approximately|or so)\b|,"
)


class _Part(msgspec.Struct, frozen=True):
    """A part of the day: the hour meant when none is said, the last one for now."""

    name: str
    usual: int
    last: int


_PARTS = {
    part.name: part
    for part in (
        _Part("morning", _DAY_HOUR, 11),
        _Part("afternoon", 15, 17),
        _Part("evening", 19, 23),
        _Part("night", 20, 24),
        _Part("end", _CLOSE_HOUR, _LAST_HOUR),
    )
}
_SHIFT: Mapping[str, int] = {"first thing": -1, "early": -2, "mid": 0, "late": 2}


def moment(text: str, now: datetime, earliest: int = EARLIEST_HOUR) -> datetime | None:
    """Read a time in the future; None for words that say none, or one too far off.

    `earliest` is the first hour of another day that is in the morning when no half of
    the day is said.
    """
    try:
        found = _moment(_plain(text), now, earliest)
    except OverflowError:  # no calendar goes so far
        return None
    return found if found and found.year < _LAST_YEAR else None


def _moment(said: str, now: datetime, earliest: int) -> datetime | None:
    relative = re.fullmatch(r"(?:in|after) (.+)|(.+) (?:from now|later)", said)
    if relative and (found := days.later(relative[1] or relative[2], now)):
        return found.replace(microsecond=0)
    text = _with_ordinals(said).replace("from now", "from today")
    day, text = days.find(text, now.date())
    half = re.search(r"(?<![a-z])(am|pm)\b", text)
    text = text.replace(half[0], " ", 1) if half else text
    part, text = _part(text)
    if part and part.name == "end" and day is None:
        day = Day((now.date(), now.date() + timedelta(1)), is_today=True)
    rest = " ".join(_FILLER.sub(" ", text).split())
    if not rest:
        if day and half and part is None:
            part = _PARTS["morning" if half[1] == "am" else "afternoon"]
        return _usual(now, day, part) if day or part else None
    clock = hours.clock(rest)
    if clock is not None:
        return _next(now, day, clock, half and half[1], part, earliest)
    return _counted(said, rest, now) if not (day or half or part) else None


def _plain(text: str) -> str:
    """Lower the case, and write in one way what is said in several."""
    text = re.sub(r"(?<=[a-z])-(?=[a-z])", " ", text.lower().strip())
    text = " ".join(map(_mended, text.split()))
    text = re.sub(r"(?<=[a-z0-9])[ -]?ish\b", "", text)
    text = re.sub(r"(?<![a-z])([ap])\.?\s?m\b\.?", r" \1m ", text)
    text = re.sub(r"\b(?:later(?: on)?|some ?time) (?=today|tonight|this)", "", text)
    text = re.sub(r"\btonight\b", "today night", text)
    text = re.sub(r"\bthis (morning|afternoon|evening|night)\b", r"today \1", text)
    text = re.sub(r"\bo'? ?clock\b|\bon the dot\b", " ", text)
    text = re.sub(
        r"\b(seconds?|minutes?|hours?|days?|weeks?|months?|years?)(?:'s|')? time\b",
        r"\1",
        text,
    )
    for name, day in _FEASTS.items():
        text = re.sub(rf"\b{name}(?! \d)(?!\w)", day, text)
    return " ".join(text.split())


def _mended(word: str) -> str:
    """Give the day, month or part of the day that a misspelt word is one slip from."""
    if len(word) < 6 or word in _LONG or word.removesuffix("s") in _LONG:
        return word
    near = [known for known in _LONG if OSA.distance(word, known, score_cutoff=1) <= 1]
    return near[0] if len(near) == 1 else word


def _with_ordinals(text: str) -> str:
    text = re.sub(r"\b(?:twenty|thirty) (?:first|second|third|\w+th)\b", _ordinal, text)
    return re.sub(rf"\b(?:{'|'.join(_ORDINALS)})\b(?! thing)", _ordinal, text)


def _ordinal(found: re.Match[str]) -> str:
    *tens, last = found[0].split()
    if last not in _ORDINALS:
        return found[0]
    before = {"twenty": 20, "thirty": 30}[tens[0]] if tens else 0
    return f"{before + _ORDINALS.index(last) + 1}th"


def _part(text: str) -> tuple[_Part | None, str]:
    """Find the part of the day that is said. Give it and the text without it."""
    found = _PART.search(text)
    if found is None:
        return None, text
    part = _PARTS["end" if found[4] else found[2] or "morning"]
    shift = _SHIFT.get(found[1] or found[3], 0)
    usual = part.usual + shift
    part = _Part(part.name, usual, max(usual, part.last))
    return part, _PART.sub(" ", text)


def _counted(said: str, rest: str, now: datetime) -> datetime | None:
    """Read a time that is counted from now or this hour: "ten minutes", "half past"."""
    minute = hours.minute(rest)
    if minute is not None:
        start = now.replace(minute=0, second=0, microsecond=0)
        at = start + timedelta(minutes=minute)
        return at if at > now else at + timedelta(hours=1)
    units = {"month", "months", "year", "years", *spoken.SECONDS}
    if not units & set(spoken.tokens(said)[1:]):  # "second" alone says no time
        return None
    found = days.later(said, now)
    return found.replace(microsecond=0) if found else None


def _next(
    now: datetime,
    day: Day | None,
    clock: hours.Clock,
    half: str | None,
    part: _Part | None,
    earliest: int,
) -> datetime | None:
    """Give the next time that fits all that was said."""
    is_other_day = day is not None and not day.is_today
    name = part.name if part else None
    meant = hours.meant(clock, half, name, earliest if is_other_day else None)
    found = [
        _at(date_, hour) + timedelta(minutes=clock.minutes)
        for date_ in _dates(now, day)
        for hour in meant
    ]
    return min((moment for moment in found if moment > now), default=None)


def _usual(now: datetime, day: Day | None, part: _Part | None) -> datetime | None:
    """Give the next time on a day for which no hour was said."""
    found = []
    for date_ in _dates(now, day):
        hour = _CLOSE_HOUR if day and day.is_end else _DAY_HOUR
        hour, last = (part.usual, part.last) if part else (hour, _LAST_HOUR)
        if day and day.is_today and date_ == now.date():
            hour = max(hour, _hour_after(now, _SOON_MIN))
            if part is None:
                hour = max(hour, min(_hour_after(now, _LATER_MIN), _LAST_CALM_HOUR))
            if hour > last:
                continue
        found.append(_at(date_, hour))
    return min((moment for moment in found if moment > now), default=None)


def _dates(now: datetime, day: Day | None) -> Iterator[date]:
    """Give the days that a time may be on."""
    if day is not None:
        yield from day.dates
        return
    # The small hours of a day are the end of the night before.
    for step in (-1, 0, 1):
        yield now.date() + timedelta(step)


def _hour_after(now: datetime, minutes: int) -> int:
    """Give the first full hour of the day that is so far ahead."""
    return -(-(now.hour * 3600 + now.minute * 60 + now.second + minutes * 60) // 3600)


def _at(date_: date, hour: int) -> datetime:
    return datetime.combine(date_, time()) + timedelta(hours=hour)
