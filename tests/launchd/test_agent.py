"""What the agent's file says, and what it is read for."""

import plistlib
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from launchd.agent import LABEL, LaunchAgent
from launchd.service import Program, Refused
from tests.launchd.conftest import AGENT, StandIn

# What launchd.plist(5) says about the keys we use.
TYPES: dict[str, type] = {
    "Label": str,
    "ProgramArguments": list,
    "EnvironmentVariables": dict,
    "WorkingDirectory": str,
    "StandardOutPath": str,
    "StandardErrorPath": str,
    "RunAtLoad": bool,
    "KeepAlive": dict,
    "ThrottleInterval": int,
    "ExitTimeOut": int,
    "ProcessType": str,
    "LimitLoadToSessionType": str,
    "Umask": int,
}


def test_the_file_says_what_launchd_understands(agent: LaunchAgent) -> None:
    agent.install()
    written = plistlib.loads(agent.path.read_bytes())

    assert {name: type(value) for name, value in written.items()} == TYPES
    assert all(type(part) is str for part in written["ProgramArguments"])
    assert all(type(v) is str for v in written["EnvironmentVariables"].values())
    assert written["KeepAlive"] == {"SuccessfulExit": False}
    assert written["ProcessType"] in {
        "Background",
        "Standard",
        "Adaptive",
        "Interactive",
    }
    assert written["Umask"] == 0o077
    assert written["Label"] == agent.path.stem == LABEL


@pytest.fixture
def odd(environ: dict[str, str], launchctl: StandIn) -> LaunchAgent:
    environ["WHISPERA_HOME"] = f"{environ['HOME']}/R&D <\"new\"> 'é' $HOME ]]> %h"
    agent = LaunchAgent(Program(AGENT, environ))
    agent.install()
    return agent


def test_odd_paths_are_read_as_they_are(odd: LaunchAgent) -> None:
    assert plistlib.loads(odd.path.read_bytes()) == odd.definition()
    assert str(odd.socket).endswith(
        "/R&D <\"new\"> 'é' $HOME ]]> %h/run/whisperad.sock"
    )


@pytest.mark.skipif(
    shutil.which("plutil") is None, reason="plutil is a program of macOS"
)
def test_plutil_has_nothing_to_complain_about(odd: LaunchAgent) -> None:
    lint = subprocess.run(
        ["plutil", "-lint", odd.path], capture_output=True, text=True, check=False
    )

    assert (lint.returncode, lint.stderr) == (0, "")
    assert lint.stdout.endswith(": OK\n")


@pytest.mark.parametrize("home", ["/a\x01b", "/a\udcffb"])
def test_a_path_that_no_file_of_launchd_holds_is_refused(
    environ: dict[str, str], launchctl: StandIn, home: str
) -> None:
    agent = LaunchAgent(Program(AGENT, {**environ, "XDG_DATA_HOME": home}))

    with pytest.raises(Refused, match="one of the paths fits into no such file"):
        agent.install()
    assert not agent.path.exists()
    assert launchctl.calls == []


def test_every_path_in_the_file_is_absolute(agent: LaunchAgent) -> None:
    said = agent.definition()
    paths = [
        said[k] for k in ("WorkingDirectory", "StandardOutPath", "StandardErrorPath")
    ]

    assert said["ProgramArguments"] == list(AGENT)
    assert all(Path(str(path)).is_absolute() for path in (*paths, agent.socket or "/"))


def test_the_file_is_where_launchd_looks_and_may_be_read(
    agent: LaunchAgent, environ: dict[str, str]
) -> None:
    agent.install()
    folder = Path(environ["HOME"]) / "Library/LaunchAgents"

    assert [file.name for file in folder.iterdir()] == [f"{LABEL}.plist"]
    assert stat.S_IMODE(agent.path.stat().st_mode) == 0o644


def test_the_folder_of_the_log_is_there_before_launchd_needs_it(
    agent: LaunchAgent,
) -> None:
    agent.install()
    folder = Path(str(agent.definition()["StandardErrorPath"])).parent

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_the_socket_of_an_agent_is_the_daemons_own(
    agent: LaunchAgent, launchctl: StandIn
) -> None:
    agent.install()

    assert not agent.holds_socket()


def test_the_agent_uses_the_paths_of_whoever_installed_it(
    environ: dict[str, str], launchctl: StandIn
) -> None:
    environ |= {"WHISPERA_HOME": "/data/w", "XDG_CONFIG_HOME": "/c", "SECRET": "no"}
    agent = LaunchAgent(Program(AGENT, environ))
    variables = agent.definition()["EnvironmentVariables"]

    assert isinstance(variables, dict)
    assert variables["WHISPERA_HOME"] == "/data/w"
    assert variables["WHISPERA_SOCKET"] == "/data/w/run/whisperad.sock"
    assert variables["XDG_CONFIG_HOME"] == "/c"
    assert "SECRET" not in variables
    assert "HOME" not in variables


def test_programs_are_looked_for_where_the_user_has_them_and_in_homebrew(
    environ: dict[str, str], launchctl: StandIn, tmp_path: Path
) -> None:
    environ |= {"PATH": f"{tmp_path}/bin:/usr/bin:.:/Users/me/bin"}
    agent = LaunchAgent(Program(AGENT, environ))
    assert agent.search_path() is None
    agent.install()

    assert agent.search_path() == (
        f"{tmp_path}/bin:/usr/bin:/Users/me/bin"
        ":/opt/homebrew/bin:/usr/local/bin:/bin:/usr/sbin:/sbin"
    )
    written = plistlib.loads(agent.path.read_bytes())
    assert written["EnvironmentVariables"]["LANG"] == "en_US.UTF-8"


def test_another_shell_makes_no_agent_outdated_but_another_python_does(
    environ: dict[str, str], agent: LaunchAgent
) -> None:
    agent.install()
    elsewhere = {**environ, "PATH": "/usr/bin", "LANG": "de_DE.UTF-8"}

    assert not agent.is_outdated()
    assert not LaunchAgent(Program(AGENT, elsewhere)).is_outdated()
    assert LaunchAgent(Program(("/python",), environ)).is_outdated()
    written = plistlib.loads(agent.path.read_bytes())
    del written["EnvironmentVariables"]["PATH"]
    agent.path.write_bytes(plistlib.dumps(written))
    assert agent.is_outdated()


def test_an_installed_agent_tells_its_socket(
    agent: LaunchAgent, environ: dict[str, str]
) -> None:
    assert agent.socket is None
    agent.install()

    state = Path(environ["HOME"]) / ".local/state/whispera"
    assert agent.socket == str(state / "run/whisperad.sock")


def test_a_file_of_somebody_else_is_no_agent_of_ours(agent: LaunchAgent) -> None:
    agent.path.parent.mkdir(parents=True)
    broken = b"<?xml version='1.0'?><plist><dict>"
    for content in (
        b"",
        b"junk",
        broken,
        plistlib.dumps({"Label": LABEL}),
        plistlib.dumps([]),
    ):
        agent.path.write_bytes(content)

        assert agent.socket is None
