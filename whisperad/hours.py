"""Spoken times of the day: "half past six", "19:45", "seven oh five". Knows no days."""

import re
from collections.abc import Mapping

import msgspec

from whisperad import spoken

_NAMED: Mapping[str, int] = {
    **dict.fromkeys(("noon", "midday", "12 noon", "twelve noon"), 12),
    **dict.fromkeys(("midnight", "12 midnight", "twelve midnight"), 24),
    **dict.fromkeys(("lunchtime", "lunch time", "lunch"), 12),
    **dict.fromkeys(("dinnertime", "dinner time"), 19),
}
_SHARES: Mapping[str, int] = {
    **dict.fromkeys(("half", "a half"), 30),
    **dict.fromkeys(("quarter", "a quarter"), 15),
}
_FIRST_NIGHT_HOUR = 5  # "tonight at five" is in the evening, "four" is not


class Clock(msgspec.Struct, frozen=True):
    """A time of the day: an hour and minutes after it, or before when negative."""

    hour: int
    minutes: int = 0
    is_24h: bool = False


def clock(text: str) -> Clock | None:
    """Read a time of the day without its day, half and part of the day."""
    if found := re.fullmatch(r"(\d{1,2})(?:[:.]| ?h ?)(\d\d)(?::\d\d)?", text):
        return _valid(int(found[1]), int(found[2]), found[1].startswith("0"))
    if found := re.fullmatch(r"(\d{1,2}) ?h", text):
        return _valid(int(found[1]), 0)
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


def minute(text: str) -> int | None:
    """Read a time of any hour: "quarter past", "ten to", "on the hour"."""
    if text in {"hour", "top of hour", "full hour", "next full hour", "next hour"}:
        return 0
    found = re.fullmatch(r"(.+) (past|after|to|till?|before)(?: hour)?", text)
    if found is None:
        return None
    minutes = _amount(found[1])
    if minutes is None:
        return None
    return minutes if found[2] in {"past", "after"} else 60 - minutes


def meant(
    clock: Clock, half: str | None, part: str | None, earliest: int | None
) -> list[int]:
    """List the hours, from the start of the day, that a clock time may mean.

    `half` is "am" or "pm", `part` a part of the day. With `earliest`, the first hour
    that is in the morning when nobody says so, there is but one.
    """
    hour = clock.hour
    if hour > 12 or (clock.is_24h and not half and not part):
        return [hour]
    if half:
        return [hour % 12 + (12 if half == "pm" else 0)]
    if part == "morning":
        return [hour % 12]
    if part == "night":
        return [hour + 12 if _FIRST_NIGHT_HOUR <= hour <= 12 else hour + 24]
    if part in {"afternoon", "evening"}:
        return [24 if hour == 12 and part == "evening" else hour % 12 + 12]
    if earliest is None:
        return [hour % 12, hour % 12 + 12]
    return [hour % 12 + 12 if hour % 12 < earliest else hour]


def _relative(amount: str | None, joint: str, hour: str) -> Clock | None:
    """Read "ten past six", "quarter to nine", "half six", "half past six"."""
    base = _hour_and_minutes(hour)
    if joint == "half":
        if amount not in {None, "a"}:
            return None
        if base is None or base.minutes:
            found = re.fullmatch(r"(?:past|after) (.+)", hour)
            return _relative("half", "past", found[1]) if found else None
        return Clock(base.hour, 30, base.is_24h)
    minutes = _amount(amount or "")
    if base is None or base.minutes or minutes is None:
        return None
    is_after = joint in {"past", "after"}
    return Clock(base.hour, minutes if is_after else -minutes, base.is_24h)


def _amount(said: str) -> int | None:
    said = re.sub(r" (?:minutes?|mins?)$", "", said)
    minutes = _SHARES.get(said, spoken.integer(said))
    return minutes if minutes is not None and 0 <= minutes < 60 else None


def _hour_and_minutes(text: str) -> Clock | None:
    if text in _NAMED:
        return Clock(_NAMED[text], 0, is_24h=True)
    found = spoken.tokens(text)
    is_24h = found[0] in {"oh", "o", "zero"} and len(found) > 1 if found else False
    hour = spoken.cardinal(found, int(is_24h))
    if hour is None or hour[0].denominator != 1:
        return None
    minutes = found[hour[1] :]
    if not minutes:
        return _valid(int(hour[0]), 0, is_24h)
    value = spoken.integer(" ".join(minutes))
    if value is None or (value < 10 and minutes[0] not in {"oh", "o", "zero", "0"}):
        return None
    return _valid(int(hour[0]), value, is_24h)


def _valid(hour: int, minute: int, is_24h: bool = False) -> Clock | None:
    if not (0 <= hour <= 24 and 0 <= minute < 60):
        return None
    return Clock(hour, minute, is_24h or hour > 12 or hour == 0)
