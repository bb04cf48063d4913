"""`whispera doctor` and folders: each trouble is named, with what to do about it."""

import os
import sys
from pathlib import Path

import pytest

from tests.client.examining import (
    AS_ROOT,
    NOT_AS_ROOT,
    Examine,
    open_socket,
)
from tests.running import RunningDaemon

pytestmark = pytest.mark.timeout(60)  # a busy machine starts daemons slowly


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
    open_socket(short_dir / "run" / "whisperad.sock")
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


def test_a_home_that_is_no_utf8_is_no_trouble(
    short_dir: Path, examine: Examine
) -> None:
    found = examine(WHISPERA_HOME=os.fsdecode(bytes(short_dir) + b"/\xff"))

    assert found["config"][0].state == "ok"
