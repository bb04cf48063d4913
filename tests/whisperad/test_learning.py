"""What phrases teach is read apart from requests, kept, and never trusted blindly."""

import asyncio
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.running import RunningDaemon, eventually
from whisperad import catalogue, learnt
from whisperad.catalogue import SHIPPED
from whisperad.learning import FILE, MOST_BYTES, Learning
from whisperad.learnt import Learnt, NotWanted

PACK = """
pack = "mine"
summary = "My own"
[[action]]
id = "{0}"
summary = "Do it"
phrases = ["frobnicate the {0}"]
linux = {{ argv = ["/bin/true"] }}
[[action]]
id = "{0}_of"
summary = "Do it with something"
phrases = ["{0} it {{what}}"]
slots = {{ what = "text" }}
linux = {{ argv = ["/bin/true", "{{what}}"] }}
"""


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    """Give a folder of packs that hold hardly anything."""
    folder = tmp_path / "shipped"
    (folder / "actions").mkdir(parents=True)
    for path in SHIPPED.iterdir():
        if path.name != "actions":
            (folder / path.name).symlink_to(path)
    (folder / "actions" / "mine.toml").write_text(PACK.format("widget"))
    return folder


class _Apart(Learning):
    """Counts the processes that learn, and may have them print something else."""

    def __init__(self, shipped: Path, state: Path, says: bytes | None = None) -> None:
        super().__init__(shipped, shipped.parent / "config", state)
        self.processes = 0
        self._says = says

    async def _apart(self, packs_hash: str) -> bytes:
        self.processes += 1
        said = await super()._apart(packs_hash)
        return said if self._says is None else self._says


def _learnt(
    shipped: Path, state: Path, says: bytes | None = None
) -> tuple[int, Learnt]:
    """Give how many processes learnt the packs in a folder, and what."""
    apart = _Apart(shipped, state, says)
    found = asyncio.run(apart.learnt(catalogue.load(shipped)))
    return apart.processes, found


def test_a_process_learns_what_a_thread_learns(shipped: Path, tmp_path: Path) -> None:
    processes, found = _learnt(shipped, tmp_path / "state")

    assert processes == 1
    assert found == learnt.learn(catalogue.load(shipped))
    assert found.votes.phrases["frobnicate"] == 1
    assert found.neighbours["widget_of"].before("what", "it") == 1.0


def test_what_is_kept_is_not_learnt_again(shipped: Path, tmp_path: Path) -> None:
    _, first = _learnt(shipped, tmp_path / "state")
    kept = tmp_path / "state" / FILE

    assert _learnt(shipped, tmp_path / "state") == (0, first)
    assert kept.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in kept.parent.iterdir()] == [FILE]


def test_other_packs_are_learnt_anew(shipped: Path, tmp_path: Path) -> None:
    _learnt(shipped, tmp_path / "state")
    (shipped / "actions" / "mine.toml").write_text(PACK.format("gadget"))
    processes, found = _learnt(shipped, tmp_path / "state")

    assert processes == 1
    assert set(found.neighbours) == {"gadget_of"}


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[:20],
        lambda data: data[:-1],
        lambda data: data + b"\0",
        lambda data: data[:40] + bytes([data[40] ^ 1]) + data[41:],
        lambda data: data[:32] + b"\xc0",
    ],
)
def test_what_is_damaged_is_learnt_anew(shipped: Path, tmp_path: Path, damage) -> None:  # type: ignore[no-untyped-def]  # bytes -> bytes
    _, first = _learnt(shipped, tmp_path / "state")
    kept = tmp_path / "state" / FILE
    kept.write_bytes(damage(kept.read_bytes()))

    assert _learnt(shipped, tmp_path / "state") == (1, first)
    assert _learnt(shipped, tmp_path / "state") == (0, first)


def test_what_is_no_file_or_far_too_large_is_not_read(
    shipped: Path, tmp_path: Path
) -> None:
    kept = tmp_path / "state" / FILE
    kept.parent.mkdir()
    os.mkfifo(kept)
    _, first = _learnt(shipped, kept.parent)
    assert _learnt(shipped, kept.parent) == (0, first)
    os.truncate(kept, MOST_BYTES + 1)

    assert _learnt(shipped, kept.parent) == (1, first)


def test_what_cannot_be_kept_is_learnt_all_the_same(
    shipped: Path, tmp_path: Path
) -> None:
    state = tmp_path / "state"
    state.write_text("no folder")

    assert _learnt(shipped, state)[1].votes.actions == ["widget", "widget_of"]


@pytest.mark.parametrize("said", [b"", b"\x93", b"Traceback"])
def test_a_process_that_fails_is_done_without(
    shipped: Path, tmp_path: Path, said: bytes
) -> None:
    processes, found = _learnt(shipped, tmp_path / "state", said)

    assert processes == 1
    assert found == learnt.learn(catalogue.load(shipped))
    assert not (tmp_path / "state" / FILE).exists()


def test_packs_that_changed_meanwhile_are_not_taken_for_those_asked_for(
    shipped: Path, tmp_path: Path
) -> None:
    before = catalogue.load(shipped)
    (shipped / "actions" / "mine.toml").write_text(PACK.format("gadget"))
    found = asyncio.run(_Apart(shipped, tmp_path / "state").learnt(before))

    assert found.votes.actions == ["widget", "widget_of"]


def test_a_process_ends_with_who_waits_for_it(
    shipped: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = tmp_path / "slow"
    slow.write_text(f'#!/bin/sh\necho $$ > "{tmp_path}/pid"\nexec sleep 60\n')
    slow.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(slow))

    async def run() -> None:
        waiting = asyncio.create_task(
            Learning(shipped, tmp_path, tmp_path / "state").learnt(
                catalogue.load(shipped)
            )
        )
        while not (tmp_path / "pid").exists():
            await asyncio.sleep(0.01)
        waiting.cancel()
        await asyncio.wait({waiting})

    asyncio.run(run())
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text() or -1), 0)


def test_a_thread_leaves_what_is_not_wanted_any_more(shipped: Path) -> None:
    with pytest.raises(NotWanted):
        learnt.learn(catalogue.load(shipped), lambda: False)


@pytest.fixture
def daemon(short_dir: Path) -> Iterator[RunningDaemon]:
    """Give a daemon with the embedded model, which is stopped in the end."""
    running = RunningDaemon(short_dir, {"settings": {}})
    yield running
    if running.process.poll() is None:
        running.stop()


@pytest.mark.timeout(120)
def test_a_daemon_learns_once_and_answers_new_actions_before_it_has(
    daemon: RunningDaemon,
) -> None:
    daemon.start()
    assert eventually(lambda: daemon.events("learnt"), within_s=60)
    kept = (daemon.home / "state" / FILE).read_bytes()
    daemon.stop()
    daemon.start()
    assert eventually(lambda: len(daemon.events("learnt")) == 2, within_s=60)

    assert (daemon.home / "state" / FILE).read_bytes() == kept
    assert not daemon.events("learnt-in-a-thread")
    pack = daemon.home / "config" / "actions" / "mine.toml"
    pack.parent.mkdir()
    pack.write_text(PACK.format("widget"))
    assert daemon.ask(type="reload", what="config")["type"] == "ok"
    found = daemon.say("frobnicate the widget")
    assert found["intents"][0]["action"] == "widget"
    assert eventually(lambda: len(daemon.events("learnt")) == 3, within_s=60)
    assert (daemon.home / "state" / FILE).read_bytes() != kept
