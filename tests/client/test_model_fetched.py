"""`whispera model` fetches a model whole or not at all; the hub is a stand-in."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests import tiny_base
from tests.client.conftest import Run, runner
from tests.client.models import listed, named
from tests.stand_in_hub import REPO, REVISION, Hub

pytestmark = [
    pytest.mark.timeout(90),  # a busy machine starts programs slowly
    pytest.mark.usefixtures("hub"),
]


def test_a_connection_that_breaks_is_taken_up_where_it_broke(
    models: Path, original: Path, hub: Hub, whispera: Run
) -> None:
    hub.breaks = 2
    ran = whispera("model", "use", REPO)
    asked = [begin for name, begin in hub.ranges if name == "model.safetensors"]

    assert ran.returncode == 0, ran.stderr
    assert asked == [0, hub.breaks_after, 2 * hub.breaks_after]
    assert same_weights(models / "Qwen-Tiny", original)


def test_a_download_that_was_stopped_goes_on_and_half_of_one_is_never_used(
    home: Path, models: Path, original: Path, hub: Hub, environ: dict[str, str]
) -> None:
    hub.waits.clear()
    command = [sys.executable, "-P", "-m", "client.cli", "model", "use", REPO]
    process = subprocess.Popen(
        command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    assert hub.reached.wait(30)
    part = models / ".partial" / "Qwen--Qwen-Tiny" / REVISION / "model.safetensors.part"
    while not part.exists() or not part.stat().st_size:
        assert process.poll() is None
    busy = runner("client.cli", environ)("model", "use", REPO)
    process.send_signal(signal.SIGINT)
    _, complaint = process.communicate(timeout=30)
    unfinished = listed(runner("client.cli", environ))[REPO]
    had = part.stat().st_size
    hub.waits.set()
    again = runner("client.cli", environ)("model", "use", REPO)

    assert "another `whispera model use` is at work" in busy.stderr
    assert process.returncode == 130
    assert complaint == b"stopped; say it again to go on\n"
    assert unfinished["kind"] == "unfinished"
    assert again.returncode == 0, again.stderr
    assert ("model.safetensors", had) in hub.ranges
    assert same_weights(models / "Qwen-Tiny", original)


def test_a_damaged_download_is_thrown_away(
    home: Path, models: Path, hub: Hub, whispera: Run
) -> None:
    folder = models / ".partial" / "Qwen--Qwen-Tiny" / REVISION
    folder.mkdir(parents=True)
    (folder / "model.safetensors.part").write_bytes(b"x" * 1000)
    ran = whispera("model", "use", REPO)

    assert ran.returncode == 1
    assert ran.stderr.endswith("came damaged and was thrown away; try again\n")
    assert not (models / "Qwen-Tiny").exists()
    assert whispera("model", "use", REPO).returncode == 0


def test_without_room_on_the_disk_nothing_large_is_fetched(
    home: Path, hub: Hub, whispera: Run
) -> None:
    hub.told_bytes["model.safetensors"] = 10**15
    ran = whispera("model", "use", REPO)

    assert ran.returncode == 1
    assert "needs 1050000.0 GB of disk, but" in ran.stderr
    assert hub.asked_for == ["config.json"]
    assert named(home) != "Qwen-Tiny"


def test_without_a_network_there_is_a_clear_error(
    home: Path, environ: dict[str, str]
) -> None:
    # Nothing listens on port 1, which only root could change.
    offline = runner("client.cli", {**environ, "HF_ENDPOINT": "http://127.0.0.1:1"})
    forbidden = runner("client.cli", {**environ, "HF_HUB_OFFLINE": "1"})

    assert "cannot be reached" in offline("model", "use", REPO).stderr
    assert "HF_HUB_OFFLINE" in forbidden("model", "use", REPO).stderr


def test_what_is_here_is_used_without_a_network(
    home: Path, whispera: Run, environ: dict[str, str]
) -> None:
    assert whispera("model", "use", REPO).returncode == 0
    offline = runner("client.cli", {**environ, "HF_ENDPOINT": "http://127.0.0.1:1"})

    assert offline("model", "use", "whispera-tiny").returncode == 0
    assert offline("model", "use", REPO).returncode == 0
    assert named(home) == "Qwen-Tiny"


def test_a_hub_in_trouble_is_a_clear_error(home: Path, hub: Hub, whispera: Run) -> None:
    hub.status = 503
    ran = whispera("model", "use", REPO)

    assert ran.returncode == 1
    assert ran.stderr == f"{REPO}: {hub.url} answered with status 503\n"


def test_another_family_is_refused_before_its_weights_are_fetched(
    home: Path, hub: Hub, tmp_path: Path, whispera: Run
) -> None:
    other = tiny_base.write_base(tmp_path / "other")
    config = json.loads((other / "config.json").read_text())
    (other / "config.json").write_text(json.dumps({**config, "model_type": "llama"}))
    hub.folder = other
    ran = whispera("model", "use", REPO)

    assert ran.returncode == 1
    assert 'model_type is "llama"' in ran.stderr
    assert hub.asked_for == ["config.json"]


def test_a_broken_user_file_is_refused_before_anything_is_fetched(
    home: Path, hub: Hub, whispera: Run
) -> None:
    file = home / "config" / "whispera_config.json"
    file.write_text('{"apps": {"a": "A"},')
    ran = whispera("model", "use", REPO)

    assert ran.returncode == 1
    assert str(file) in ran.stderr
    assert file.read_text() == '{"apps": {"a": "A"},'
    assert hub.asked_for == []


def same_weights(folder: Path, other: Path) -> bool:
    """Whether two folders have the same weights, to the byte."""
    name = "model.safetensors"
    return (folder / name).read_bytes() == (other / name).read_bytes()
