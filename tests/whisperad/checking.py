"""What the tests of the checkup share: choosing in the user's file, and what is found."""

import json
from collections.abc import Mapping
from pathlib import Path

from whisperad import checkup
from whisperad.finding import Finding


def write_settings(file: Path, **chosen: object) -> Path:
    """Write a user's file that chooses so, and give it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"settings": chosen}))
    return file


def found(environ: Mapping[str, str], name: str) -> list[Finding]:
    """Give what is found of one name."""
    return [finding for finding in checkup.check(environ) if finding.name == name]


def only(environ: Mapping[str, str], name: str) -> Finding:
    """Give it, where there is one alone."""
    (finding,) = found(environ, name)
    return finding
