"""`make fuzz` says what it found, and goes on where it was stopped."""

import json
import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from tests.end_to_end import long_fuzz
from tests.end_to_end.long_fuzz import PARTS, Run

FUZZ = Path(long_fuzz.__file__)


def fuzzed(lines: int, file: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """Run it as `make fuzz` does."""
    given = ("--lines", str(lines), "--shortcuts", "--json", str(file), *more)
    return subprocess.run(
        [sys.executable, str(FUZZ), *given],
        env={**os.environ, "PYTHONPATH": str(FUZZ.parents[2])},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.timeout(120)  # a busy machine is slow
def test_a_run_that_was_stopped_goes_on_after_its_last_part(tmp_path: Path) -> None:
    file = tmp_path / "fuzz.json"
    earlier = Run(1, True, 400, parts=PARTS - 2, lines=360, replies={"status": 300})
    earlier.save(file)

    ran = fuzzed(400, file)

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout.startswith("going on after 360 lines\n")
    run = json.loads(file.read_text())
    assert run["parts"] == PARTS
    assert len(run["sizes"]) == 2
    assert run["lines"] >= 400
    assert run["replies"]["status"] > 300
    assert (run["fault"], run["exit_code"]) == (None, 0)


@pytest.mark.timeout(120)
def test_a_run_ends_in_time_with_programs_too(tmp_path: Path) -> None:
    file = tmp_path / "fuzz.json"
    ran = fuzzed(1_000_000, file, "--execute", "--minutes", "0.08")

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "too short to tell" in ran.stdout
    run = json.loads(file.read_text())
    assert (run["executes"], run["parts"], run["fault"]) == (True, 0, None)
    assert 0 < run["lines"] < 1_000_000
    assert run["seconds"] < 60


def test_only_the_same_run_goes_on(tmp_path: Path) -> None:
    file = tmp_path / "fuzz.json"
    new = Run(1, True, 400)
    assert long_fuzz.begun(file, new) is new
    Run(1, True, 400, parts=3, lines=60).save(file)

    assert long_fuzz.begun(file, new).parts == 3
    assert long_fuzz.begun(file, Run(2, True, 400)).parts == 0
    assert long_fuzz.begun(file, Run(1, False, 400)).parts == 0
    assert long_fuzz.begun(file, Run(1, True, 500)).parts == 0
    assert long_fuzz.begun(file, Run(1, True, 400, True)).parts == 0


@pytest.mark.parametrize("over", [{"parts": PARTS}, {"fault": "no reply"}])
def test_a_run_that_is_over_begins_anew(
    tmp_path: Path, over: dict[str, object]
) -> None:
    file = tmp_path / "fuzz.json"
    told = {"seed": 1, "shortcuts": True, "wanted_lines": 400, "lines": 400, **over}
    file.write_bytes(msgspec.json.encode(told))

    assert long_fuzz.begun(file, Run(1, True, 400)).lines == 0
