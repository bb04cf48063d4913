"""Spoken amounts: words -> numbers, percents, durations. Knows nothing of slots.

Every function gives None for words that say no such amount.
"""

import re
import unicodedata
from collections.abc import Mapping
from fractions import Fraction

from rapidfuzz.distance import OSA

from whisperad import levels

_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen"
    " fourteen fifteen sixteen seventeen eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_CARDINALS: Mapping[str, int] = {
    **{word: value for value, word in enumerate(_UNITS)},
    **{word: 20 + 10 * index for index, word in enumerate(_TENS)},
}
_SCALES: Mapping[str, int] = {
    "dozen": 12,
    "hundred": 100,
    "thousand": 1000,
    "k": 1000,
    "million": 1000000,
}
_ORDINALS: Mapping[str, int] = {
    word: value
    for value, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth".split(), 1
    )
}
_SHARES: Mapping[str, Fraction] = {
    "half": Fraction(1, 2),
    "halves": Fraction(1, 2),
    "quarter": Fraction(1, 4),
    "quarters": Fraction(1, 4),
    **{word: Fraction(1, n) for word, n in _ORDINALS.items() if n > 2},
    **{word + "s": Fraction(1, n) for word, n in _ORDINALS.items() if n > 2},
}
_VAGUE: Mapping[str, int] = {"couple": 2, "few": 3}
_COUPLE = {"a couple": 2, "a couple of": 2, "couple": 2, "a few": 3, "few": 3}
SECONDS: Mapping[str, int] = {
    **dict.fromkeys("s sec secs second seconds".split(), 1),
    **dict.fromkeys("m min mins minute minutes".split(), 60),
    **dict.fromkeys("h hr hrs hour hours".split(), 3600),
    **dict.fromkeys("d day days".split(), 86400),
    **dict.fromkeys("wk wks week weeks".split(), 604800),
    **dict.fromkeys("fortnight fortnights".split(), 1209600),
}
_SMALLER = {604800: 86400, 86400: 3600, 3600: 60, 60: 1}
_ABOUT = frozenset(
    "for about around exactly another the next in approximately roughly at to by of"
    " like just its".split()
)
# Words that change nothing about a time span: "ten more minutes", "a full hour".
_LOOSE = frozenset(
    "more extra whole full longer long please only tops ish exactly straight flat".split()
)
_VOCABULARY = frozenset(
    {*_CARDINALS, *_SCALES, *_SHARES, *SECONDS, "couple", "point", "minus", "fourty"}
)
_LONG = [word for word in _VOCABULARY if len(word) > 4 and word != "fourty"]
_MISSPELT: Mapping[str, str] = {"fourty": "forty"}
_TOO_MANY = 10**15  # JSON's readers are exact up to here
_TOKEN = re.compile(r"\d+(?:[.,:]\d+)*|[a-z']+|\S")


def tokens(text: str) -> list[str]:
    """Cut a text into numbers, words and signs; slips in number words are mended."""
    text = re.sub(r"(?<=\d)(?=[\u00bc-\u00be\u2150-\u215e])", " ", text)
    text = unicodedata.normalize("NFKC", text).lower().replace("\u2044", "/")
    text = re.sub(r"(?<!\d)\.(?=\d)", "0.", text)
    text = re.sub(r"(?<=[a-z0-9])-(?=[a-z0-9])", " ", text)
    return [_mended(token) for token in _TOKEN.findall(text)]


def percent(text: str) -> int | None:
    """Read a level: 50 for "fifty percent", "half", "50 %"; 100 for "max"."""
    plain = re.sub(r"\s*(%|per ?cents?\b|pct\b)\s*", " ", text.lower()).strip()
    found = levels.bare(_without_about(tokens(plain)))
    level = levels.level(found)
    if level is not None:
        return level
    is_plain = plain == text.lower().strip()
    sign = -1 if found[:1] in (["-"], ["minus"], ["negative"]) else 1
    found = found[1:] if sign < 0 else found
    if found[-3:-1] == ["out", "of"]:
        found[-3:-1] = ["/"]
    step = levels.NOTCH if found and found[-1] in levels.NOTCHES else 1
    found = found[:-1] if step > 1 else found
    read = number(found, 0)
    if read is None or read[1] != len(found):
        return None
    value = read[0] * step
    # "a quarter", "0.5" and "7/10" are shares of all; "half a percent" is not.
    if (is_plain and value.denominator > 1 and value < 1) or found[1:2] == ["/"]:
        value *= 100
    level = int(value + Fraction(1, 2))
    return sign * level if level < _TOO_MANY else None


def duration(text: str, unit_s: int = 60) -> Fraction | None:
    """Read a time span, in seconds; a number without a unit counts `unit_s` each."""
    found = _without_about(tokens(text))
    found = found[:-2] if found[-2:] == ["or", "so"] else found
    found = [token for token in found if token not in _LOOSE]
    total, last, at = Fraction(0), 0, 0
    while at < len(found):
        if found[at] in {"and", ",", "&", "plus"} and at and at + 1 < len(found):
            at += 1
        clock = re.fullmatch(r"(?:(\d+):)?(\d+):(\d\d)", found[at])
        if clock and len(found) == 1:
            hours, minutes, seconds = (int(part or 0) for part in clock.groups())
            return Fraction(hours * 3600 + minutes * 60 + seconds)
        read = (Fraction(1), at) if found[at] in SECONDS else number(found, at)
        if read is None:
            return None
        count, at = read
        noun = at
        while noun < len(found) and found[noun] in {"of", "a", "an", "the"}:
            noun += 1
        if noun < len(found) and found[noun] in SECONDS:
            last = SECONDS[found[noun]]
            total, at = total + count * last, noun + 1
        elif last:  # "an hour and a half", "one hour twenty"
            total += count * (last if count < 1 else _SMALLER.get(last, 1))
        elif at == len(found):
            total += count * unit_s
        else:
            return None
    return total if found else None


def integer(text: str) -> int | None:
    """Read a whole number, also one said in parts: "eighty eighty", "four four three"."""
    found = [t for t in tokens(text) if t not in {"number", "no", "#", "port", "pid"}]
    if " ".join(found) in _COUPLE:
        return _COUPLE[" ".join(found)]
    if found and found[0] in {"process", "the", "id"}:
        found = found[1:]
    if found[:1] == ["a"] and found[1:2] and found[1] in _SCALES:
        found = found[1:]
    if len(found) == 1 and found[0] in _ORDINALS:
        return _ORDINALS[found[0]]
    parts: list[str] = []
    at = 0
    while at < len(found):
        if found[at] in {"oh", "o"}:
            parts.append("0")
            at += 1
            continue
        read = cardinal(found, at)
        if read is None or read[0].denominator != 1:
            return None
        parts.append(str(read[0]))
        at = read[1]
    whole = int("".join(parts) or _TOO_MANY)
    return whole if whole < _TOO_MANY else None


def number(found: list[str], at: int) -> tuple[Fraction, int] | None:
    """Read a number or a share at `at`. Give it and where it ends."""
    if at >= len(found):
        return None
    if found[at] in {"a", "an"} and at + 1 < len(found):
        following = found[at + 1]
        if following in _SHARES or following in _VAGUE or following in _SCALES:
            return number(found, at + 1)
        return Fraction(1), at + 1
    if found[at] in _SHARES:
        return _SHARES[found[at]], at + 1
    if found[at] in _VAGUE:
        end = at + 2 if found[at + 1 : at + 2] == ["of"] else at + 1
        return Fraction(_VAGUE[found[at]]), end
    if found[at] == "point":
        return _decimals(Fraction(0), found, at)
    read = cardinal(found, at)
    return None if read is None else _with_share(*read, found)


def cardinal(found: list[str], at: int) -> tuple[Fraction, int] | None:
    """Read digits or number words, up to where they stop making one number."""
    total = current = Fraction(0)
    room: int | None = None  # what follows must be smaller than this; None: anything
    start = at
    while at < len(found):
        word = found[at]
        if word == "and" and room and at > start and _continues(found, at + 1):
            at += 1
            continue
        if room is None and word[0].isdecimal() and ":" not in word:
            current, room = _digits(word), 0
        elif word in _CARDINALS and (room is None or _CARDINALS[word] < room):
            value = _CARDINALS[word]
            current += value
            room = 10 if value >= 20 else 0
        elif word in _SCALES and (room is None or current):
            scale = _SCALES[word]
            current = (current or Fraction(1)) * scale
            room = scale if scale >= 100 else 0
            if scale >= 1000:
                total, current = total + current, Fraction(0)
        else:
            break
        at += 1
    return (total + current, at) if at > start else None


def _continues(found: list[str], at: int) -> bool:
    """Tell whether "and" goes on with the number, as in "a hundred and five"."""
    if at >= len(found) or found[at] not in _CARDINALS:
        return False
    return found[at + 1 : at + 2] not in (["half"], ["quarter"], ["quarters"])


def _with_share(value: Fraction, at: int, found: list[str]) -> tuple[Fraction, int]:
    """Go on after a number: "three quarters", "1/2", "two and a half", "two point five"."""
    rest = found[at : at + 3]
    if rest[:1] == ["point"]:
        return _decimals(value, found, at)
    if rest[:1] == ["/"] and len(rest) > 1:
        below = cardinal(found, at + 1)
        if below and below[0]:
            return value / below[0], below[1]
    if rest[1:2] == ["/"] and rest[0].isdecimal() and len(rest) == 3:  # "2 1/2"
        below = cardinal(found, at + 2)
        if value.denominator == 1 and below and below[0]:
            return value + Fraction(int(rest[0])) / below[0], below[1]
    if rest and rest[0] in _SHARES and value.denominator == 1 and value < 10:
        return value * _SHARES[rest[0]], at + 1
    if len(rest) == 3 and rest[0] == "and" and rest[2] in _SHARES:
        if rest[1] in {"a", "an"}:
            return value + _SHARES[rest[2]], at + 3
        if rest[1] in _CARDINALS:
            return value + _CARDINALS[rest[1]] * _SHARES[rest[2]], at + 3
    return value, at


def _decimals(value: Fraction, found: list[str], at: int) -> tuple[Fraction, int]:
    """Read "point five", "point two five" after a number."""
    place, at = Fraction(1, 10), at + 1
    while at < len(found) and (found[at] in _CARDINALS or found[at].isdecimal()):
        digit = _CARDINALS.get(found[at])
        value += place * (int(found[at]) if digit is None else digit)
        place, at = place / 10, at + 1
    return value, at


def _digits(token: str) -> Fraction:
    """Read "50", "2.5", "2,5" and "1,000"."""
    if re.fullmatch(r"\d{1,3}(,\d{3})+", token):
        token = token.replace(",", "")
    whole, *decimals = re.split(r"[.,]", token)
    return Fraction(".".join([whole, "".join(decimals)]) if decimals else whole)


def _without_about(found: list[str]) -> list[str]:
    while found and found[0] in _ABOUT:
        found = found[1:]
    return found


def _mended(token: str) -> str:
    """Give the number word that a misspelt word is one slip away from."""
    if len(token) < 5 or not token.isalpha() or token in _VOCABULARY:
        return _MISSPELT.get(token, token)
    near = [word for word in _LONG if OSA.distance(token, word, score_cutoff=1) <= 1]
    # One slip from "minute" and from "minutes" is one slip from a minute.
    return near[0] if len({SECONDS.get(word, word) for word in near}) == 1 else token
