"""Rows of tokens of different lengths as one rectangle, for one pass over all."""

from collections.abc import Sequence


def padded(rows: Sequence[Sequence[int]]) -> list[list[int]]:
    """Fill rows up to the longest. What fills them comes last: nothing attends to it."""
    width = max(map(len, rows))
    return [[*row, *[0] * (width - len(row))] for row in rows]


def places(rows: Sequence[Sequence[int]], since: Sequence[int]) -> list[int]:
    """Count through the filled rows: where each row's own tokens from `since` on are."""
    width = max(map(len, rows))
    return [
        number * width + at
        for number, (row, first) in enumerate(zip(rows, since, strict=True))
        for at in range(first, len(row))
    ]
