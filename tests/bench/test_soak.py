"""`make soak` soaks, for as long as it is told."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import tiny_base

SOAK = Path(__file__).with_name("soak.py")


@pytest.mark.timeout(180)  # it starts and reloads often, and a busy machine is slow
@pytest.mark.skipif(sys.platform != "linux", reason="descriptors are counted in /proc")
def test_ten_seconds_of_everything_lose_no_reply(
    tmp_path: Path, random_base: Path
) -> None:
    adapter = tiny_base.write_adapter(tmp_path / "adapter", random_base)
    file = tmp_path / "soak.json"
    given = ("--base", random_base, "--adapter", adapter, "--json", file)
    ran = subprocess.run(
        [sys.executable, str(SOAK), "--minutes", "0.16", *map(str, given)],
        env={**os.environ, "PYTHONPATH": str(SOAK.parents[2])},
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "0 replies lost\nall is well\n" in ran.stdout
    assert {"interpretation", "ok", "history"} <= set(ran.stdout.split())
    report = json.loads(file.read_text())
    assert (report["lost"], report["wrong"]) == ([], [])
    assert [len(sample) for sample in report["samples"]] == [4] * 6
    assert report["changes"]["hung up"] > 10
    assert report["changes"]["killed"] >= 1
    replies, errands = report["replies"], report["errands"]
    assert sum((*replies.values(), *errands.values())) > 100
    assert {"executed", "timers set", "taught", "forgotten"} <= set(errands)
