import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from launchd.service import Program, Refused
from launchd.units import UNITS, UserUnits
from tests.launchd.conftest import StandIn

COMMAND = (sys.executable, "-P", "-m", "whisperad")

SYSTEMCTL = """
if count("nobody"):
    end(1, "Failed to connect to bus: No such file or directory\\n")
if verb == "reset-failed":
    end(1, "Failed to reset failed state: Unit not loaded.\\n")
if verb == "is-active":
    end(0 if count("active") else 3)
if verb == "start" and count("broken"):
    end(1, "Job for whisperad.service failed\\n")
"""


@pytest.fixture
def tmp_path(short_dir: Path) -> Path:
    """Give a folder for tests whose path leaves room for a socket's."""
    return short_dir


@pytest.fixture
def systemctl(tmp_path: Path) -> StandIn:
    return StandIn(tmp_path / "bin", "systemctl", SYSTEMCTL)


@pytest.fixture
def units(environ: dict[str, str], systemctl: StandIn) -> UserUnits:
    return UserUnits(Program(COMMAND, environ))


def _verify(units: UserUnits, tmp_path: Path) -> str:
    """Give what systemd has to say about the units, which ought to be nothing."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    for name, content in units.definitions().items():
        (tmp_path / name).write_text(content)
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    verified = subprocess.run(
        ["systemd-analyze", "verify", "--user", "--man=no"]
        + [str(tmp_path / name) for name in UNITS],
        env={"XDG_RUNTIME_DIR": str(runtime), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    # It exits with 0 for keys it does not know and only complains about them.
    return verified.stderr + ("" if verified.returncode == 0 else "it fails")


def test_systemd_has_nothing_to_complain_about(
    units: UserUnits, tmp_path: Path
) -> None:
    assert _verify(units, tmp_path) == ""


def test_odd_paths_are_spelled_as_systemd_wants_them(
    environ: dict[str, str], tmp_path: Path
) -> None:
    odd = tmp_path / 'a b%h "c\\ $HOME'
    odd.mkdir()
    program = tmp_path / "a b%h" / "python"  # systemd takes no quotes here
    program.parent.mkdir()
    program.symlink_to(sys.executable)
    environ |= {"WHISPERA_HOME": str(odd), "PATH": f"{odd}:{environ['PATH']}"}
    units = UserUnits(Program((str(program), "-c", '"$x" %h'), environ))

    assert _verify(units, tmp_path) == ""
    service = units.definitions()["whisperad.service"]
    command = str(program).replace("%", "%%")
    spelled = str(odd).replace("%", "%%").replace("\\", "\\\\").replace('"', '\\"')
    assert f'ExecStart="{command}" "-c" "\\"$$x\\" %%h"\n' in service
    assert f'Environment="WHISPERA_HOME={spelled}"\n' in service
    assert f'Environment="PATH={spelled}:' in service
    StandIn(tmp_path / "bin", "systemctl", "")
    units.install()
    assert str(units.search_path()).startswith(f"{odd}:")


@pytest.mark.parametrize(
    ("home", "why"), [("/a\nb", "no path with a newline"), ("/a\udcff", "not UTF-8")]
)
def test_a_path_that_no_unit_holds_is_refused(
    environ: dict[str, str], home: str, why: str
) -> None:
    environ |= {"WHISPERA_HOME": home}

    with pytest.raises(Refused, match=why):
        UserUnits(Program(COMMAND, environ)).definitions()


def test_programs_are_looked_for_where_the_user_has_them(
    environ: dict[str, str], systemctl: StandIn, tmp_path: Path
) -> None:
    venv = {"VIRTUAL_ENV": "/venv", "PATH": f"/venv/bin:{tmp_path}/bin::b:/bin:/bin\n"}
    units = UserUnits(Program(COMMAND, {**environ, **venv, "LANG": "nb_NO.UTF-8"}))
    assert units.search_path() is None
    units.install()

    assert units.search_path() == f"{tmp_path}/bin:/bin:/usr/local/bin:/usr/bin"
    assert 'Environment="LANG=nb_NO.UTF-8"\n' in units.definitions()[UNITS[1]]


def test_where_nothing_is_said_there_are_a_path_and_a_language() -> None:
    service = UserUnits(Program(COMMAND, {"HOME": "/h"})).definitions()[UNITS[1]]

    assert 'Environment="PATH=/usr/local/bin:/usr/bin:/bin"\n' in service
    assert 'Environment="LANG=C.UTF-8"\n' in service


def test_another_shell_makes_no_unit_outdated_but_another_python_does(
    environ: dict[str, str], units: UserUnits
) -> None:
    units.install()
    elsewhere = {**environ, "PATH": "/usr/bin", "LANG": "de_DE.UTF-8"}

    assert not units.is_outdated()
    assert not UserUnits(Program(COMMAND, elsewhere)).is_outdated()
    assert UserUnits(Program(("/python",), environ)).is_outdated()
    (units.folder / "whisperad.service").unlink()
    assert units.is_outdated()


def test_no_placeholder_is_left(units: UserUnits) -> None:
    assert all("@" not in text for text in units.definitions().values())


def test_the_socket_is_ours_alone_and_where_clients_look(units: UserUnits) -> None:
    units.install()
    written = (units.folder / "whisperad.socket").read_text()

    assert f"ListenStream={units.socket}\n" in written
    assert "SocketMode=0600\n" in written
    assert "DirectoryMode=0700\n" in written


def test_installing_writes_enables_and_starts_afresh(
    units: UserUnits, systemctl: StandIn, environ: dict[str, str]
) -> None:
    units.install()

    assert units.folder == Path(environ["HOME"]) / ".config/systemd/user"
    assert sorted(file.name for file in units.folder.iterdir()) == sorted(UNITS)
    assert systemctl.calls == [
        ["--user", "show", "--property=Version"],
        ["--user", "daemon-reload"],
        ["--user", "enable", "whisperad.socket", "whisperad.service"],
        ["--user", "stop", "whisperad.socket", "whisperad.service"],
        ["--user", "reset-failed", "whisperad.socket", "whisperad.service"],
        ["--user", "start", "whisperad.socket", "whisperad.service"],
    ]


def test_installing_again_does_the_same(units: UserUnits, systemctl: StandIn) -> None:
    units.install()
    files = {unit: (units.folder / unit).read_bytes() for unit in UNITS}
    calls = systemctl.calls
    units.install()

    assert systemctl.calls == calls * 2
    assert {unit: (units.folder / unit).read_bytes() for unit in UNITS} == files


def test_the_folder_of_the_log_is_there_before_systemd_needs_it(
    units: UserUnits, environ: dict[str, str]
) -> None:
    units.install()

    assert (Path(environ["HOME"]) / ".local/state/whispera").is_dir()


def test_where_no_systemd_answers_nothing_is_written(
    units: UserUnits, systemctl: StandIn
) -> None:
    systemctl.set(nobody=1)

    with pytest.raises(Refused, match=r"Version: Failed to connect to bus: No such"):
        units.install()
    assert not units.folder.exists()


def test_a_daemon_that_does_not_start_is_told(
    units: UserUnits, systemctl: StandIn
) -> None:
    systemctl.set(broken=1)

    with pytest.raises(Refused, match=r"Job for whisperad\.service failed"):
        units.install()


def test_uninstalling_leaves_nothing(units: UserUnits, systemctl: StandIn) -> None:
    units.install()
    units.uninstall()

    assert systemctl.calls[-2:] == [
        ["--user", "disable", "--now", "whisperad.socket", "whisperad.service"],
        ["--user", "daemon-reload"],
    ]
    assert list(units.folder.iterdir()) == []
    assert units.socket is None


def test_half_an_installation_can_be_removed(
    units: UserUnits, systemctl: StandIn
) -> None:
    units.install()
    (units.folder / "whisperad.socket").unlink()
    units.uninstall()

    assert ["--user", "disable", "--now", "whisperad.service"] in systemctl.calls
    assert list(units.folder.iterdir()) == []


def test_uninstalling_what_is_not_there_changes_nothing(
    units: UserUnits, systemctl: StandIn
) -> None:
    units.uninstall()

    assert systemctl.calls == []


def test_systemd_says_whether_it_listens(units: UserUnits, systemctl: StandIn) -> None:
    assert not units.holds_socket()
    systemctl.set(active=1)

    assert units.holds_socket()
    assert systemctl.calls[-1] == ["--user", "is-active", "whisperad.socket"]


def test_the_units_are_where_the_user_keeps_configuration(
    environ: dict[str, str],
) -> None:
    elsewhere = UserUnits(Program(COMMAND, {**environ, "XDG_CONFIG_HOME": "/c"}))
    nowhere = UserUnits(Program(COMMAND, {**environ, "XDG_CONFIG_HOME": "c"}))

    assert elsewhere.folder == Path("/c/systemd/user")
    assert nowhere.folder == Path(environ["HOME"]) / ".config/systemd/user"


def test_installed_units_tell_their_socket(
    environ: dict[str, str], systemctl: StandIn
) -> None:
    environ |= {"WHISPERA_SOCKET": "/run/100%/w.sock"}
    units = UserUnits(Program(COMMAND, environ))
    assert units.socket is None
    units.install()

    assert units.socket == "/run/100%/w.sock"
