"""Soaked: what a soak found, and how it is shown."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from tests.bench import table

GROWTH = 0.10  # of memory that is no leak


class Sample(NamedTuple):
    """What a daemon takes at a moment."""

    at_s: float
    answers: int
    memory_bytes: int
    files: int

    def __str__(self) -> str:
        size = f"{self.memory_bytes / 2**20:6.1f} MiB, {self.files:3} descriptors"
        return f"after {self.at_s:6.0f} s: {size}, {self.answers:8} answers"


class Report(msgspec.Struct, frozen=True):
    """What came of a soak."""

    began: str
    machine: table.Machine
    minutes: float
    seed: int
    samples: list[Sample]
    answers_a_second: float
    replies: dict[str, int]
    changes: dict[str, int]
    errands: dict[str, int]
    lost: list[str]
    wrong: list[str]


def verdict(
    samples: Sequence[Sample], lost: Sequence[str], replies: Mapping[str, int]
) -> list[str]:
    """Say what is wrong; nothing if all is well."""
    first, last = samples[0], samples[-1]
    wrong = [f"lost: {what}" for what in lost]
    growth = last.memory_bytes / first.memory_bytes - 1
    if growth > GROWTH:
        wrong.append(f"memory grew by {growth:.0%}")
    # What is open for a moment only, such as a journal, is in some samples.
    most = max(sample.files for sample in samples[:-1])
    if last.files > most:
        wrong.append(f"descriptors grew from {most} to {last.files}")
    if replies.get("internal"):
        wrong.append(f"{replies['internal']} mistakes of the daemon")
    return wrong


def show(report: Report) -> None:
    """Print what came of it."""
    for counts in (report.replies, report.changes, report.errands):
        for name, count in counts.items():
            print(f"{name:16} {count:9}")
    rate = report.answers_a_second
    print(f"{rate:.0f} answers a second, {len(report.lost)} replies lost")
    print("\n".join(report.wrong) or "all is well")
