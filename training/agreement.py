"""Agreement: the words before a slot's value fit the value that was drawn.

A template says "at {time}" and "the {folder}"; a value may be "in ten minutes", "on
friday" or "the attic". Nobody says "at in ten minutes" or "the the attic".
"""

import re
from collections.abc import Mapping

from whisperad.pack import Slot
from whisperad.phrases import Piece

_TIMES = frozenset({"clock_times", "reminder_times"})  # sample lists
_BEFORE_TIME = re.compile(r"(?:^|(?<= ))(at|on|in|for|by|to|until|till|from) $")
_ARTICLE = re.compile(r"(?:^|(?<= ))(?:the|my|our|your|a|an) $")
_WITH_ARTICLE = re.compile(r"(?:the|my|our|your|a|an) ")
_WITH_PREPOSITION = re.compile(r"(?:in|on|at) ")
_NEEDS_NONE = re.compile(
    r"(?:today|tonight|tomorrow|this|next|every|now|later|(?:the )?day after)\b"
    r"|.* from now$"
)
_DATE = re.compile(
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|the \w"
    r"|(?:january|february|march|april|may|june|july|august|september|october"
    r"|november|december)\b"
)


def agree(pieces: list[Piece], slots: Mapping[str, Slot]) -> list[Piece]:
    """Leave out or exchange what stands before values and does not fit them."""
    fitted: list[Piece] = []
    for piece in pieces:
        slot = slots.get(piece.slot or "")
        if slot is not None and fitted and fitted[-1].slot is None:
            before = fitted.pop().text
            if slot.samples in _TIMES:
                before, piece = _timed(before, piece)
            elif _WITH_ARTICLE.match(piece.text):
                before = _ARTICLE.sub("", before)
            if before:
                fitted.append(Piece(before))
        fitted.append(piece)
    return fitted


def _timed(before: str, piece: Piece) -> tuple[str, Piece]:
    found = _BEFORE_TIME.search(before)
    if found is None:
        return before, piece
    said, head, value = found[1], before[: found.start(1)], piece.text
    if _WITH_PREPOSITION.match(value):
        if said in {"to", "until", "till", "from"}:
            return before, Piece(re.sub(r"^(?:on|at) ", "", value), piece.slot)
        return head, piece
    if said not in {"at", "on", "in"}:
        return before, piece
    if _NEEDS_NONE.match(value):
        return head, piece
    return head + ("on " if _DATE.match(value) else "at "), piece
