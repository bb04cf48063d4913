"""The arithmetic of a benchmark: percentiles, rows, and what is wanted of them."""

import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec


class Row(msgspec.Struct, frozen=True):
    """A figure, or why there is none."""

    name: str
    value: float | None
    unit: str = "ms"
    note: str = ""


class Wanted(NamedTuple):
    """What a row shall be at most, or at least, in one run on one machine.

    The limit is a number, or so many times another row of the same run. `plus` is a
    row whose figure is taken off the row's before that.
    """

    row: str
    limit: float
    of: str | None = None
    at_least: bool = False
    plus: str | None = None

    def __str__(self) -> str:
        bound = "at least" if self.at_least else "at most"
        times = f"{bound} {self.limit:g}" + (f" x {self.of}" if self.of else "")
        return times + (f" + {self.plus}" if self.plus else "")


class Judged(msgspec.Struct, frozen=True):
    """A row, how many times another one it is, and whether that is as wanted."""

    name: str
    value: float | None
    unit: str
    note: str
    ratio: float | None
    of: str | None
    wanted: str | None
    holds: bool | None


def p50(times: Sequence[float]) -> float:
    """Give the median."""
    return statistics.median(times)


def p99(times: Sequence[float]) -> float:
    """Give the 99th percentile by nearest rank: one of the times, never beyond them."""
    return sorted(times)[math.ceil(0.99 * len(times)) - 1]


def spread(name: str, times: Sequence[float]) -> list[Row]:
    """Give the median and the 99th percentile as rows; the note says of how many."""
    note = f"of {len(times)}"
    if not times:
        note = "none came up"
    return [
        Row(f"{name}, p50", p50(times) if times else None, note=note),
        Row(f"{name}, p99", p99(times) if times else None, note=note),
    ]


def judge(
    rows: Sequence[Row], wanted: Iterable[Wanted], against: Mapping[str, str]
) -> list[Judged]:
    """Hold rows against what is wanted of them.

    `against` names the row that another one is to be divided by where nothing is
    wanted of it. A row without a figure, and what refers to one, is not judged.
    """
    values = {row.name: row.value for row in rows}
    targets = {target.row: target for target in wanted}
    judged = []
    for row in rows:
        target = targets.get(row.name)
        of = target.of if target else against.get(row.name)
        plus = target.plus if target else None
        value = _less(row.value, values.get(plus) if plus else 0.0)
        ratio = ratio_of(value, values.get(of)) if of else None
        compared = ratio if of else value
        holds = None
        if target is not None and compared is not None:
            above = compared >= target.limit
            holds = above if target.at_least else compared <= target.limit
        judged.append(
            Judged(
                *(row.name, row.value, row.unit, row.note, ratio, of),
                *(str(target) if target else None, holds),
            )
        )
    return judged


def ratio_of(value: float | None, of: float | None) -> float | None:
    """Give how many times `of` a value is; None if there is no telling."""
    return None if value is None or not of else value / of


def _less(value: float | None, by: float | None) -> float | None:
    return None if value is None or by is None else value - by
