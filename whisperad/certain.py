"""Certain words: those that can be nothing but a value of their slot's type."""

from whisperad import spoken
from whisperad.names import RealNames
from whisperad.pack import Slot
from whisperad.values import COUNTED, count

NAMED = frozenset({"app", "folder", "site"})
AMOUNTS = COUNTED | {"duration"}
CERTAIN = NAMED | AMOUNTS | {"choice"}
# Words before an amount that a phrase has itself, if it means one: "count to ten".
_BEFORE = frozenset("about around at by for from in of on to up".split())


def says(slot: Slot, words: str, names: RealNames) -> bool:
    """Whether words are a value of a slot to the letter, which few types can tell."""
    if slot.type in NAMED:
        return names.knows(slot.type, words)
    if slot.type not in AMOUNTS or words.split(" ", 1)[0] in _BEFORE:
        return False
    if slot.type == "duration":
        return spoken.duration(words) is not None
    return count(slot, words) is not None
