"""What is meant, named first or last: "slack, open it", "open it, i mean slack".

A command then says "it", or "that container", where the name would stand.
"""

from collections.abc import Mapping, Sequence
from random import Random

from training.imperatives import is_imperative
from whisperad.pack import Slot
from whisperad.phrases import Piece

SHARE = 0.3  # of commands that can be said so: one of a hundred examples
FIRST = 0.7  # of those: the name before the command
_TYPES = frozenset(
    "app device folder path site branch url package process host".split()
)
_BEFORE = (
    "{}, ", "{}, ", "you know {}, ", "you know {}? ", "there's {}, ", "there is {} here, ",
    "about {}, ", "about {}: ", "as for {}, ", "i've got {} here, ", "i have {} here, so ",
    "it's called {}, ", "the name is {}, ", "i need {}, so ", "take {} and ", "see {}? ",
    "i'm looking at {}, ", "somebody gave me {}, ", "remember {}? ", "{} again, ",
    "it's about {}, ", "then there's {}, ", "i'm talking about {}, ", "{} now, ",
)  # fmt: skip
_AFTER = (
    ", i mean {}", ", {} i mean", ", it's called {}", ", {} it's called", ", the name is {}",
    ", {} is the name", ", {} that is", ", {} i think it's called", ", i'm talking about {}",
    ", you know, {}", ", that's {}", " i mean {}", ". it's {}", ", namely {}",
)  # fmt: skip
_IT = ("it", "it", "it", "that", "that one", "this", "this one", "that thing")
_KINDS = frozenset(
    "app application program container image branch script package service process folder"
    " directory file site website page host server machine module crate gem formula cask"
    " device speaker".split()
)
_PARTICLES = frozenset("on off up down out back".split())
_AFTER_IT = frozenset("please now for in on to with again from at into over".split())


def named_apart(
    pieces: Sequence[Piece], slots: Mapping[str, Slot], random: Random
) -> list[Piece]:
    """Say the only name of a command before it or after it, sometimes, where it can be."""
    if random.random() >= SHARE:
        return list(pieces)
    places = [at for at, piece in enumerate(pieces) if piece.slot]
    if len(places) != 1 or not is_imperative(pieces):
        return list(pieces)
    (at,) = places
    said = pieces[at]
    if not _is_name(slots.get(said.slot or "")):
        return list(pieces)
    before, after = (
        " ".join(piece.text.strip() for piece in some).split()
        for some in (pieces[:at], pieces[at + 1 :])
    )
    words = _without(before, after, random)
    if words is None:
        return list(pieces)
    is_first = random.random() < FIRST
    head, tail = random.choice(_BEFORE if is_first else _AFTER).split("{}")
    framed = [Piece(head), said, Piece(tail)]
    command = Piece(" ".join(words))
    order = [*framed, command] if is_first else [command, *framed]
    return [piece for piece in order if piece.text]


def _is_name(slot: Slot | None) -> bool:
    """Whether a slot takes a name, of which it is clear where it ends."""
    return slot is not None and (
        slot.type in _TYPES or (slot.type == "text" and slot.spelt)
    )


def _without(before: list[str], after: list[str], random: Random) -> list[str] | None:
    """Put a pronoun into the place of the name; None where that would say nothing."""
    verb = before
    if before[-1] in _KINDS and len(before) > 1:
        verb, it = before[:-1], random.choice(("that {}", "this {}", "the {}"))
        it = it.format(before[-1])
    elif after and after[0] in _KINDS:
        it, after = f"that {after[0]}", after[1:]
    else:
        it = random.choice(_IT)
    verb = [word for word in verb if word not in {"the", "my", "a", "an"}]
    if len(verb) > 2 or (len(verb) == 2 and verb[1] not in _PARTICLES):
        return None
    if after and after[0] not in _AFTER_IT:
        return None
    return [verb[0], it, *verb[1:], *after]
