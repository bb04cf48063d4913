"""`whispera uninstall` removes what our programs made, says so, and nothing else."""

import fcntl
import json
import os
import sys
from pathlib import Path

import pytest

from tests.client.conftest import ROOT, Run, runner

pytestmark = [
    pytest.mark.timeout(60),  # a busy machine starts daemons slowly
    pytest.mark.skipif(sys.platform != "linux", reason="systemd is a thing of Linux"),
]

STAYS = (
    ".config/systemd/user/other.service",
    ".config/whispera/actions/mine.toml",
    ".local/share/applications/other.desktop",
    ".local/state/other/log",
    "elsewhere/weights",
    "runtime/other",
)


@pytest.fixture
def plain(short_dir: Path, random_base: Path, systemctl: Path) -> dict[str, str]:
    """Give the surroundings of a user who has set nothing, with files of others."""
    for name in STAYS:
        (short_dir / name).parent.mkdir(parents=True, exist_ok=True)
        (short_dir / name).touch()
    settings = {"settings": {"model": str(random_base)}}
    config = short_dir / ".config/whispera/whispera_config.json"
    config.write_text(json.dumps(settings))
    return {
        "HOME": str(short_dir),
        "XDG_RUNTIME_DIR": str(short_dir / "runtime"),
        "PATH": f"{systemctl}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
    }


def _listing(home: Path) -> set[str]:
    """Name everything below a folder but what the stand-in writes."""
    below = (str(path.relative_to(home)) for path in home.rglob("*"))
    return {name for name in below if not name.startswith("bin/")}


def _use(home: Path, environ: dict[str, str]) -> None:
    """Do what leaves files: serve, be taught, keep a timer, train, fetch a model."""
    whispera, w = runner("client.cli", environ), runner("client.say", environ)
    assert whispera("install").returncode == 0
    whispera("teach", "blah blah", "none")
    w("-x", "set a timer for five minutes")
    w("-x", "work in /tmp")
    data = home / ".local/share/whispera"
    for name in ("adapters/a", "dataset", "models/theirs"):
        (data / name).mkdir(parents=True)
    (data / "adapters/current").symlink_to("a")
    (data / "adapters/.lock").touch()
    (data / "models/theirs/weights").symlink_to(home / "elsewhere/weights")
    (data / "models/other").symlink_to(home / "elsewhere")


def test_uninstall_leaves_the_home_as_it_was(
    short_dir: Path, plain: dict[str, str]
) -> None:
    before = _listing(short_dir)
    _use(short_dir, plain)
    made = _listing(short_dir) - before
    said = runner("client.cli", plain)("uninstall")

    state = ".local/state/whispera"
    assert {f"{state}/timers.json", f"{state}/working_folder"} <= made
    assert {f"{state}/history.db", ".local/share/whispera/taught.db"} <= made
    assert _listing(short_dir) == before
    assert said.stdout.splitlines() == [
        "uninstalled",
        f"removed  {short_dir}/runtime/whispera",
        f"         {short_dir}/.local/state/whispera",
        f"         {short_dir}/.local/share/whispera",
        f"kept     {short_dir}/.config/whispera: your config",
    ]


def test_uninstall_keeps_the_data_of_whoever_wants_that(
    short_dir: Path, plain: dict[str, str]
) -> None:
    _use(short_dir, plain)
    data = short_dir / ".local/share/whispera"
    before = _listing(data) - {"taught.db-shm", "taught.db-wal"}  # while it is open
    said = runner("client.cli", plain)("uninstall", "--keep-data")

    assert before == _listing(data) >= {"taught.db", "adapters/current"}
    assert f"kept     {data}: your data\n" in said.stdout
    assert not (short_dir / ".local/state/whispera").exists()


def test_what_a_daemon_started_by_hand_made_is_removed(
    home: Path, started: Run
) -> None:
    said = started("uninstall")

    assert said.stdout.startswith("uninstalled\n")
    assert [path.name for path in home.iterdir()] == ["config"]


def test_what_others_put_into_our_folders_stays(home: Path, whispera: Run) -> None:
    for name in ("data/thesis.txt", "state/notes/a", "run/b", "data/models/c"):
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).touch()
    said = whispera("uninstall").stdout

    assert (home / "data/thesis.txt").exists()
    assert (home / "state/notes/a").exists()
    assert (home / "run/b").exists()
    assert not (home / "data/models").exists()
    assert said.splitlines()[1:] == [
        f"left     {home}/run: not made by Whispera: b",
        f"         {home}/state: not made by Whispera: notes",
        f"removed  {home}/data: models",
        f"left     {home}/data: not made by Whispera: thesis.txt",
        f"kept     {home}/config: your config",
    ]


def test_a_folder_that_is_a_link_is_left_with_all_behind_it(
    home: Path, whispera: Run
) -> None:
    (home / "disk/models").mkdir(parents=True)
    (home / "data").symlink_to("disk")
    said = whispera("uninstall").stdout

    assert (home / "disk/models").is_dir()
    assert f"left  {home}/data: a symbolic link to disk; remove that yourself" in said


def test_a_folder_with_the_home_in_it_is_left(home: Path, whispera: Run) -> None:
    """Where somebody has put everything right above the home."""
    (home / "data/models").mkdir(parents=True)
    environ = {
        "HOME": str(home / "data"),
        "WHISPERA_HOME": str(home),
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
    }
    said = runner("client.cli", environ)("uninstall").stdout

    assert (home / "data/models").is_dir()
    assert f"left  {home}/data: your home folder is in it\n" in said


def test_of_a_socket_somewhere_else_only_the_files_go(
    home: Path, environ: dict[str, str]
) -> None:
    place = home / "place"
    whispera = runner(
        "client.cli", {**environ, "WHISPERA_SOCKET": str(place / "w.sock")}
    )
    whispera("start")
    assert (place / "w.sock.lock").exists()
    whispera("uninstall")

    assert list(place.iterdir()) == []


def test_while_a_training_runs_nothing_is_removed(home: Path, whispera: Run) -> None:
    lock = home / "data/adapters/.lock"
    lock.parent.mkdir(parents=True)
    with lock.open("w") as training:
        fcntl.flock(training, fcntl.LOCK_EX)
        said = whispera("uninstall")

    assert said.returncode == 1
    assert "a training or a download is at work there" in said.stderr
    assert lock.exists()


def test_where_nothing_was_installed_it_says_so(short_dir: Path, whispera: Run) -> None:
    assert whispera("uninstall").stdout == "nothing was installed\n"
    assert list(short_dir.iterdir()) == []
