"""`make demo` shows what it promises and leaves nothing behind."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

DEMO = Path(__file__).with_name("demo.py")
LAST = re.compile(r"(\w+), (\d\.\d{3}), (\d+\.\d) ms")  # outcome, confidence, time


@pytest.mark.timeout(60)  # a busy machine starts daemons slowly
def test_the_demo_shows_intents_commands_confidence_and_time(short_dir: Path) -> None:
    environ = {**os.environ, "HOME": str(short_dir), "WHISPERA_HOME": "/nonexistent"}
    ran = subprocess.run(
        [sys.executable, str(DEMO)],
        env={**environ, "PYTHONPATH": str(DEMO.parents[2])},
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, "")

    said = _said(ran.stdout)
    outcome = {utterance: lines[-1].split(",")[0] for utterance, lines in said.items()}
    assert len(said) >= 8
    assert all(LAST.fullmatch(lines[-1]) for lines in said.values())
    assert said["open chrome"][0] == "open_app target='chrome'"
    assert said["set the volume to fifty percent"][0] == "set_volume level=50"
    assert outcome["open chrome"] == "proposed"
    assert outcome["set the volume to fifty percent"] == "proposed"
    assert all(lines[1].startswith("$ ") for lines in said.values() if len(lines) > 2)
    assert outcome["why is the sky blue"] == "none"
    assert outcome["shut down the computer"] == "needs_confirmation"
    assert "opne spotify" in said
    assert "launch zorblatt studio" in said
    assert not list(short_dir.iterdir())


def _said(shown: str) -> dict[str, list[str]]:
    """Give each utterance with the lines that are indented below it."""
    said: dict[str, list[str]] = {}
    for line in shown.splitlines():
        if line.startswith("    "):
            said[list(said)[-1]].append(line.strip())
        elif line:
            said[line] = []
    return {utterance: lines for utterance, lines in said.items() if lines}
