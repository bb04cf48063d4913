"""Clauses: a command of a verb and its object, said in the sentences that people use.

"Water the plants for an hour" becomes "the plants need watering for an hour", "get the
plants watered …", "start watering …"; "the desk lamp" and "the lamp on the desk" are one.
"""

import re
from collections.abc import Container, Iterable, Sequence
from random import Random
from typing import NamedTuple

from training.imperatives import is_imperative
from training.inflection import gerund, participle
from training.verbs import Verbs
from whisperad.phrases import Piece

OF_ITS_VALUE = 0.5  # of clauses with one: "make the lamp blue"
OTHER_VERB = 0.5
MOVED = 0.4  # of verbs with a word that may come after the object
FRAMED = 0.7

DETERMINERS = frozenset(
    "the my our your a an some this that these those all any".split()
)
_PARTICLES = frozenset("on off up down out back in over away".split())
_AFTER_OBJECT = frozenset("live going ready".split())  # never just after the verb
PREPOSITIONS = _PARTICLES | frozenset(
    "for to at with from by under as onto into about through until till after before"
    " around saying called named titled that which is are now please again".split()
)
GRAMMAR = DETERMINERS | PREPOSITIONS | frozenset(
    "and or of be been do does did don't have has had can could will would should must i"
    " you he she it we they me us him her them what who where when why how let let's"
    " it's what's i'm i'd want need was were so very too not just get make give go".split()
)  # fmt: skip
# Verbs that mean nothing by themselves: "get the report ready" is not "the report is got".
_LIGHT = frozenset(
    "be do get give go have help keep let make put tell try use work turn".split()
)
_FRAMES = (
    "start {ing} {np}", "begin {ing} {np}", "how about {ing} {np}", "{ing} {np}",
    "would you mind {ing} {np}", "i'm thinking of {ing} {np}", "do some {ing} of {np}",
    "get {np} {ed}", "get {np} {ed}", "i want {np} {ed}", "i need {np} {ed}",
    "i'd like {np} {ed}", "i would like to have {np} {ed}", "can i have {np} {ed}",
    "have {np} {ed}", "can you get {np} {ed}", "let's get {np} {ed}",
    "make sure {np} {is} {ed}", "see to it that {np} {is} {ed}", "let {np} be {ed}",
    "{np} {needs} {ing}", "{np} {needs} {ing}", "{np} {needs} to be {ed}",
    "{np} should be {ed}", "{np} {has} to be {ed}", "{np} must be {ed}",
    "{np} could be {ed}", "can {np} be {ed}", "{np} {is} to be {ed}", "we need {np} {ed}",
    "do a {v} of {np}", "we need a {v} of {np}", "the {ing} of {np} please",
    "kick off {ing} {np}", "i want a {v} of {np}", "go {v} {np}", "time to {v} {np}",
    "it's time to {v} {np}", "let's {v} {np}", "i want to {v} {np}", "i need to {v} {np}",
    "we have to {v} {np}", "we should {v} {np}", "could you {v} {np}", "can we {v} {np}",
    "why don't you {v} {np}", "any chance you could {v} {np}", "i just want to {v} {np}",
    "it would be nice to {v} {np}", "i'd like to {v} {np}", "i'd like you to {v} {np}",
    "can i {v} {np}", "i was hoping you could {v} {np}", "i'm ready to {v} {np}",
    "{v} me {np}", "{v} {np} for me", "quickly {v} {np}", "just {v} {np}",
)  # fmt: skip
_FRAMES_OF_ITS_VALUE = (
    "{np} {value}", "{value} {np}", "{np} to {value}", "make {np} {value}",
    "turn {np} {value}", "set {np} to {value}", "switch {np} to {value}",
    "change {np} to {value}", "put {np} on {value}", "i want {np} {value}",
    "i'd like {np} to be {value}", "i want {value} {np}", "i'd like {value} {np}",
    "i need {np} {value}", "{np} should be {value}", "could {np} be {value}",
    "can {np} be {value}", "let {np} be {value}", "{np} in {value}", "{np} {is} to be {value}",
    "give me {value} {np}", "have {np} {value}", "can i have {np} in {value}",
    "can we have {value} {np}", "get {np} {value}", "{value} for {np}",
)  # fmt: skip
FRAMES_OF_NO_COMMAND = (
    "i {ed} {np} yesterday", "i have {ed} {np} already", "{np} {was} {ed} last week",
    "she is {ing} {np}", "he was {ing} {np} when it happened", "who {ed} {np}",
    "have you ever {ed} {np}", "{np} got {ed} the other day", "they {ed} {np} again",
    "we {ed} {np} all day", "{ing} {np} is hard", "{ing} {np} is fun", "i hate {ing} {np}",
    "my sister likes {ing} {np}", "we never {v} {np}", "people who {v} {np} are odd",
    "when did they {v} {np}", "how long does it take to {v} {np}", "why {v} {np} at all",
    "is it hard to {v} {np}", "i dreamt of {ing} {np}", "he {ed} {np} and went home",
    "{np} {was} beautifully {ed}", "nobody has {ed} {np} since", "what if we {v} {np}",
    "paint {np}", "sell {np}", "draw {np}", "describe {np}", "steal {np}", "carry {np} home",
    "throw {np} out of the window", "take {np} to my mother", "break {np}", "wrap {np}",
    "repair {np}", "insure {np}", "weigh {np}", "{np} {was} stolen", "{np} {is} lovely",
    "{np} {is} not mine", "{np} {is} too old", "who owns {np}", "i sold {np}",
    "where did you buy {np}", "{np} cost me a fortune", "i dropped {np}", "i love {np}",
)  # fmt: skip


class Clause(NamedTuple):
    """What to do, with what, and what else is said, such as how long."""

    verb: str  # with words that belong to it: "write down"
    object: list[Piece]
    tail: list[Piece]


def tokens(pieces: Iterable[Piece]) -> list[Piece]:
    """Give a piece for each word that is in no slot, and one for each slot."""
    return [
        token
        for piece in pieces
        for token in ([piece] if piece.slot else map(Piece, piece.text.split()))
    ]


def joined(some: Iterable[Piece]) -> list[Piece]:
    """Put tokens together with blanks, all text between two slots in one piece."""
    pieces: list[Piece] = []
    for token in some:
        between = "" if not pieces or token.text[0] in ",:;." else " "
        if token.slot:
            if pieces and between and not pieces[-1].slot:
                pieces[-1] = Piece(pieces[-1].text + between)
            elif between:
                pieces.append(Piece(between))
            pieces.append(token)
        elif pieces and not pieces[-1].slot:
            pieces[-1] = Piece(pieces[-1].text + between + token.text)
        else:
            pieces.append(Piece(between + token.text))
    return pieces


def clause(pieces: Sequence[Piece], verbs: Verbs) -> Clause | None:
    """Take a command apart; None if it is none of a verb and its object."""
    first, *rest = tokens(pieces) or [Piece("")]
    if (
        first.slot
        or not first.text
        or not (is_imperative(pieces) or first.text in verbs)
    ):
        return None
    verb = first.text
    if len(rest) > 1 and rest[0].text in ("me", "us"):
        rest = rest[1:]
    if len(rest) > 1 and _is_any(rest[0], _PARTICLES):
        verb += f" {rest.pop(0).text}"
    ends = (n for n, token in enumerate(rest) if _is_any(token, PREPOSITIONS))
    end = next(ends, len(rest))
    what, tail = rest[:end], rest[end:]
    if len(tail) == 1 and verb == first.text and _is_any(tail[0], _PARTICLES):
        verb, tail = f"{verb} {tail[0].text}", []
    if len(what) > 1 and what[-1].slot and not tail:
        what, tail = what[:-1], what[-1:]
    if not what or all(_is_any(token, GRAMMAR) for token in what):
        return None
    return Clause(verb, what, tail)


def verbs_of(template: str) -> list[str]:
    """Give the verbs that a template begins with: "(start|run) the pump" has two."""
    begun = re.match(r"\(([a-z|]+)\) |([a-z]+) ", template)
    words = (begun[1] or begun[2]).split("|") if begun else []
    return [
        word
        for word in words
        if word not in _LIGHT and is_imperative([Piece(f"{word} it")])
    ]


def named(some: Iterable[Piece]) -> str:
    """Give an object's words, without articles and slots."""
    return " ".join(
        token.text for token in some if not token.slot and token.text not in DETERMINERS
    )


def reframed(
    said: Clause, others: Sequence[str], states: Container[str], random: Random
) -> list[Piece]:
    """Say a command in another sentence, maybe with one of some other verbs.

    `states` are the slots that say how something is to be.
    """
    *to, value = said.tail or [Piece("")]
    is_its = (
        value.slot and value.slot in states and [t.text for t in to] in ([], ["to"])
    )
    if is_its and not _has_slot(said.object) and random.random() < OF_ITS_VALUE:
        return _put(random.choice(_FRAMES_OF_ITS_VALUE), said, value)
    if others and random.random() < OTHER_VERB:
        said = said._replace(verb=random.choice(others))
    verb, *more = said.verb.split()
    if more and (more[0] in _AFTER_OBJECT or random.random() < MOVED):
        return _moved(said, random)
    frame = "{v} {np}"
    if verb not in _LIGHT and random.random() < FRAMED:
        frame = random.choice(_FRAMES)
    return _put(frame, said)


def no_command(said: Clause, frame: str) -> list[Piece]:
    """Say what is no command with the words of one, in one of the frames for that."""
    return _put(frame, said)


def _put(frame: str, said: Clause, value: Piece | None = None) -> list[Piece]:
    """Fill a frame with a command; its tail comes last, but for a value in the frame."""
    verb, *more = said.verb.split()
    last = said.object[-1].text
    is_many = last.endswith("s") and not last.endswith("ss")
    words = {
        "{v}": [verb, *more],
        "{ing}": [gerund(verb), *more],
        "{ed}": [participle(verb), *more],
        "{is}": ["are" if is_many else "is"],
        "{was}": ["were" if is_many else "was"],
        "{has}": ["have" if is_many else "has"],
        "{needs}": ["need" if is_many else "needs"],
    }
    made: list[Piece] = []
    for word in frame.split():
        if word == "{np}":
            made += said.object
        elif value and word == "{value}":
            made.append(value)
        else:
            made += map(Piece, words.get(word, [word]))
    return joined(made if value else [*made, *said.tail])


def _moved(said: Clause, random: Random) -> list[Piece]:
    """Say what belongs to a verb just after it, or after the object: "write it down"."""
    verb, *more = said.verb.split()
    first, after = [Piece(verb)], list(map(Piece, more))
    is_after = more[0] in _AFTER_OBJECT
    if is_after or (len(more) == 1 and more[0] in _PARTICLES and random.random() < 0.5):
        if said.tail and random.random() < 0.2:
            return joined([*first, *said.object, *said.tail, *after])
        return joined([*first, *said.object, *after, *said.tail])
    return joined([*first, *after, *said.object, *said.tail])


def _has_slot(some: Iterable[Piece]) -> bool:
    return any(token.slot for token in some)


def _is_any(token: Piece, words: Container[str]) -> bool:
    return not token.slot and token.text in words
