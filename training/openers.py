"""Openers: "i need a …", "let me …", "i'm …", and what else people begin with instead."""

from collections.abc import Sequence
from random import Random

from whisperad.phrases import Piece

# Each is said for the others of its line; an empty one leaves the rest to itself.
_FOR_A_THING = (
    "i need", "i want", "i'd like", "i would like", "give me", "get me", "can i have",
    "could i get", "can i get", "let me have", "we need", "can you get me", "i could use",
    "may i have", "find me", "please get me", "i'd love", "i'm looking for", "could i have",
    "i'll have", "i'll need", "can we have", "how about", "time for", "let's have", "is there",
    "do we have", "have we got", "do you have", "bring me", "",
)  # fmt: skip
_TO_DO = (
    "i want to", "i'd like to", "let me", "can i", "i need to", "let's", "time to",
    "could you", "i'm going to", "i wanna", "we should", "please", "i have to", "help me",
    "i would like to", "could we", "i feel like i want to", "i'll", "i'm about to",
    "it's time to", "may i", "can we", "i'd love to", "i am going to", "we want to",
    "i really want to", "i think i'll", "",
)  # fmt: skip
_BEING = (
    "i'm", "i am", "i'll be", "i will be", "i'm going to be", "we're", "we are", "we'll be",
    "i should be", "i'm planning to be", "i have to be", "i want to be", "i need to be",
    "i've got to be",
)  # fmt: skip
# What may stand for a verb in the middle of a sentence.
_STATES = {
    "is": ("looks", "seems", "is so", "is very", "is really", "is getting", "must be",
           "has become", "is always", "is still", "is quite", "feels", "is now"),
    "are": ("look", "seem", "are so", "are very", "are really", "are getting", "must be",
            "have become", "are always", "are still", "are quite", "feel", "are now"),
    "look": ("are", "seem", "appear", "look rather", "look so", "look very"),
    "looks": ("is", "seems", "appears", "looks rather", "looks so", "looks very"),
    "needs": ("wants", "could use", "is in need of", "should have", "has to have"),
    "need": ("want", "could use", "are in need of", "should have", "have to have"),
}  # fmt: skip
_BEGINNINGS = {
    opener: others
    for others in (_TO_DO, _BEING, _FOR_A_THING)
    for opener in sorted(others, key=len, reverse=True)
    if opener and opener != "please"
}
_LONGEST = max(len(opener.split()) for opener in _BEGINNINGS)


def reopened(pieces: Sequence[Piece], random: Random) -> list[Piece]:
    """Begin a wording otherwise, if it begins with an opener; else as it is."""
    first, *rest = pieces
    found = None if first.slot else _opener(first.text)
    if found is None:
        return list(pieces)
    others = [other for other in _BEGINNINGS[found] if other != found]
    left = first.text[len(found) :]
    return [Piece(f"{random.choice(others)}{left}".lstrip()), *rest]


def without(pieces: Sequence[Piece]) -> list[Piece]:
    """Leave out an opener before a verb, such as "let me"."""
    first, *rest = pieces
    found = None if first.slot else _opener(first.text)
    if found is None or _BEGINNINGS[found] is not _TO_DO:
        return list(pieces)
    return [Piece(first.text[len(found) :].lstrip()), *rest]


def restated(pieces: Sequence[Piece], random: Random) -> list[Piece]:
    """Say how something is in other words: "the fish looks hungry" for "is hungry"."""
    return [
        piece
        if piece.slot
        else Piece(" ".join(_restated(word, random) for word in piece.text.split(" ")))
        for piece in pieces
    ]


def _restated(word: str, random: Random) -> str:
    return random.choice(_STATES[word]) if word in _STATES else word


def _opener(text: str) -> str | None:
    """Give the longest opener that a text begins with, and goes on after."""
    words = text.split()
    for count in range(min(_LONGEST, len(words)), 0, -1):
        opener = " ".join(words[:count])
        if opener in _BEGINNINGS and text.startswith(f"{opener} "):
            is_verb = _BEGINNINGS[opener] is _FOR_A_THING and words[count:][:1] == [
                "to"
            ]
            return None if is_verb else opener
    return None
