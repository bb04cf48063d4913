"""Why something is said, before it or after it: "the baby sleeps, turn it down".

What is no command gets reasons as often as commands do: a statement and a comma tell
nothing of what comes next.
"""

from random import Random

from whisperad.phrases import Piece

LIST = "reasons"  # in config/samples
SHARE = 0.07  # of all examples
FIRST = 0.7  # of reasons: before what is wanted
_BEFORE = (", ", ", ", ", ", ", so ", " so ", ". ", " ", " ", "; ", " - ", ", please ")
_AFTER = (
    ", ",
    ", ",
    ", ",
    ". ",
    " ",
    " because ",
    " because ",
    ", because ",
    " since ",
    " as ",
)


def put(
    reason: str, pieces: list[Piece], random: Random, open_end: bool
) -> list[Piece]:
    """Say the reason too.

    `open_end` means that the last slot takes any words, so nothing may follow it.
    """
    if random.random() < 0.25:
        reason = reason.replace("'", "")
    if open_end or random.random() < FIRST:
        return [Piece(reason + random.choice(_BEFORE)), *pieces]
    return [*pieces, Piece(random.choice(_AFTER) + reason)]
