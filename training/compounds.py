"""Several commands in one utterance: how people join them, and leave words out.

"Open chrome and mute the sound" joins two wordings, "open chrome and slack" says one
verb for two names, "turn off the wi-fi and bluetooth" one verb for two actions, and
"open chrome and slack and mute the sound" does two of these.
"""

from collections.abc import Iterable, Iterator, Mapping
from random import Random
from typing import NamedTuple

from training.imperatives import is_imperative
from whisperad.phrases import Piece

JOINTS = (
    " and ", " and ", " and ", " and then ", " then ", ", then ", ", and ", ", ",
    " and also ", " also ", " after that ", ", after that ", " plus ", ". ", " & ",
    " and after that ", ", also ", " and ", " and ",
)  # fmt: skip
_ASKING_AGAIN = ("also ", "please ", "can you ")
_LISTING = (" and ", " and ", " and ", ", ", " & ", " plus ", " as well as ")
SAME_JOINT = 0.3  # of lists: "chrome and slack and zoom"
_COUNTS = (2, 2, 2, 2, 2, 3, 3, 4)
# Verbs that can be said once for two actions, alone or with the particle after them.
_ONE_WORD = frozenset(
    "open close check start stop pause hide get list increase decrease raise lower mute"
    " unmute enable disable display empty lock clear connect disconnect copy launch"
    " kill restart maximise minimise maximize minimize toggle read run".split()
)
# Verbs that can be said so only with a word after them.
_TWO_WORDS = frozenset(
    "turn switch show tell give put bring what's whats how's set take shut power fire"
    " pull flip wake spin boot".split()
)
_PARTICLES = frozenset("on off up down out back to from".split())
_AFTER_TWO = _PARTICLES | frozenset("me us the my a an".split())
# What no name begins with: what is left of such a wording makes no sense alone.
_NO_NAME = frozenset(
    "in on off up down out back to from at of with into for as over by through using -a"
    " is are me us it them i if that's whether how again now rid shot and closer not"
    " afresh anew".split()
)
_LONGEST_NAME = 6  # words of what is left, without those of slots
_TWO_CLAUSES = (" and ", " then ", " but ", ", ", " when ", " because ", " it's ")


class Part(NamedTuple):
    """One command of an utterance: its wording, and the choices that it implies."""

    action: str
    pieces: list[Piece]
    fixed: Mapping[str, str]  # values that stand for other words than were said
    is_open: bool  # its last slot takes any words, up to the end


class Group(NamedTuple):
    """One command or several that belong together, and how they are said."""

    parts: list[Part]
    pieces: list[Piece]  # each slot with the number of its command before it


def alone(part: Part) -> Group:
    """Give a group of one command."""
    return Group([part], _tagged(part.pieces, 0))


def how_many(random: Random) -> int:
    """Draw how many commands an utterance has: mostly two, at most four."""
    return random.choice(_COUNTS)


def join(groups: list[Group], random: Random) -> Group:
    """Say commands one after the other."""
    same = random.choice(JOINTS)
    joined = Group([], [])
    for number, group in enumerate(groups):
        if number:
            is_last = number == len(groups) - 1
            joint = same if len(groups) == 2 else " and " if is_last else ", "
            if len(groups) > 2 and random.random() < 0.5:
                joint = random.choice(JOINTS)
            if random.random() < 0.06:
                asked = is_imperative(group.pieces)
                joint += random.choice(_ASKING_AGAIN if asked else _ASKING_AGAIN[:1])
            joined.pieces.append(Piece(joint))
        joined.pieces.extend(_counted_from(len(joined.parts), group.pieces))
        joined.parts.extend(group.parts)
    return joined


def enumerate_names(part: Part, names: list[str], random: Random) -> Group:
    """Put several names into the place of the only slot of a wording."""
    pieces: list[Piece] = []
    joint = random.choice(_LISTING)
    between = joint if random.random() < SAME_JOINT else ", "
    for piece in part.pieces:
        if piece.slot is None:
            pieces.append(piece)
            continue
        for number, name in enumerate(names):
            if number:
                is_last = number == len(names) - 1
                pieces.append(Piece(joint if is_last else between))
            pieces.append(Piece(name, f"{number}.{piece.slot}"))
    return Group([part] * len(names), pieces)


def shared_verb(pieces: list[Piece]) -> str | None:
    """Give the verb of a wording that another one may do without, if it has one."""
    if not pieces or pieces[0].slot is not None:
        return None
    first, *rest = pieces[0].text.split(" ")
    if not rest or first not in _ONE_WORD | _TWO_WORDS:
        return None
    verb = f"{first} "
    if rest[0] in _PARTICLES or first in _TWO_WORDS:
        after, *rest = rest
        if after not in _AFTER_TWO:
            return None
        verb += f"{after} "
    text = " ".join([*rest, *(p.text for p in pieces[1:] if p.slot is None)])
    if not rest or len(text.split()) > _LONGEST_NAME:
        return None
    # People ask to be told how something is, but they open nothing like that.
    tells = verb.endswith(("me ", "us ")) and rest[0] == "how"
    if (rest[0] in _NO_NAME and not tells) or any(c in text for c in _TWO_CLAUSES):
        return None
    return verb


def carry_verb(parts: list[Part], verb: str, random: Random) -> Group:
    """Join wordings that begin with the same verb, and say it once."""
    pieces = _tagged(parts[0].pieces, 0)
    joint = random.choice(_LISTING)
    for number, part in enumerate(parts[1:], 1):
        first, *rest = _tagged(part.pieces, number)
        pieces += [Piece(joint), Piece(first.text.removeprefix(verb)), *rest]
    return Group(parts, pieces)


def _tagged(pieces: Iterable[Piece], number: int) -> list[Piece]:
    """Name each slot by the number of its command too."""
    return [Piece(p.text, p.slot and f"{number}.{p.slot}") for p in pieces]


def _counted_from(first: int, pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Give pieces with the commands of their slots numbered from `first`."""
    for piece in pieces:
        number, _, name = (piece.slot or "").partition(".")
        yield Piece(piece.text, f"{int(number) + first}.{name}") if name else piece
