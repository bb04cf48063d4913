"""`make bench` measures all that it says, and what it prints is also in its JSON."""

import json
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.bench import targets

BENCH = Path(__file__).with_name("bench.py")

Measured = tuple[dict[str, Any], str]


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Measured:
    """Run the quick benchmark on the embedded base; give its JSON and its table."""
    table = tmp_path_factory.mktemp("bench") / "table.json"
    given = ("--quick", "--rows", "10", "--json", str(table))
    ran = subprocess.run(
        [sys.executable, str(BENCH), *given],
        env={**os.environ, "PYTHONPATH": str(BENCH.parents[2])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return json.loads(table.read_text()), ran.stdout


@pytest.mark.timeout(300)  # `mlx_lm` alone takes a while to load, three times
def test_every_row_is_printed_and_saved(quick: Measured) -> None:
    saved, printed = quick
    # A long name goes on in the next line.
    beginnings = {row["name"][:30] for row in saved["rows"]}

    assert [name for name in beginnings if name not in printed] == []
    assert len(beginnings) > 40
    unknown = [row for row in saved["rows"] if row["value"] is None]
    assert {row["note"] for row in unknown} <= {
        "not here: no llama-server",
        "not here: no /proc",
        "not here: no zsh",
        "not here",
    }


@pytest.mark.timeout(300)
def test_every_target_has_a_row_and_says_whether_it_holds(quick: Measured) -> None:
    rows = {row["name"]: row for row in quick[0]["rows"]}
    held_against = {wanted.of or wanted.row for wanted in targets.WANTED}

    assert {*held_against, *(wanted.row for wanted in targets.WANTED)} <= rows.keys()
    assert all(rows[wanted.row]["holds"] in (True, False) for wanted in targets.WANTED)
    assert [
        row
        for row in rows.values()
        if (row["wanted"] is None) != (row["holds"] is None)
    ] == []


@pytest.mark.timeout(300)
def test_it_says_what_it_ran_on_and_when(quick: Measured) -> None:
    saved, printed = quick

    assert saved["machine"]["processor"] in printed
    assert saved["machine"]["cores"] >= 1
    assert {"python", "mlx", "mlx-lm", "llguidance"} <= saved["versions"].keys()
    assert datetime.strptime(saved["date"], "%Y-%m-%d %H:%M UTC").year >= 2026
    assert saved["model"] == "whispera-tiny"


@pytest.mark.timeout(300)
def test_the_daemon_takes_half_the_time_of_mlx_lm_and_little_memory(
    quick: Measured,
) -> None:
    values = {row["name"]: row["value"] for row in quick[0]["rows"]}

    assert values[targets.DAEMON] <= 0.5 * values[f"{targets.GENERATE}, p50"]
    assert values["resident memory"] <= 200
    assert values["64 clients: replies lost"] == 0
