"""What `whispera doctor` says of where the installed daemon looks for programs."""

from pathlib import Path

import pytest

from client import lifecycle, login
from launchd.agent import LaunchAgent
from launchd.install import service
from launchd.service import Program, Service
from launchd.units import UserUnits
from tests.launchd.conftest import StandIn


@pytest.fixture
def program(environ: dict[str, str], short_dir: Path) -> Program:
    """Give the daemon as a service manager would run it."""
    StandIn(short_dir / "bin", "systemctl", "")
    StandIn(short_dir / "bin", "launchctl", "sys.exit(verb == 'print')\n")
    return Program(
        lifecycle.COMMAND, {**environ, "PATH": f"{short_dir}/bin:/usr/bin:/bin"}
    )


@pytest.fixture(params=[UserUnits, LaunchAgent])
def installed(program: Program, request: pytest.FixtureRequest) -> Service:
    """Give a service of each kind, installed."""
    found: Service = request.param(program)
    found.install()
    return found


def test_what_is_not_installed_looks_nowhere(program: Program) -> None:
    found = service(program.command, program.environ)

    assert login.search_path(found, program) == []


def test_it_tells_where_the_daemon_looks_for_programs(
    installed: Service, program: Program
) -> None:
    (found,) = login.search_path(installed, program)

    assert found.state == "ok"
    assert found.found == (
        "the daemon that the system starts looks for programs in"
        f" {installed.search_path()}"
    )


def test_it_tells_where_this_shell_finds_more(
    installed: Service, program: Program, short_dir: Path
) -> None:
    (short_dir / "more").mkdir()
    path = f"{short_dir}/more:{short_dir}/nothing:{program.environ['PATH']}"
    shell = Program(program.command, {**program.environ, "PATH": path})
    (found,) = login.search_path(installed, shell)

    assert found.state == "warning"
    assert found.found.endswith(f", not in {short_dir}/more as this shell does")
    assert found.next_step == "do `whispera install` again, if it should"


def test_an_installation_that_names_no_folder_is_told(
    program: Program, short_dir: Path
) -> None:
    units = UserUnits(program)
    units.install()
    unit = units.folder / "whisperad.service"
    unit.write_text(unit.read_text().replace("PATH=", "NOPATH="))
    (found,) = login.search_path(units, program)

    assert found.state == "warning"
    assert found.found.startswith("nothing says where")
