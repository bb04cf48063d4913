"""Whether the machine runs on its battery."""

import subprocess
from pathlib import Path

SUPPLIES = Path("/sys/class/power_supply")
PMSET = "/usr/bin/pmset"
PMSET_S = 2.0


def on_battery(platform: str, supplies: Path = SUPPLIES, pmset: str = PMSET) -> bool:
    """Say whether power is drawn from a battery; no if there is no telling.

    May take as long as a small program does: not for the event loop.
    """
    if platform == "darwin":
        return _says_battery(pmset)
    return any(_read(file) == "Discharging" for file in supplies.glob("BAT*/status"))


def _says_battery(pmset: str) -> bool:
    try:
        ran = subprocess.run(
            [pmset, "-g", "batt"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PMSET_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return b"'Battery Power'" in ran.stdout


def _read(file: Path) -> str:
    try:
        return file.read_text().strip()
    except (OSError, UnicodeDecodeError):
        return ""
