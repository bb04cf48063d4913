"""What the tests of `whispera model` ask: which models there are, and which is named."""

import json
from pathlib import Path
from typing import Any

from tests.client.conftest import Run


def listed(whispera: Run) -> dict[str, dict[str, Any]]:
    """Give what `whispera model list` tells programs, by name."""
    ran = whispera("model", "list", "--json")
    assert ran.returncode == 0, ran.stderr
    return {model["name"]: model for model in json.loads(ran.stdout)["models"]}


def named(home: Path) -> object:
    """Give the model that the user's file names."""
    content = json.loads((home / "config" / "whispera_config.json").read_text())
    return content["settings"].get("model")
