"""The table is the same for people, for a page and as JSON."""

import json
from pathlib import Path

import pytest

from tests.bench import table
from tests.bench.figures import Row, Wanted, judge
from tests.bench.table import Report

MACHINE = table.Machine("Some Chip", "arm64", 8, 2**34, "An OS", 0.25)


@pytest.fixture
def report() -> Report:
    """Give a report of three rows, of which one is missed and one not measured."""
    rows = [Row("pass", 2.0), Row("daemon", 5.0), Row("peer", None, note="not here")]
    judged = judge(rows, [Wanted("daemon", 1.6, "pass")], {"peer": "daemon"})
    return Report("2026-01-02 03:04 UTC", MACHINE, {}, "A BLAS", "tiny", {}, judged)


def test_a_page_gets_the_table_between_its_marks(
    report: Report, tmp_path: Path
) -> None:
    page = tmp_path / "speed.md"
    page.write_text(f"before\n{table.BEGIN}\nold\n{table.END}\nafter\n")
    for _ in range(2):
        table.insert(report, page)

    assert page.read_text().splitlines() == [
        "before",
        table.BEGIN,
        "Some Chip, 8 cores, load 0.2; A BLAS; tiny; 2026-01-02 03:04 UTC.",
        "",
        "| | | ratio | wanted, or to what | |",
        "|---|---|---|---|---|",
        "| pass | 2 ms |  |  |  |",
        "| daemon | 5 ms | 2.50 | at most 1.6 x pass | missed |",
        "| peer | not here |  |  |  |",
        table.END,
        "after",
    ]


def test_what_is_printed_says_how_many_targets_are_missed(
    report: Report, capsys: pytest.CaptureFixture[str]
) -> None:
    table.show(report)

    assert "at most 1.6 x pass" in (said := capsys.readouterr().out)
    assert said.endswith("1 of the targets are missed\n")
    assert [row.name for row in report.missed()] == ["daemon"]


def test_what_is_saved_is_all_of_it(report: Report, tmp_path: Path) -> None:
    table.save(report, tmp_path / "table.json")
    saved = json.loads((tmp_path / "table.json").read_text())

    assert saved["machine"]["memory_bytes"] == 2**34
    assert saved["rows"][1]["ratio"] == 2.5
    assert saved["rows"][2]["value"] is None


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (0.034, "ms", "0.03 ms"),
        (12.345, "ms", "12.35 ms"),
        (1234.5, "ms", "1,234 ms"),
        (64, "", "64"),
        (0.0, "", "0"),
    ],
)
def test_figures_have_the_digits_that_mean_something(
    value: float, unit: str, shown: str
) -> None:
    assert table.figure(value, unit) == shown


def test_this_machine_is_described() -> None:
    machine = table.machine()

    assert machine.processor
    assert machine.cores >= 1
    assert machine.memory_bytes > 2**28
