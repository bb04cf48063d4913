"""`whispera doctor` and the login item: each trouble is named, with what to do about it."""

import os
import plistlib
import shutil
from pathlib import Path

import pytest

from client import lifecycle, login
from launchd.agent import LaunchAgent
from launchd.service import Program
from launchd.units import UserUnits
from tests.client.examining import Examine
from tests.launchd.conftest import StandIn

pytestmark = pytest.mark.timeout(60)  # a busy machine starts daemons slowly


@pytest.fixture
def program(environ: dict[str, str], short_dir: Path) -> Program:
    """Give the daemon as a service manager would run it."""
    path = f"{short_dir / 'bin'}{os.pathsep}{environ['PATH']}"
    return Program(lifecycle.COMMAND, {**environ, "PATH": path})


def _written(program: Program) -> tuple[UserUnits, LaunchAgent]:
    """Write the files of both kinds of services."""
    units, agent = UserUnits(program), LaunchAgent(program)
    units.folder.mkdir(parents=True)
    for name, text in units.definitions().items():
        (units.folder / name).write_text(text)
    agent.path.parent.mkdir(parents=True)
    agent.path.write_bytes(plistlib.dumps(agent.definition()))
    return units, agent


def _managers(short_dir: Path, systemctl: str, launchctl: str) -> None:
    StandIn(short_dir / "bin", "systemctl", f"print({systemctl!r})\n")
    StandIn(short_dir / "bin", "launchctl", f"print({launchctl!r})\n")


def test_no_login_item_is_told(program: Program) -> None:
    for service in (UserUnits(program), LaunchAgent(program)):
        found = login.login_item(service, program)

        assert found.state == "warning"
        assert found.found.startswith("not installed")
        assert "whispera install" in str(found.next_step)


def test_a_login_item_that_is_enabled_is_well(
    program: Program, short_dir: Path
) -> None:
    _managers(short_dir, "enabled\nenabled", '\t"io.whispera.whisperad" => enabled')
    for service in _written(program):
        found = login.login_item(service, program)

        assert (found.state, found.found) == ("ok", "installed and enabled")


@pytest.mark.parametrize("word", ["disabled", "true"])
def test_a_login_item_that_is_switched_off_is_told(
    program: Program, short_dir: Path, word: str
) -> None:
    _managers(short_dir, "enabled\ndisabled", f'\t"io.whispera.whisperad" => {word}')
    units, agent = (login.login_item(s, program) for s in _written(program))

    assert units.found == agent.found == "installed, but switched off"
    assert str(units.next_step).startswith("systemctl --user enable whisperad.socket")
    assert "Login Items" in str(agent.next_step)


def test_the_doctor_looks_after_the_login_item(
    program: Program, short_dir: Path, examine: Examine
) -> None:
    _managers(short_dir, "enabled\ndisabled", '\t"io.whispera.whisperad" => disabled')
    _written(program)
    (found,) = examine(PATH=program.environ["PATH"])["login item"]

    assert (found.state, found.found) == ("warning", "installed, but switched off")


def test_a_login_item_for_another_socket_is_told(
    program: Program, short_dir: Path
) -> None:
    other = Program(
        program.command, {**program.environ, "WHISPERA_SOCKET": f"{short_dir}/other"}
    )
    for service in _written(program):
        found = login.login_item(service, other)

        assert found.state == "warning"
        assert found.found.endswith(f"but here it is {short_dir}/other")


def test_a_login_item_of_another_python_is_told(
    program: Program, short_dir: Path
) -> None:
    _managers(short_dir, "enabled", "")
    _written(program)
    moved = Program(("/elsewhere/python", "-m", "whisperad"), program.environ)
    for service in (UserUnits(moved), LaunchAgent(moved)):
        found = login.login_item(service, moved)

        assert found.found == "installed, but for another Python or by another version"
        assert found.next_step == "do `whispera install` again"


def test_a_service_manager_that_says_nothing_is_told(
    program: Program, short_dir: Path
) -> None:
    complaint = "import sys; sys.exit('Failed to connect to bus: No such file')\n"
    StandIn(short_dir / "bin", "systemctl", complaint)
    found = login.login_item(_written(program)[0], program)

    assert found.state == "warning"
    assert "Failed to connect to bus" in found.found


def test_an_agent_that_cannot_be_read_is_told(
    program: Program, examine: Examine
) -> None:
    units, agent = _written(program)
    agent.path.write_text("<?xml version='1.0'?><plist><dict>")
    (units.folder / "whisperad.socket").write_bytes(b"\xff")
    (found,) = examine()["login item"]

    assert found.state == "failed"
    shutil.rmtree(units.folder)
