"""Likeness: whether one name is another, misspelt or misheard.

Names are keys here: lower case, without blanks. Whoever misses a name still begins it
with its first letter or sound, and shorter names have more neighbours that are words
of their own, so they must be nearer.
"""

import re
from collections.abc import Iterable, Mapping

from rapidfuzz.distance import OSA, Postfix, Prefix

MAKERS = ("adobe", "apple", "google", "microsoft", "mozilla", "gnu", "jetbrains")
SHORT = 6  # letters; up to here a slip must be one that fingers are known for
LONG = 9  # from here on there may be two

_SHORTEST = 4  # anything can be made of three letters
_SHORTEST_SOUND = 3
_ENDING = 3  # two slips that near to the end make another word: "downloader"
_SAME_SOUND = 0.5  # of a slip
_MOST_SILENT = 3  # letters by which names that sound alike may differ
_FIRST_ALIKE = frozenset("cefikpqswxz")  # a sound that may begin with another of them
_VOWELS = frozenset("aeiouy")
_SOUNDS = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"^eye", "i"),
        (r"^x(?=[^aeiou])", "eks"),  # as a letter: "ex code"
        (r"ph", "f"),
        (r"wh", "w"),
        (r"chr", "kr"),
        (r"c(?=[eiy])", "s"),
        (r"qu", "kw"),
        (r"[cq]h?(?=k)|c(?!h)|q", "k"),
        (r"x", "ks"),
        (r"z", "s"),
        (r"a[iy]|e[iy](?!$)", "a"),
        (r"ea", "e"),
        (r"ee|ie|y|ey$", "i"),
        (r"oo|ou|ew|ue", "u"),
        (r"oa|ow|au|aw", "o"),
        (r"(?<=[^aeiou])e$", ""),
        (r"(.)\1+", r"\1"),
    )
)
_ROWS = (("qwertyuiop", 0.0), ("asdfghjkl", 0.25), ("zxcvbnm", 0.75))
_KEYS: Mapping[str, tuple[float, int]] = {
    letter: (column + shift, row)
    for row, (letters, shift) in enumerate(_ROWS)
    for column, letter in enumerate(letters)
}


def nearest(wanted: str, known: Iterable[str]) -> list[str]:
    """Give the known names that may be meant, all that are as near as the nearest."""
    found = {name: slips(wanted, name) for name in known}
    near = {name: count for name, count in found.items() if count is not None}
    return sorted(name for name in near if near[name] == min(near.values()))


def slips(wanted: str, name: str) -> float | None:
    """Count the slips between what was said and a name; None if it is another name."""
    whole = len(wanted)
    wanted, name = _without_maker(wanted, name)
    if wanted == name:
        return 0.0
    if not wanted or not name:
        return None
    if _sound_alike(wanted, name):
        return _SAME_SOUND
    allowed = 0 if len(wanted) < _SHORTEST else 1 if len(wanted) < LONG else 2
    distance = OSA.distance(wanted, name, score_cutoff=allowed)
    is_short = whole <= SHORT
    if distance > allowed or not _is_likely(wanted, name, distance, is_short):
        return None
    return float(distance)


def _without_maker(wanted: str, name: str) -> tuple[str, str]:
    """Take the maker's name away where both have it: it says nothing of the rest."""
    for maker in MAKERS:
        if wanted.startswith(maker) and name.startswith(maker):
            return wanted.removeprefix(maker), name.removeprefix(maker)
    return wanted, name


def _sound_alike(wanted: str, name: str) -> bool:
    if abs(len(wanted) - len(name)) > _MOST_SILENT:
        return False
    if wanted[0] != name[0] and not {wanted[0], name[0]} <= _FIRST_ALIKE:
        return False
    sound = _sound(wanted)
    return len(sound) >= _SHORTEST_SOUND and sound == _sound(name)


def _sound(name: str) -> str:
    for pattern, sound in _SOUNDS:
        name = pattern.sub(sound, name)
    return name


def _is_likely(wanted: str, name: str, distance: int, is_short: bool) -> bool:
    """Tell a slip from another word that is spelt much like this one."""
    first = Prefix.similarity(wanted, name)
    last = Postfix.similarity(wanted[first:], name[first:])
    said, meant = wanted[first : len(wanted) - last], name[first : len(name) - last]
    if sorted(said) == sorted(meant):  # only the order is wrong
        return True
    if first == 0 and (len(wanted) < LONG or distance > 1):
        return False
    if distance > 1:
        return max(len(wanted), len(name)) - first > _ENDING
    if not is_short:
        return True
    if not said:  # a letter is missing
        return first < len(name) - 1 or meant == "s" or meant == wanted[-1]
    if not meant:  # there is one too many
        is_plural = said == "s" and first == len(name)
        beside = wanted[first - 1] + wanted[first + 1 : first + 2]
        return is_plural or any(_is_beside(said, other) for other in beside)
    if len(wanted) == _SHORTEST:
        return False
    return {said, meant} <= _VOWELS or _is_beside(said, meant)


def _is_beside(one: str, other: str) -> bool:
    """Whether two letters are neighbours on a keyboard, or the same."""
    if one not in _KEYS or other not in _KEYS:
        return one == other
    (column, row), (other_column, other_row) = _KEYS[one], _KEYS[other]
    return abs(column - other_column) <= 1 and abs(row - other_row) <= 1
