"""How people say numbers, percents, durations, clock times: drawn at random.

The daemon's `values` reads what this module writes; a test holds the two together.
"""

from random import Random

_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen"
    " fourteen fifteen sixteen seventeen eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_DAYS = "monday tuesday wednesday thursday friday saturday sunday".split()


def number_words(value: int, hyphen: bool = False) -> str:
    """Spell 0 to 9999 in words."""
    if value < 20:
        return _UNITS[value]
    if value < 100:
        tens, units = divmod(value, 10)
        joint = "-" if hyphen else " "
        return _TENS[tens - 2] + (joint + _UNITS[units] if units else "")
    if value < 1000:
        hundreds, rest = divmod(value, 100)
        head = _UNITS[hundreds] + " hundred"
        return f"{head} and {number_words(rest, hyphen)}" if rest else head
    thousands, rest = divmod(value, 1000)
    head = _UNITS[thousands] + " thousand"
    return f"{head} {number_words(rest, hyphen)}" if rest else head


def number(random: Random, value: int) -> str:
    """Say a number: in digits, or in words."""
    if random.random() < 0.45:
        return str(value)
    return number_words(value, hyphen=random.random() < 0.15)


def percent(random: Random) -> str:
    """Say a level or a share of it."""
    draw = random.random()
    if draw < 0.12:
        return random.choice(
            ["max", "maximum", "full", "half", "minimum", "min", "the maximum",
             "a quarter", "three quarters", "a third", "two thirds", "the max",
             "a half", "zero", "the minimum", "one half", "one quarter"]
        )  # fmt: skip
    value = random.choice([random.randrange(0, 101), random.randrange(0, 21) * 5])
    said = number(random, value)
    if value == 100 and random.random() < 0.3:
        said = random.choice(["a hundred", "one hundred"])
    if random.random() < 0.45:
        return said
    if said.isdigit():
        return said + random.choice(["%", "%", " percent", " per cent", " %"])
    return said + random.choice([" percent", " percent", " per cent"])


def amount(random: Random) -> str:
    """Say how much louder or brighter: small, round, mostly in percent."""
    value = random.choice([1, 2, 3, 5, 5, 10, 10, 10, 15, 20, 20, 25, 30, 40, 50])
    if random.random() < 0.15:
        value = random.randrange(1, 100)
    said = number(random, value)
    if random.random() < 0.08:
        return random.choice(["a quarter", "half", "a third", "a half"])
    if random.random() < 0.3:
        return said
    return said + random.choice(["%" if said.isdigit() else " percent", " percent"])


def duration(random: Random) -> str:
    """Say how long."""
    draw = random.random()
    if draw < 0.1:
        return random.choice(
            ["half an hour", "a quarter of an hour", "an hour and a half", "an hour",
             "a minute", "half a minute", "one and a half hours", "a couple of minutes",
             "two and a half minutes", "three quarters of an hour", "a day",
             "an hour and a quarter", "two and a half hours", "a couple of hours",
             "a half hour", "one and a half minutes", "ninety seconds", "a second",
             "five and a half minutes", "a few minutes"]
        )  # fmt: skip
    unit = random.choice(["second", "minute", "minute", "minute", "hour"])
    top = {"second": 90, "minute": 60, "hour": 12}[unit]
    value = random.randrange(1, top + 1)
    if random.random() < 0.4:
        value = (
            max(1, 5 * round(value / 5)) if unit != "hour" else random.randrange(1, 4)
        )
    said = _counted(random, value, unit)
    if unit != "second" and random.random() < 0.14:
        smaller = {"minute": "second", "hour": "minute"}[unit]
        joint = random.choice([" and ", " ", " and "])
        said += joint + _counted(random, random.randrange(1, 12) * 5, smaller)
    return said


def _counted(random: Random, value: int, unit: str) -> str:
    said = number(random, value)
    short = {"second": ["s", " s", "sec", " sec", " secs"],
             "minute": ["m", " m", "min", " min", " mins"],
             "hour": ["h", " h", "hr", " hr", " hrs"]}[unit]  # fmt: skip
    if said.isdigit() and random.random() < 0.2:
        return said + random.choice(short)
    if random.random() < 0.06:
        return f"{said} {unit}"
    return f"{said} {unit}{'' if value == 1 else 's'}"


def clock_time(random: Random) -> str:
    """Say a time of the day, sometimes with its day."""
    said = _time_of_day(random)
    draw = random.random()
    if draw < 0.13:
        day = random.choice(["tomorrow", "tomorrow", "today", "tonight", *_DAYS])
        day = f"on {day}" if day in _DAYS and random.random() < 0.6 else day
        return f"{day} at {said}" if random.random() < 0.45 else f"{said} {day}"
    if draw < 0.19:
        return said + random.choice([" tomorrow morning", " tonight", " this evening",
                                     " tomorrow night", " this afternoon"])  # fmt: skip
    return said


def _time_of_day(random: Random) -> str:
    hour, minute = random.randrange(1, 13), random.randrange(0, 60)
    if random.random() < 0.6:
        minute = random.choice([0, 0, 0, 15, 30, 45])
    half = random.choice(["am", "pm", "am", "pm", "a.m.", "p.m", "a m", "p m"])
    part = random.choice(["in the morning", "in the afternoon", "in the evening",
                          "at night"])  # fmt: skip
    draw = random.random()
    if draw < 0.05:
        return random.choice(["noon", "midnight", "midday"])
    if draw < 0.2:
        said = number(random, hour)
        past = random.choice(
            [
                "half past",
                "quarter past",
                "quarter to",
                "half",
                "a quarter past",
                "a quarter to",
                "ten past",
                "five to",
                "twenty past",
                "ten to",
                "twenty to",
                "five past",
            ]
        )
        return f"{past} {said}" + random.choice(["", "", f" {part}", f" {half}"])
    if minute == 0 and draw < 0.75:
        said = number(random, hour)
        tail = random.choice([f" {half}", f" {half}", f" {part}", " o'clock", "",
                              f" o'clock {part}"])  # fmt: skip
        return said + tail if said.isdigit() or tail else said
    if random.random() < 0.6:
        hour24 = random.randrange(0, 24) if random.random() < 0.25 else hour
        said = f"{hour24}:{minute:02d}"
        tight = random.choice(["", f" {half}", f" {half}", half, f" {part}"])
        return said + (tight if hour24 <= 12 else "")
    words = number_words(hour) + " "
    if minute == 0:
        return (words + random.choice([half, part])).strip()
    words += "oh " + _UNITS[minute] if minute < 10 else number_words(minute)
    return words + random.choice(["", f" {half}", f" {part}"])


def integer(random: Random) -> str:
    """Say a small whole number."""
    return number(
        random, random.choice([random.randrange(1, 21), random.randrange(1, 500)])
    )


def port(random: Random) -> str:
    """Say a port number."""
    value = random.choice([80, 443, 3000, 5000, 8000, 8080, 5432, 9000, 4200, 6379])
    if random.random() < 0.4:
        value = random.randrange(1024, 9999)
    return str(value) if random.random() < 0.7 else number_words(value)
