"""What the tests of services share: stand-ins for programs of another system."""

import json
import os
import sys
from pathlib import Path

import pytest

from launchd.agent import LaunchAgent
from launchd.service import Program

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

AGENT = ("/venv/bin/python", "-P", "-m", "whisperad")  # what an agent runs

# After `bootout` an agent is listed for a while; before that is over, `bootstrap` fails.
LAUNCHCTL = """
TROUBLE = {
    5: "Input/output error",
    37: "Operation already in progress",
    113: "Could not find specified service",
}
if verb == "print":
    left = count("unloading")
    if left:
        (state / "unloading").write_text(str(left - 1))
        if left == 1:
            (state / "loaded").unlink()
    if not count("loaded"):
        end(113, "Could not find service in domain for user\\n")
    how = "spawn scheduled" if count("crashed") else "running"
    print(f"gui/0/io.whispera.whisperad = {{\\n\\tstate = {how}\\n\\tpid = 7")
    print(f"\\tlast exit code = {count('crashed')}\\n\\tjetsam = {{\\n\\t\\tstate = 0")
    end(0)
if verb == "print-disabled":
    word = "disabled" if count("disabled") else "enabled"
    print(f'disabled services = {{\\n\\t"io.whispera.whisperad" => {word}\\n}}')
if verb == "bootout":
    if not count("loaded"):
        end(3, "Boot-out failed: 3: No such process\\n")
    (state / "unloading").write_text("3")
if verb == "bootstrap":
    if count("no_domain"):
        end(125, "Bootstrap failed: 125: Domain does not support specified action\\n")
    if count("loaded") or count("refusals"):
        (state / "refusals").write_text(str(max(count("refusals") - 1, 0)))
        if count("loaded_by_another"):
            (state / "loaded").write_text("1")
        code = count("code") or 5
        end(code, f"Bootstrap failed: {code}: {TROUBLE[code]}\\nTry as root\\n")
    (state / "loaded").write_text("1")
if verb == "kickstart" and count("kick"):
    if count("kick") == 113:
        (state / "loaded").unlink()
    end(count("kick"), TROUBLE[count("kick")] + "\\n")
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

    def set(self, **numbers: int) -> None:
        """Set numbers that the behaviour looks at."""
        for name, number in numbers.items():
            (self.state / name).write_text(str(number))


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """Give surroundings with a home and a PATH of their own."""
    return {
        "HOME": str(tmp_path / "home"),
        "PATH": os.pathsep.join([str(tmp_path / "bin"), "/usr/bin", "/bin"]),
    }


@pytest.fixture
def launchctl(tmp_path: Path) -> StandIn:
    """Give a stand-in for `launchctl`."""
    return StandIn(tmp_path / "bin", "launchctl", LAUNCHCTL)


@pytest.fixture
def agent(environ: dict[str, str], launchctl: StandIn) -> LaunchAgent:
    """Give an agent that is not installed."""
    return LaunchAgent(Program(AGENT, environ))


@pytest.fixture
def installed(agent: LaunchAgent) -> LaunchAgent:
    """Give an agent that is."""
    agent.install()
    return agent
