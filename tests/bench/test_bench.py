"""`make bench` measures, and what is promised of speed and memory holds."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).with_name("bench.py")


@pytest.mark.timeout(180)  # `mlx_lm` alone takes a while to load
def test_the_daemon_takes_half_the_time_of_mlx_lm_and_little_memory(
    tmp_path: Path,
) -> None:
    table = tmp_path / "table.json"
    ran = subprocess.run(
        [sys.executable, str(BENCH), "--rows", "30", "--json", str(table)],
        env={**os.environ, "PYTHONPATH": str(BENCH.parents[2])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr

    measured = json.loads(table.read_text())
    assert measured["daemon, p50 / mlx_lm.generate, p50"] <= 0.5
    assert measured["resident memory (MB)"] <= 200
    assert all(f"{name:42}" in ran.stdout for name in measured)
