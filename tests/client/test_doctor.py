"""`whispera doctor`: every kind of trouble is named, with what to do about it."""

import fcntl
import json
import os
import plistlib
import shutil
import signal
import socket
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from msgspec.structs import replace

from client import lifecycle, login
from client.finding import Finding
from launchd.agent import LaunchAgent
from launchd.service import Program
from launchd.units import UserUnits
from tests import tiny_base
from tests.client.conftest import Peer, Run, daemon_status, runner
from tests.launchd.conftest import StandIn
from tests.running import RunningDaemon
from tests.setting import HERE
from training.adapters import write_manifest
from training.hashes import file_hash
from whisperad.adapter import WEIGHTS, read_manifest

pytestmark = pytest.mark.timeout(60)  # a busy machine starts daemons slowly

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
NOT_AS_ROOT = pytest.mark.skipif(os.geteuid() == 0, reason="root may do everything")

Examine = Callable[..., dict[str, list[Finding]]]


def _examine(environ: Mapping[str, str]) -> dict[str, list[Finding]]:
    """Give what is found, by name; the exit code says whether anything failed."""
    said = runner("client.cli", environ)("doctor", "--json")
    findings = [Finding(**check) for check in json.loads(said.stdout)["checks"]]
    has_failed = any(finding.state == "failed" for finding in findings)
    assert (said.returncode, said.stderr) == (int(has_failed), "")
    assert all(one.next_step for one in findings if one.state in {"warning", "failed"})
    by_name: dict[str, list[Finding]] = {}
    for finding in findings:
        by_name.setdefault(finding.name, []).append(finding)
    return by_name


@pytest.fixture
def examine(environ: dict[str, str]) -> Examine:
    """Give a function that asks the doctor, in surroundings that may be changed."""
    return lambda **more: _examine({**environ, **more})


def _states(findings: dict[str, list[Finding]]) -> set[str]:
    return {one.state for found in findings.values() for one in found}


def test_with_a_daemon_nothing_fails(started: Run, examine: Examine) -> None:
    found = examine()
    pid = daemon_status(started)["pid"]

    assert "failed" not in _states(found)
    (daemon,), (where,) = found["daemon"], found["socket"]
    assert daemon.found.startswith(f"process {pid}, up ")
    assert daemon.found.endswith(" answers with random and no adapter")
    assert where.found.endswith("run/whisperad.sock, ours, mode 600")
    assert found["version"][0].found == (
        "client and daemon are of version 0.1.0, protocol 1"
    )


def test_without_a_daemon_it_says_how_to_start_one(examine: Examine) -> None:
    found = examine()

    assert found["daemon"][0].state == "failed"
    assert found["daemon"][0].next_step == "start the daemon with `whispera start`"
    assert found["version"][0].state == found["socket"][0].state == "skipped"
    assert found["config folder"][0].found.endswith("made when it is needed")
    assert found["model"][0].state == "ok"


def test_people_get_a_table(whispera: Run) -> None:
    said = whispera("doctor")
    lines = said.stdout.splitlines()

    assert said.returncode == 1
    assert lines[0].split()[:2] == ["failed", "daemon"]
    assert lines[1].split(maxsplit=1) == [
        "->", "start the daemon with `whispera start`"
    ]  # fmt: skip
    assert lines[-1].startswith("1 failed, ")


def test_a_daemon_that_hangs_is_told(started: Run, examine: Examine) -> None:
    pid = daemon_status(started)["pid"]
    assert isinstance(pid, int)
    os.kill(pid, signal.SIGSTOP)
    try:
        (found,) = examine()["daemon"]
    finally:
        os.kill(pid, signal.SIGCONT)

    assert found.state == "failed"
    assert found.found.startswith(f"process {pid} runs, but the daemon at ")
    assert "whispera logs" in str(found.next_step)


def test_a_daemon_without_its_socket_is_told(
    started: Run, home: Path, examine: Examine
) -> None:
    pid = daemon_status(started)["pid"]
    assert isinstance(pid, int)
    os.kill(pid, signal.SIGSTOP)  # else it soon makes another one
    try:
        (home / "run" / "whisperad.sock").unlink()
        (found,) = examine()["daemon"]
    finally:
        os.kill(pid, signal.SIGCONT)

    assert found.found.startswith(f"process {pid} runs, but nothing answers at ")
    assert "whispera restart" in str(found.next_step)


def test_a_daemon_with_problems_tells_them(
    home: Path, whispera: Run, examine: Examine
) -> None:
    (home / "config" / "actions").mkdir()
    (home / "config" / "actions" / "bad.toml").write_text("pack = ")
    (home / "data" / "adapters").mkdir(parents=True)
    (home / "data" / "adapters" / "current").symlink_to("gone")
    whispera("start")
    found = examine()

    told = [one for one in found["daemon"] if one.state == "warning"]
    assert any("bad.toml" in one.found for one in told)
    assert any("adapters/gone" in one.found for one in told)
    assert all("whispera reload" in str(one.next_step) for one in told)
    assert "bad.toml" in found["config"][0].found
    assert [one.state for one in found["adapter"]] == ["failed", "ok"]


def test_a_daemon_that_runs_nothing_is_told(
    home: Path, environ: dict[str, str]
) -> None:
    other = "linux" if sys.platform == "darwin" else "macos"
    environ = {**environ, "WHISPERA_PLATFORM": other}
    runner("client.cli", environ)("start")
    found = _examine(environ)["daemon"][1]

    assert found.found == f"it proposes commands for {other} and runs none"
    assert "WHISPERA_PLATFORM" in str(found.next_step)


@pytest.mark.parametrize(
    ("version", "protocol", "state"),
    [("0.0.9", 1, "warning"), ("0.1.0", 2, "failed"), (None, None, "failed")],
)
def test_a_daemon_of_another_version_is_told(
    peer: Peer, examine: Examine, version: object, protocol: object, state: str
) -> None:
    peer.will_say(type="status", version=version, protocol=protocol)
    found = examine()

    assert found["version"][0].state == state
    assert found["version"][0].found.endswith(f"{version}, protocol {protocol}")
    assert found["version"][0].next_step == "`whispera restart`"
    assert "another protocol" in found["daemon"][0].found


@pytest.mark.parametrize("junk", [b"hello\n", b"[]\n", b"\xff\n", b"half", b""])
def test_a_daemon_that_talks_nonsense_is_told(
    peer: Peer, examine: Examine, junk: bytes
) -> None:
    peer.script.append(junk)
    (found,) = examine()["daemon"]

    assert found.state == "failed"
    assert "whispera logs" in str(found.next_step)


def _link(path: Path) -> None:
    path.symlink_to("/nowhere")


def _file(path: Path) -> None:
    path.touch()


def _foreign(path: Path) -> None:
    path.touch()
    os.chown(path, 12345, -1)


def _open_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
    path.chmod(0o666)


@pytest.mark.parametrize(
    ("make", "found", "step"),
    [
        (_link, "expected a socket, found a link to /nowhere", "rm "),
        (_file, "expected a socket, found something else", "move it away: mv "),
        (_open_socket, "expected mode 600, found 666", "chmod 600 "),
    ],
)
def test_a_socket_that_is_not_as_it_should_be_is_told(
    short_dir: Path,
    examine: Examine,
    make: Callable[[Path], None],
    found: str,
    step: str,
) -> None:
    path = short_dir / "run" / "whisperad.sock"
    path.parent.mkdir(mode=0o700)
    make(path)
    (told,) = examine()["socket"]

    assert (told.state, told.found) == ("failed", f"{path}: {found}")
    assert str(told.next_step).startswith(step)


def test_what_a_killed_daemon_leaves_behind_is_told_and_in_nobodys_way(
    started: Run, home: Path, examine: Examine
) -> None:
    pid = daemon_status(started)["pid"]
    assert isinstance(pid, int)
    os.kill(pid, signal.SIGKILL)
    found = _eventually_unheld(home, examine)
    again = started("start")

    assert found["daemon"][0].found.startswith("nothing answers at ")
    (where,) = found["socket"]
    assert where.state == "warning"
    assert where.found.endswith("nobody listens; a daemon that was killed has left it")
    assert "whispera start" in str(where.next_step)
    assert "lock" not in found
    assert again.returncode == 0, again.stderr
    assert "failed" not in _states(examine())


def _eventually_unheld(home: Path, examine: Examine) -> dict[str, list[Finding]]:
    """Give what is found once the killed daemon has let go of its lock."""
    with (home / "run" / "whisperad.sock.lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
    return examine()


@pytest.mark.parametrize(
    ("make", "found"),
    [
        (_link, "expected a file, found a link to /nowhere"),
        (Path.mkdir, "expected a file, found something else"),
        pytest.param(
            _foreign,
            "expected it to be ours, found it to be of user 12345",
            marks=AS_ROOT,
        ),
    ],
)
def test_a_lock_that_no_daemon_can_take_is_told(
    short_dir: Path, examine: Examine, make: Callable[[Path], None], found: str
) -> None:
    path = short_dir / "run" / "whisperad.sock.lock"
    path.parent.mkdir(mode=0o700)
    make(path)
    (told,) = examine()["lock"]

    assert (told.state, told.found) == ("failed", f"{path}: {found}")
    assert str(told.next_step).startswith(f"move it away: mv {path} {path}.old, ")
    assert "whispera start" in str(told.next_step)


@pytest.mark.parametrize("written", ["", "junk", "999999999", "9" * 19])
def test_a_lock_whose_holder_is_not_known_is_told(
    short_dir: Path, examine: Examine, written: str
) -> None:
    lock = short_dir / "run" / "whisperad.sock.lock"
    lock.parent.mkdir(mode=0o700)
    lock.write_text(written)
    with lock.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        (found,) = examine()["daemon"]

    assert found.found.startswith("process unknown runs, but nothing answers at ")
    assert "whispera restart" in str(found.next_step)


def test_a_path_that_is_too_long_for_a_socket_is_told(examine: Examine) -> None:
    (told,) = examine(WHISPERA_SOCKET="/tmp/" + "x" * 200)["socket"]  # noqa: S108 (nothing is made there)

    assert told.state == "failed"
    assert told.next_step == "set WHISPERA_SOCKET to a shorter one"


def test_a_socket_folder_that_others_may_enter_is_told(
    short_dir: Path, examine: Examine
) -> None:
    (short_dir / "run").mkdir(mode=0o755)
    (told,) = examine()["socket folder"]

    assert (told.state, told.found) == (
        "failed", f"{short_dir}/run: expected mode 700, found 755"
    )  # fmt: skip
    assert str(told.next_step).startswith(f"chmod 700 {short_dir}/run")


def test_a_socket_folder_that_is_a_link_is_told(
    short_dir: Path, examine: Examine
) -> None:
    (short_dir / "elsewhere").mkdir(mode=0o700)
    (short_dir / "run").symlink_to("elsewhere")
    (told,) = examine()["socket folder"]

    assert told.state == "failed"
    assert told.found.endswith("found a link to elsewhere")


def test_links_that_lead_nowhere_are_told(short_dir: Path, examine: Examine) -> None:
    for name in ("run", "config", "data", "state"):
        (short_dir / name).symlink_to(name)
    found = examine()

    for name in ("socket", "socket folder", "config folder", "data folder"):
        assert found[name][0].state == "failed"
        assert "symbolic links" in found[name][0].found
    assert "config" in found


@AS_ROOT
def test_what_belongs_to_another_user_is_told(
    short_dir: Path, examine: Examine
) -> None:
    for name in ("run", "config", "data", "state"):
        (short_dir / name).mkdir(mode=0o700)
    _open_socket(short_dir / "run" / "whisperad.sock")
    for path in (*short_dir.iterdir(), short_dir / "run" / "whisperad.sock"):
        os.chown(path, 12345, -1)
    found = examine()

    for name in ("socket", "socket folder", "config folder", "data folder"):
        assert found[name][0].state == "failed"
        assert "found it to be of user 12345" in found[name][0].found
    assert found["state folder"][0].next_step == (f"sudo chown -R 0 {short_dir}/state")


def test_a_file_in_place_of_a_folder_is_told(short_dir: Path, examine: Examine) -> None:
    for name in ("run", "config", "data", "state"):
        (short_dir / name).touch()
    found = examine()

    for name in ("config folder", "data folder", "state folder"):
        assert found[name][0].found.endswith("expected a folder, found something else")
        assert str(found[name][0].next_step).startswith("move it away: mv ")
    assert found["socket folder"][0].state == "failed"


def test_a_link_to_a_folder_that_is_gone_is_told(
    short_dir: Path, examine: Examine
) -> None:
    (short_dir / "data").symlink_to("/nowhere/at all")
    (found,) = examine()["data folder"]

    assert found.state == "failed"
    assert found.found.endswith("a link to /nowhere/at all, which is not there")


@pytest.mark.parametrize(("mode", "state"), [(0o777, "failed"), (0o775, "warning")])
def test_folders_that_others_may_write_to_are_told(
    short_dir: Path, examine: Examine, mode: int, state: str
) -> None:
    (short_dir / "data").mkdir()
    (short_dir / "data").chmod(mode)
    (found,) = examine()["data folder"]

    assert found.state == state
    assert str(found.next_step).startswith("chmod g")


def test_configuration_that_others_may_write_to_is_told(
    short_dir: Path, examine: Examine
) -> None:
    pack = short_dir / "config" / "actions" / "my pack.toml"
    pack.parent.mkdir(parents=True)
    pack.touch()
    pack.chmod(0o666)
    folder, file = examine()["config folder"]

    assert folder.state == "ok"
    assert file.found == f"{pack}: mode 666, anybody may write to it"
    assert file.next_step == f"chmod go-w '{pack}'"


def test_a_state_folder_that_others_may_read_is_told(
    short_dir: Path, examine: Examine
) -> None:
    (short_dir / "state").mkdir(mode=0o755)
    (found,) = examine()["state folder"]

    assert (found.state, found.next_step) == (
        "warning", f"chmod 700 {short_dir}/state"
    )  # fmt: skip


@NOT_AS_ROOT
def test_a_folder_we_may_not_use_is_told(short_dir: Path, examine: Examine) -> None:
    (short_dir / "data").mkdir(mode=0o500)
    (found,) = examine()["data folder"]

    assert (found.state, found.next_step) == ("failed", f"chmod u+rwx {short_dir}/data")


@pytest.mark.skipif(sys.platform != "linux", reason="root writes to any other folder")
def test_a_state_folder_that_cannot_be_written_is_told(
    home: Path, stopped: RunningDaemon, examine: Examine
) -> None:
    """Whatever its mode says of it; the daemon that runs on it says so too."""
    (home / "state").symlink_to("/proc")
    alone = examine()["state folder"]
    stopped.start()
    found = examine()

    for (told,) in (alone, found["state folder"]):
        assert told.state == "failed"
        assert told.found.startswith(f"{home}/state: nothing can be written there: ")
        assert "df -h " in str(told.next_step)
    assert "history.db" in found["daemon"][1].found


def test_a_place_where_nothing_can_be_made_is_told(
    short_dir: Path, examine: Examine
) -> None:
    (short_dir / "file").touch()
    found = examine(WHISPERA_HOME=str(short_dir / "file" / "home"))

    assert found["config folder"][0].state == "failed"
    assert "we may not make it in" in found["config folder"][0].found


def test_a_model_that_is_gone_is_told(home: Path, examine: Examine) -> None:
    settings = {"settings": {"model": "gone"}}
    (home / "config" / "whispera_config.json").write_text(json.dumps(settings))
    found = examine()

    assert found["model"][0].state == "failed"
    assert "whispera model use" in str(found["model"][0].next_step)
    assert found["adapter"][0].state == "skipped"


def test_an_adapter_whose_weights_were_damaged_is_told(
    home: Path, random_base: Path, whispera: Run, examine: Examine
) -> None:
    """By the files, and by the daemon that answers without it."""
    adapters = home / "data" / "adapters"
    made = tiny_base.write_adapter(adapters / "made", random_base)
    weights = (made / WEIGHTS).read_bytes()
    known = replace(read_manifest(made), weights_hash=file_hash(made / WEIGHTS))
    write_manifest(made, known)
    (adapters / "current").symlink_to("made")
    (made / WEIGHTS).write_bytes(weights[:-1] + bytes([weights[-1] ^ 1]))
    whispera("start")
    found = examine()
    (made / WEIGHTS).write_bytes(weights)
    whispera("reload")
    mended = examine()

    assert found["adapter"][0].state == "failed"
    assert "expected weights " in found["adapter"][0].found
    assert "whispera-train rollback" in str(found["adapter"][0].next_step)
    assert found["daemon"][0].found.endswith(" and no adapter")
    assert "expected weights " in found["daemon"][1].found
    assert mended["daemon"][0].found.endswith(" answers with random and made")
    assert [one.state for one in mended["adapter"]] == ["ok"]


def test_programs_that_a_pack_lacks_are_told(home: Path, examine: Examine) -> None:
    (home / "config" / "actions").mkdir()
    (home / "config" / "actions" / "lab.toml").write_text(
        'pack = "lab"\n[[action]]\nid = "pump"\nphrases = ["pump it"]\n'
        f'{HERE} = {{ argv = ["no-such-pump"] }}\n'
    )
    (found,) = examine()["pack lab"]

    assert found.state == "warning"
    assert found.found == "1 of 1 actions lack a program: no-such-pump"
    assert '"packs_off": ["lab"]' in str(found.next_step)


def test_every_mistake_of_the_configuration_is_told(
    home: Path, examine: Examine
) -> None:
    mistakes = {"settings": {"model": 1, "history_days": 0}}
    (home / "config" / "whispera_config.json").write_text(json.dumps(mistakes))
    found = examine()["config"]

    assert len(found) == 2
    assert all("whispera_config.json" in one.found for one in found)


def test_an_installation_that_is_damaged_is_told(
    short_dir: Path, examine: Examine, environ: dict[str, str]
) -> None:
    (short_dir / "rtoml.py").write_text("raise ImportError('not what you want')\n")
    path = os.pathsep.join([str(short_dir), environ["PYTHONPATH"]])
    (found,) = examine(PYTHONPATH=path)["checkup"]

    assert found.state == "failed"
    assert found.found == "ImportError: not what you want"


def test_a_home_that_is_no_utf8_is_no_trouble(
    short_dir: Path, examine: Examine
) -> None:
    found = examine(WHISPERA_HOME=os.fsdecode(bytes(short_dir) + b"/\xff"))

    assert found["config"][0].state == "ok"


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
    environ: dict[str, str], program: Program
) -> None:
    units, agent = _written(program)
    agent.path.write_text("<?xml version='1.0'?><plist><dict>")
    (units.folder / "whisperad.socket").write_bytes(b"\xff")
    (found,) = _examine(environ)["login item"]

    assert found.state == "failed"
    shutil.rmtree(units.folder)


def test_grants_can_only_be_asked_for_on_macos_by_a_daemon(examine: Examine) -> None:
    (found,) = examine()["grants"]

    assert found.state == "skipped"
    assert found.next_step == ("see the daemon above" if HERE == "macos" else None)
