"""Spoken times: "half past six", "tomorrow at ten", "in an hour" -> a local time.

The answer is the next such time after `now`; both are local and carry no zone.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

import msgspec

from whisperad import spoken

_DAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_MONTHS = (
    "january february march april may june july august september october november"
    " december"
).split()
_ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth"
    " thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth"
    " twentieth"
).split()
# Part of the day -> the hour meant when no hour is said.
_PARTS: Mapping[str, int] = {"morning": 9, "afternoon": 15, "evening": 19, "night": 20}
_DAY_HOUR = 9  # when only a day is said
_LAST_YEAR = 9999  # of the calendar; a day of it may lie in the next one elsewhere
_EARLIEST_MORNING = 5  # "tomorrow at four" is in the afternoon, "at five" is not

_DAY = rf"(?:(?:on|this|next|coming) )?({'|'.join(f'{d}|{d[:3]}' for d in _DAYS)})\b"
_NUMBERED = r"(?:the )?(\d{1,2})(?:st|nd|rd|th)?"
_MONTH = "|".join(f"{m}|{m[:3]}" for m in _MONTHS)
_YEAR = r"(?:,? (\d{4}))?"
_DATE = re.compile(
    rf"(?:on )?(?:{_NUMBERED} (?:of )?({_MONTH})\b|({_MONTH}) {_NUMBERED}\b(?!:)){_YEAR}"
)
_MONTH_DAY = re.compile(r"(?:on )?the (\d{1,2})(?:st|nd|rd|th)\b")
_PART = re.compile(r"\b(?:in the |at )?(morning|afternoon|evening|night)\b")
_FILLER = re.compile(r"\b(?:at|on|by|around|about|for|in|the|exactly|sharp|clock)\b|,")


class _Clock(msgspec.Struct, frozen=True):
    """A time of the day: an hour and minutes after it, or before when negative."""

    hour: int
    minutes: int = 0
    is_24h: bool = False


class _Day(msgspec.Struct, frozen=True):
    """A day, and how many days later the next such day is; 0 for none."""

    date: date
    again_days: int = 0


def moment(text: str, now: datetime) -> datetime | None:
    """Read a time in the future; None for words that say none, or one too far off."""
    try:
        found = _moment(_plain(text), now)
    except OverflowError:  # no calendar goes so far
        return None
    return found if found and found.year < _LAST_YEAR else None


def _moment(text: str, now: datetime) -> datetime | None:
    relative = re.fullmatch(r"(?:in|after) (.+)|(.+) (?:from now|later)", text)
    if relative:
        span = spoken.duration(relative[1] or relative[2])
        if span:
            return (now + timedelta(seconds=float(span))).replace(microsecond=0)
    day, text = _day(text, now)
    half = re.search(r"(?<![a-z])(am|pm)\b", text)
    text = text.replace(half[0], " ", 1) if half else text
    part = _PART.search(text)
    text = _PART.sub(" ", text)
    rest = " ".join(_FILLER.sub(" ", text).split())
    clock = _clock(rest) if rest else None
    if (rest and clock is None) or not (rest or day or part):
        return None
    return _next(now, day, clock, half and half[1], part and part[1])


def _plain(text: str) -> str:
    """Lower the case, write "a m" and "seven o'clock" in one way, numbers in digits."""
    text = re.sub(r"(?<=[a-z])-(?=[a-z])", " ", text.lower().strip())
    text = re.sub(r"(?<![a-z])([ap])\.?\s?m\b\.?", r" \1m ", text)
    text = re.sub(r"\btonight\b", "today night", text)
    text = re.sub(r"\bthis (morning|afternoon|evening|night)\b", r"today \1", text)
    text = re.sub(r"\bo'? ?clock\b", " ", text)
    text = re.sub(r"\b(?:twenty|thirty) (?:first|second|third|\w+th)\b", _ordinal, text)
    text = re.sub(rf"\b(?:{'|'.join(_ORDINALS)})\b", _ordinal, text)
    return " ".join(text.split())


def _ordinal(found: re.Match[str]) -> str:
    *tens, last = found[0].split()
    if last not in _ORDINALS:
        return found[0]
    before = {"twenty": 20, "thirty": 30}[tens[0]] if tens else 0
    return f"{before + _ORDINALS.index(last) + 1}th"


def _day(text: str, now: datetime) -> tuple[_Day | None, str]:
    """Find the day that is said. Give it and the text without it."""
    today = now.date()
    for words, offset in (
        (r"(?:the )?day after tomorrow", 2),
        (r"tomorrow|tomorow|tommorow|tommorrow", 1),
        (r"(?:later )?today", 0),
        (r"(?:in a|next) week", 7),
    ):
        found = re.search(rf"\b(?:{words})\b", text)
        if found:
            return _Day(today + timedelta(offset), 0 if offset else 1), _cut(
                text, found
            )
    if found := re.search(r"\bin (\w+) (days?|weeks?)\b", text):
        count = spoken.integer(found[1])
        if count is not None:
            days = count * (7 if found[2].startswith("week") else 1)
            return _Day(today + timedelta(days)), _cut(text, found)
    if found := re.search(rf"\b{_DAY}", text):
        index = next(i for i, name in enumerate(_DAYS) if name[:3] == found[1][:3])
        ahead = (index - today.weekday()) % 7
        if found[0].startswith("next") and not ahead:
            ahead = 7
        return _Day(today + timedelta(ahead), 7), _cut(text, found)
    if found := re.search(r"\b(\d{4})-(\d\d)-(\d\d)[t ]?", text):
        return _date(now, int(found[1]), int(found[2]), int(found[3])), _cut(
            text, found
        )
    if found := _DATE.search(text):
        name = found[2] or found[3]
        month = next(i for i, n in enumerate(_MONTHS, 1) if n[:3] == name[:3])
        year = int(found[5]) if found[5] else None
        return _date(now, year, month, int(found[1] or found[4])), _cut(text, found)
    if found := _MONTH_DAY.search(text):
        return _date(now, None, None, int(found[1])), _cut(text, found)
    return None, text


def _cut(text: str, found: re.Match[str]) -> str:
    return " ".join([text[: found.start()].strip(), text[found.end() :].strip()])


def _date(now: datetime, year: int | None, month: int | None, day: int) -> _Day | None:
    """Give the next such date; None when there is none."""
    months = [(year or now.year, month)] if month else []
    if month and not year:
        months.append((now.year + 1, month))
    if not month:
        months = [(now.year + (now.month + i) // 12, (now.month + i) % 12 + 1)
                  for i in range(-1, 11)]  # fmt: skip
    for the_year, the_month in months:
        try:
            found = date(the_year, the_month or 1, day)
        except ValueError:
            continue
        if found >= now.date():
            return _Day(found)
    return None


def _clock(text: str) -> _Clock | None:
    """Read a time of the day without its day: "half past six", "19:45", "seven oh five"."""
    if found := re.fullmatch(r"(\d{1,2})[:.h](\d\d)(?::\d\d)?", text):
        is_24h = found[1].startswith("0")
        return _valid(int(found[1]), int(found[2]), is_24h)
    if found := re.fullmatch(r"(\d{1,2})(\d\d)(?: hours?)?", text):
        is_24h = text.startswith("0") or text.endswith(("hour", "hours"))
        return _valid(int(found[1]), int(found[2]), is_24h)
    if found := re.fullmatch(r"(.+) hundred(?: hours?)?", text):
        hour = spoken.integer(found[1])
        return None if hour is None else _valid(hour, 0, is_24h=True)
    if found := re.fullmatch(
        r"(?:(.+?) )?(half|past|after|to|till?|until|of|before) (.+)", text
    ):
        return _relative(found[1], found[2], found[3])
    return _hour_and_minutes(text)


def _relative(amount: str | None, joint: str, hour: str) -> _Clock | None:
    """Read "ten past six", "quarter to nine", "half six", "half past six"."""
    base = _hour_and_minutes(hour)
    if joint == "half":
        if amount not in {None, "a"} or base is None or base.minutes:
            return _clock_after_half(hour) if amount in {None, "a"} else None
        return _Clock(base.hour, 30, base.is_24h)
    amount = re.sub(r" (?:minutes?|mins?)$", "", amount or "")
    share = {"half": 30, "a half": 30, "quarter": 15, "a quarter": 15}.get(amount)
    minutes = spoken.integer(amount) if share is None else share
    if base is None or base.minutes or minutes is None or not 0 <= minutes < 60:
        return None
    is_after = joint in {"past", "after"}
    return _Clock(base.hour, minutes if is_after else -minutes, base.is_24h)


def _clock_after_half(text: str) -> _Clock | None:
    """Read what follows "half" in "half past six"."""
    found = re.fullmatch(r"(?:past|after) (.+)", text)
    return _relative("half", "past", found[1]) if found else None


def _hour_and_minutes(text: str) -> _Clock | None:
    if text in {"noon", "midday", "12 noon", "twelve noon"}:
        return _Clock(12, 0, is_24h=True)
    if text in {"midnight", "12 midnight", "twelve midnight"}:
        return _Clock(24, 0, is_24h=True)
    found = spoken.tokens(text)
    hour = spoken.cardinal(found, 0)
    if hour is None or hour[0].denominator != 1:
        return None
    minutes = found[hour[1] :]
    if not minutes:
        return _valid(int(hour[0]), 0)
    value = spoken.integer(" ".join(minutes))
    if value is None or (value < 10 and minutes[0] not in {"oh", "o", "zero", "0"}):
        return None
    return _valid(int(hour[0]), value)


def _valid(hour: int, minute: int, is_24h: bool = False) -> _Clock | None:
    if not (0 <= hour <= 24 and 0 <= minute < 60):
        return None
    return _Clock(hour, minute, is_24h or hour > 12 or hour == 0)


def _next(
    now: datetime,
    day: _Day | None,
    clock: _Clock | None,
    half: str | None,
    part: str | None,
) -> datetime | None:
    """Give the next time that fits all that was said."""
    if clock is None:
        clock = _Clock(_PARTS[part] if part else _DAY_HOUR, 0, is_24h=True)
        part = None
    hours = _hours(clock, half, part, is_far=day is not None and day.again_days != 1)
    first = datetime.combine(day.date if day else now.date(), time())
    again = day.again_days if day else 1
    steps = (0, again, 2 * again) if again else (0,)
    if day is None:  # the small hours of a day are the end of the night before
        steps = (-1, *steps)
    found = [
        first + timedelta(days=step, hours=hour, minutes=clock.minutes)
        for step in steps
        for hour in hours
    ]
    return min((moment for moment in found if moment > now), default=None)


def _hours(
    clock: _Clock, half: str | None, part: str | None, is_far: bool
) -> list[int]:
    """List the hours, from the start of the day, that a clock time may mean."""
    hour = clock.hour
    if hour > 12 or (clock.is_24h and not half and not part):
        return [hour]
    if half:
        return [hour % 12 + (12 if half == "pm" else 0)]
    if part == "morning":
        return [hour % 12]
    if part == "night":
        return [hour + 12 if 6 <= hour <= 12 else hour + 24]
    if part in {"afternoon", "evening"}:
        return [24 if hour == 12 and part == "evening" else hour % 12 + 12]
    if not is_far:
        return [hour % 12, hour % 12 + 12]
    return [hour % 12 + 12 if hour % 12 < _EARLIEST_MORNING else hour]
