"""What the tests of services share: stand-ins for programs of another system."""

import json
import os
import sys
from pathlib import Path

import pytest

RECORD = """\
import json, pathlib, sys
state = pathlib.Path(__file__).parent / "state"
with (state / "calls").open("a") as calls:
    calls.write(json.dumps(sys.argv[1:]) + "\\n")
verb = next((a for a in sys.argv[1:] if not a.startswith("-")), "")

def count(name):
    file = state / name
    return int(file.read_text()) if file.exists() else 0

def end(code, complaint=""):
    print(complaint, end="", file=sys.stderr)
    sys.exit(code)
"""


class StandIn:
    """An executable on a PATH of its own that records how it was called."""

    def __init__(self, folder: Path, name: str, behaviour: str) -> None:
        self.state = folder / "state"
        self.state.mkdir(parents=True, exist_ok=True)
        program = folder / name
        program.write_text(f"#!{sys.executable}\n{RECORD}{behaviour}")
        program.chmod(0o755)

    @property
    def calls(self) -> list[list[str]]:
        """Give the arguments of every call, in order."""
        file = self.state / "calls"
        lines = file.read_text().splitlines() if file.exists() else []
        return [json.loads(line) for line in lines]

    def verbs(self) -> list[str]:
        """Give what was asked for, without repetitions in a row."""
        verbs = [next(a for a in call if not a.startswith("-")) for call in self.calls]
        pairs = zip(verbs, [None, *verbs], strict=False)
        return [verb for verb, before in pairs if verb != before]

    def set(self, name: str, value: int) -> None:
        """Set a number that the behaviour looks at."""
        (self.state / name).write_text(str(value))


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """Give surroundings with a home and a PATH of their own."""
    return {
        "HOME": str(tmp_path / "home"),
        "PATH": os.pathsep.join([str(tmp_path / "bin"), "/usr/bin", "/bin"]),
    }
