"""Nouns: what stands before them, and which of two tells what the other is.

"The desk lamp" is "my desk lamp", and "the lamp on the desk".
"""

import re
from collections.abc import Container, Iterable, Sequence
from random import Random

from training.clause import DETERMINERS, GRAMMAR, PREPOSITIONS, joined, tokens
from whisperad.phrases import Piece

ARTICLES = ("the", "my", "our", "some", "a", "this", "the", "all the", "my")
# With a word more, that changes nothing.
MODIFIED = (
    *ARTICLES, "my new", "the whole", "another", "one more", "the usual", "a quick",
    "the next", "a nice", "the other",
)  # fmt: skip
_TAKING_ARTICLES = PREPOSITIONS - frozenset("is are now please again".split())
_WAYS = (
    "on the",
    "of the",
    "for the",
    "in the",
    "at the",
    "on my",
    "for my",
    "for",
    "of",
)
_TWO_NOUNS = re.compile(
    rf"(?P<before>\b(?:{'|'.join(sorted(DETERMINERS))}) |^ ?)(?P<one>[a-z'-]{{3,}}) "
    rf"(?P<joint>(?:for|of|on|in|at) (?:(?:{'|'.join(sorted(DETERMINERS))}) )?)?"
    rf"(?P<two>[a-z'-]{{3,}})(?= ?$| (?:{'|'.join(sorted(PREPOSITIONS))})\b)"
)


def recompounded(
    pieces: Iterable[Piece], telling: Container[str], random: Random
) -> list[Piece]:
    """Turn "the desk lamp" into "the lamp on the desk", and the other way round.

    One of the two nouns has to be `telling`.
    """

    def turned(found: re.Match[str]) -> str:
        before, one, two = found["before"], found["one"], found["two"]
        if (one not in telling and two not in telling) or random.random() < 0.3:
            return found[0]
        if GRAMMAR & {one, two} or one.endswith("ing") or two.endswith("ing"):
            return found[0]
        if found["joint"]:
            return f"{before}{two} {one}"
        return f"{before}{two} {random.choice(_WAYS)} {one}"

    return [
        piece if piece.slot else Piece(_TWO_NOUNS.sub(turned, piece.text))
        for piece in pieces
    ]


def determined(
    pieces: Iterable[Piece],
    telling: Container[str],
    articles: Sequence[str],
    random: Random,
) -> list[Piece]:
    """Put other articles before some `telling` words, or some where there were none."""
    made: list[Piece] = []
    for token in tokens(pieces):
        before = made[-1] if made else None
        if not token.slot and token.text in telling and random.random() < 0.5:
            if before and before.text in DETERMINERS:
                made[-1] = Piece(random.choice(articles))
            elif (before and before.text in _TAKING_ARTICLES) or len(made) == 1:
                made.append(Piece(random.choice(articles)))
        made.append(token)
    return joined(made)
