"""One pass of a network, from tokens to scores."""

from collections.abc import Sequence

from whisperad.decode import Scores
from whisperad.network import Network


def read(
    network: Network, tokens: list[int], at: Sequence[int], ids: tuple[int, ...]
) -> Scores:
    """Read tokens in one pass and score `ids` as the next after those at `at`."""
    states = network.read(tokens, at[0])
    return network.scores(states, [place - at[0] for place in at], ids)


def read_together(
    network: Network,
    rows: list[list[int]],
    at: Sequence[Sequence[int]],
    ids: tuple[int, ...],
) -> list[Scores]:
    """Read several prompts in one pass and score `ids` after those at each `at`."""
    states = network.read_together(rows, [places[0] for places in at])
    places, before = [], 0
    for row, asked in zip(rows, at, strict=True):
        places += [before + place - asked[0] for place in asked]
        before += len(row) - asked[0]
    scores = iter(network.scores(states, places, ids))
    return [[next(scores) for _ in asked] for asked in at]
