"""`whispera-train` as it is typed, with a home of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
COMMAND = (sys.executable, "-m", "training.cli")


def choose(home: Path, base: Path) -> None:
    """Have the user's file in a home choose a base."""
    settings = {"settings": {"model": str(base)}}
    (home / "config").mkdir(parents=True, exist_ok=True)
    (home / "config" / "whispera_config.json").write_text(json.dumps(settings))


def run(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end; its output goes to somebody with a wide screen."""
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=ROOT,
        env={**os.environ, "WHISPERA_HOME": str(home), "COLUMNS": "120"},
        capture_output=True,
        text=True,
        check=False,
    )
