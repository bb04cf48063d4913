"""The table of a benchmark, for people and as JSON, with the machine it ran on."""

import os
import platform
import sys
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table

from tests.bench.figures import Judged

PACKAGES = ("mlx", "mlx-lm", "llguidance", "tokenizers", "uvloop", "msgspec")
BEGIN, END = "<!-- begin -->", "<!-- end -->"  # of the table in a page
WIDTH = 118  # where there is no terminal to fit


class Machine(msgspec.Struct, frozen=True):
    """What a benchmark ran on."""

    processor: str
    architecture: str
    cores: int  # that the benchmark may use
    memory_bytes: int
    system: str
    load: float  # of the last minute, before it began


class Report(msgspec.Struct, frozen=True):
    """All that a run of the benchmark found."""

    date: str
    machine: Machine
    versions: dict[str, str]
    blas: str
    model: str
    options: dict[str, bool | int | str | None]
    rows: list[Judged]

    def missed(self) -> list[Judged]:
        """Give the rows that are not as wanted."""
        return [row for row in self.rows if row.holds is False]


def machine() -> Machine:
    """Describe this machine as it is now."""
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return Machine(
        _processor(),
        platform.machine(),
        _cores(),
        pages,
        platform.platform(),
        os.getloadavg()[0],
    )


def versions() -> dict[str, str]:
    """Give the versions of Python and of what answers are made with."""
    found = {name: metadata.version(name) for name in PACKAGES}
    return {"python": platform.python_version(), **found}


def now() -> str:
    """Give the date and time as they are written."""
    return f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"


def show(report: Report) -> None:
    """Print the table; what is not as wanted is marked."""
    on = report.machine
    console = Console(width=None if sys.stdout.isatty() else WIDTH, highlight=False)
    console.print(
        f"{on.processor}, {on.cores} cores, load {on.load:.1f}; {report.blas};"
        f" {report.model}; {report.date}"
    )
    table = Table(box=None, pad_edge=False)
    table.add_column("", overflow="fold")
    for name in ("", "ratio"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("wanted, or to what", overflow="fold")
    table.add_column("")
    for row in report.rows:
        table.add_row(*_cells(row))
    console.print(table)
    missed = report.missed()
    if missed:
        console.print(f"{len(missed)} of the targets are missed")


def insert(report: Report, page: Path) -> None:
    """Put the table in the place of the one between the marks of a page."""
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    text = before + BEGIN + "\n" + markdown(report) + END + after
    page.write_text(text, encoding="utf-8")


def markdown(report: Report) -> str:
    """Give the table as a page has it, with the machine and the date above."""
    on = report.machine
    lines = [
        f"{on.processor}, {on.cores} cores, load {on.load:.1f}; {report.blas};"
        f" {report.model}; {report.date}.",
        "",
        "| | | ratio | wanted, or to what | |",
        "|---|---|---|---|---|",
        *("| " + " | ".join(_cells(row)) + " |" for row in report.rows),
    ]
    return "\n".join(lines) + "\n"


def _cells(row: Judged) -> tuple[str, ...]:
    mark = {True: "holds", False: "missed", None: ""}[row.holds]
    shown = row.note if row.value is None else figure(row.value, row.unit)
    ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
    to = row.wanted or (f"x {row.of}" if row.of and ratio else "")
    return row.name, shown, ratio, to, mark


def figure(value: float, unit: str) -> str:
    """Write a number with as many digits as mean something."""
    digits = 0 if abs(value) >= 100 or value == int(value) else 2
    return f"{value:,.{digits}f} {unit}".rstrip()


def save(report: Report, file: Path) -> None:
    """Write all of it as JSON."""
    text = msgspec.json.format(msgspec.json.encode(report), indent=2)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text + b"\n")


def _cores() -> int:
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed else os.cpu_count() or 1


def _processor() -> str:
    listed = Path("/proc/cpuinfo")
    lines = listed.read_text().splitlines() if listed.exists() else []
    names = (line.partition(": ")[2] for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())
