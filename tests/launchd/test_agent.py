import os
import plistlib
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from launchd.agent import LABEL, LaunchAgent
from launchd.service import Program, Refused
from tests.launchd.conftest import StandIn

COMMAND = ("/venv/bin/python", "-P", "-m", "whisperad")
TARGET = f"gui/{os.getuid()}/{LABEL}"

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


@pytest.fixture
def launchctl(tmp_path: Path) -> StandIn:
    return StandIn(tmp_path / "bin", "launchctl", LAUNCHCTL)


@pytest.fixture
def agent(environ: dict[str, str], launchctl: StandIn) -> LaunchAgent:
    return LaunchAgent(Program(COMMAND, environ))


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
    agent = LaunchAgent(Program(COMMAND, environ))
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
    agent = LaunchAgent(Program(COMMAND, {**environ, "XDG_DATA_HOME": home}))

    with pytest.raises(Refused, match="one of the paths fits into no such file"):
        agent.install()
    assert not agent.path.exists()
    assert launchctl.calls == []


def test_every_path_in_the_file_is_absolute(agent: LaunchAgent) -> None:
    said = agent.definition()
    paths = [
        said[k] for k in ("WorkingDirectory", "StandardOutPath", "StandardErrorPath")
    ]

    assert said["ProgramArguments"] == list(COMMAND)
    assert all(Path(str(path)).is_absolute() for path in (*paths, agent.socket or "/"))


def test_the_file_is_where_launchd_looks_and_may_be_read(
    agent: LaunchAgent, environ: dict[str, str]
) -> None:
    agent.install()
    folder = Path(environ["HOME"]) / "Library/LaunchAgents"

    assert [file.name for file in folder.iterdir()] == [f"{LABEL}.plist"]
    assert stat.S_IMODE(agent.path.stat().st_mode) == 0o644


def test_installing_loads_the_agent(agent: LaunchAgent, launchctl: StandIn) -> None:
    agent.install()

    assert launchctl.calls == [
        ["enable", TARGET],
        ["bootout", TARGET],
        ["print", TARGET],
        ["bootstrap", f"gui/{os.getuid()}", str(agent.path)],
        ["kickstart", TARGET],
    ]


def test_installing_again_waits_until_the_old_one_is_gone(
    agent: LaunchAgent, launchctl: StandIn
) -> None:
    agent.install()
    first = agent.path.read_bytes()
    agent.install()

    sequence = ["enable", "bootout", "print", "bootstrap", "kickstart"]
    assert launchctl.verbs() == sequence * 2
    assert [call[0] for call in launchctl.calls].count("print") == 1 + 3
    assert agent.path.read_bytes() == first


def test_the_folder_of_the_log_is_there_before_launchd_needs_it(
    agent: LaunchAgent,
) -> None:
    agent.install()
    folder = Path(str(agent.definition()["StandardErrorPath"])).parent

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_loading_is_tried_three_times(agent: LaunchAgent, launchctl: StandIn) -> None:
    launchctl.set("refusals", 2)
    agent.install()

    assert [call[0] for call in launchctl.calls].count("bootstrap") == 3


def test_an_agent_that_is_never_loaded_says_why(
    agent: LaunchAgent, launchctl: StandIn
) -> None:
    launchctl.set("refusals", 9)

    with pytest.raises(Refused, match=r"5: Input/output error; .* Login Items"):
        agent.install()


@pytest.mark.parametrize("code", [5, 37, 113])
def test_what_bootstrap_complains_about_may_pass(
    agent: LaunchAgent, launchctl: StandIn, code: int
) -> None:
    launchctl.set("code", code)
    launchctl.set("refusals", 1)
    agent.install()

    assert launchctl.verbs()[-4:] == ["bootstrap", "print", "bootstrap", "kickstart"]


@pytest.mark.parametrize("code", [5, 37])
def test_an_agent_that_another_has_loaded_is_not_loaded_again(
    agent: LaunchAgent, launchctl: StandIn, code: int
) -> None:
    for name, value in (("code", code), ("refusals", 9), ("loaded_by_another", 1)):
        launchctl.set(name, value)
    agent.install()

    assert launchctl.verbs()[-3:] == ["bootstrap", "print", "kickstart"]


def test_an_agent_that_is_switched_off_is_said_to_be(
    agent: LaunchAgent, launchctl: StandIn
) -> None:
    launchctl.set("refusals", 9)
    launchctl.set("disabled", 1)

    with pytest.raises(Refused) as caught:
        agent.start()
    assert str(caught.value) == (
        f"launchctl bootstrap gui/{os.getuid()} {agent.path}: Bootstrap failed: 5:"
        " Input/output error; it is switched off: switch it on in System Settings >"
        " General > Login Items & Extensions, or do `whispera install`"
    )


def test_an_agent_that_is_neither_loaded_nor_switched_off_is_said_to_be(
    agent: LaunchAgent, launchctl: StandIn
) -> None:
    launchctl.set("refusals", 9)

    with pytest.raises(Refused, match="neither loaded nor switched off: see that"):
        agent.start()


@pytest.mark.parametrize("code", [5, 37])
def test_a_running_agent_need_not_be_started(
    agent: LaunchAgent, launchctl: StandIn, code: int
) -> None:
    agent.install()
    launchctl.set("kick", code)
    agent.start()

    assert launchctl.verbs()[-3:] == ["print", "kickstart", "print"]


def test_an_agent_that_does_not_start_says_how_it_is(
    agent: LaunchAgent, launchctl: StandIn
) -> None:
    agent.install()
    launchctl.set("kick", 37)
    launchctl.set("crashed", 78)

    with pytest.raises(Refused) as caught:
        agent.start()
    assert str(caught.value) == (
        f"launchctl kickstart {TARGET}: Operation already in progress; launchd says:"
        " state = spawn scheduled, last exit code = 78; see `whispera logs`, then"
        " `whispera restart`"
    )


def test_an_agent_that_goes_while_it_is_started_is_loaded(
    agent: LaunchAgent, launchctl: StandIn
) -> None:
    agent.install()
    launchctl.set("kick", 113)
    agent.start()

    assert launchctl.verbs()[-3:] == ["print", "bootstrap", "kickstart"]


def test_without_a_session_it_is_told_at_once(
    agent: LaunchAgent, launchctl: StandIn
) -> None:
    launchctl.set("no_domain", 1)

    with pytest.raises(Refused, match="at the Mac's own screen, not over ssh"):
        agent.install()
    assert [call[0] for call in launchctl.calls].count("bootstrap") == 1


def test_uninstalling_leaves_nothing(agent: LaunchAgent, launchctl: StandIn) -> None:
    agent.install()
    agent.uninstall()

    assert launchctl.verbs()[-2:] == ["bootout", "print"]
    assert not agent.path.exists()
    assert agent.socket is None


def test_uninstalling_what_is_not_there_changes_nothing(
    agent: LaunchAgent, launchctl: StandIn
) -> None:
    agent.uninstall()

    assert launchctl.verbs() == ["print"]


def test_a_stopped_agent_is_loaded_by_starting_it(
    agent: LaunchAgent, launchctl: StandIn
) -> None:
    agent.install()
    agent.stop()
    assert agent.path.exists()
    agent.start()

    assert launchctl.verbs()[-3:] == ["print", "bootstrap", "kickstart"]


def test_a_loaded_agent_is_started_where_it_is(
    agent: LaunchAgent, launchctl: StandIn
) -> None:
    agent.install()
    agent.start()

    assert launchctl.verbs()[-2:] == ["print", "kickstart"]


def test_the_socket_of_an_agent_is_the_daemons_own(
    agent: LaunchAgent, launchctl: StandIn
) -> None:
    agent.install()

    assert not agent.holds_socket()


def test_the_agent_uses_the_paths_of_whoever_installed_it(
    environ: dict[str, str], launchctl: StandIn
) -> None:
    environ |= {"WHISPERA_HOME": "/data/w", "XDG_CONFIG_HOME": "/c", "SECRET": "no"}
    agent = LaunchAgent(Program(COMMAND, environ))
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
    agent = LaunchAgent(Program(COMMAND, environ))
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
    assert not LaunchAgent(Program(COMMAND, elsewhere)).is_outdated()
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


def test_without_launchctl_it_says_so(environ: dict[str, str]) -> None:
    environ["PATH"] = "/nowhere"
    agent = LaunchAgent(Program(COMMAND, environ))

    with pytest.raises(Refused, match='no program on the PATH is called "launchctl"'):
        agent.install()
