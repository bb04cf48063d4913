"""A running daemon takes up what was made current, or `current` is what it was."""

import signal
from pathlib import Path

import pytest

from tests import tiny_base
from tests.running import RunningDaemon
from tests.training import trainer
from training import adapters, telling
from whisperad.errors import BadAdapter

PACK = """pack = "mine"

[[action]]
id = "water_plants"
summary = "Start the plant pump"
phrases = ["water [the|my] plants", "(start|run) the [plant] pump"]
macos = { argv = ["true"] }
linux = { argv = ["true"] }
"""
SMALL = ("--rows", "600", "--iters", "20", "--batch-size", "4", "--force")


@pytest.fixture
def serving(
    stopped: RunningDaemon, random_base: Path, monkeypatch: pytest.MonkeyPatch
) -> RunningDaemon:
    """Give a daemon that serves an adapter; we are its user, too."""
    folder = stopped.home / "data" / "adapters"
    for number in (1, 2):
        tiny_base.write_adapter(folder / f"a{number}", random_base, seed=number)
        adapters.make_current(folder, folder / f"a{number}")
    monkeypatch.setenv("WHISPERA_HOME", str(stopped.home))
    return stopped.start()


def _links(folder: Path) -> tuple[str, str]:
    return (folder / "current").readlink().name, (folder / "previous").readlink().name


@pytest.mark.timeout(400)  # a whole run
def test_a_retrain_has_the_daemon_know_new_actions(stopped: RunningDaemon) -> None:
    stopped.user_file.write_text(
        stopped.user_file.read_text().replace('"shortcuts": false', '"shortcuts": true')
    )
    stopped.start()
    packs = stopped.home / "config" / "actions"
    packs.mkdir()
    (packs / "mine.toml").write_text(PACK)
    done = trainer.run(stopped.home, "retrain", *SMALL)
    known = {line["id"] for line in stopped.ask(type="actions")["actions"]}
    reply = stopped.ask(type="interpret", utterance="water my plants")

    assert done.returncode == 0, done.stderr
    assert "the daemon serves it" in done.stdout
    assert "water_plants" in known
    assert reply["intents"] == [{"action": "water_plants"}]


def test_what_the_daemon_refuses_is_not_current(
    serving: RunningDaemon, tmp_path: Path
) -> None:
    folder = serving.home / "data" / "adapters"
    before = telling.Links.read(folder)
    other = tiny_base.write_base(tmp_path / "other", seed=9)
    tiny_base.write_adapter(folder / "b", other)
    adapters.make_current(folder, folder / "b")
    with pytest.raises(BadAdapter, match=r"refused it: .*; current is a2 again"):
        telling.reload(before)

    assert _links(folder) == ("a2", "a1")
    assert serving.ask(type="status")["model"]["adapter"] == "a2"
    assert serving.ask(type="reload")["adapter"] == "a2"


def test_a_first_adapter_that_is_refused_leaves_none(
    stopped: RunningDaemon, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WHISPERA_HOME", str(stopped.home))
    stopped.start()
    folder = stopped.home / "data" / "adapters"
    before = telling.Links.read(folder)
    other = tiny_base.write_base(tmp_path / "other", seed=9)
    tiny_base.write_adapter(folder / "b", other)
    adapters.make_current(folder, folder / "b")
    with pytest.raises(BadAdapter, match="current is none again"):
        telling.reload(before)

    assert not (folder / "current").is_symlink()


def test_a_daemon_that_gives_no_answer_is_said(
    serving: RunningDaemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "WAIT_S", 1)
    before = telling.Links.read(serving.home / "data" / "adapters")
    serving.process.send_signal(signal.SIGSTOP)
    try:
        with pytest.raises(BadAdapter, match=r"gave no answer in 1 s.*whispera reload"):
            telling.reload(before)
    finally:
        serving.process.send_signal(signal.SIGCONT)


def test_without_a_daemon_it_is_said_how_to_start_one(
    stopped: RunningDaemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WHISPERA_HOME", str(stopped.home))
    before = telling.Links.read(stopped.home / "data" / "adapters")

    assert "start the daemon with `whispera start`" in telling.reload(before)
