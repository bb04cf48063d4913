"""What serves: a start with broken files, and reloads that change all or nothing."""

import json
import threading
import time
from pathlib import Path

import pytest

from tests import tiny_base
from tests.running import Message, RunningDaemon
from tests.setting import Setting, ask
from whisperad.adapter import Canary
from whisperad.daemon import Daemon
from whisperad.errors import BadAdapter
from whisperad.protocol import Interpret, Reload

INTERPRET = {"type": "interpret", "utterance": "open chrome"}


def test_a_broken_user_file_does_not_stop_the_start(
    stopped: RunningDaemon,
) -> None:
    pack = stopped.home / "config" / "actions" / "mine.toml"
    pack.parent.mkdir()
    pack.write_text(
        'pack = "mine"\n'
        + '[[action]]\nid = "a"\nphrases = ["a {b}"]\n'
        + 'linux = { argv = ["/bin/echo", "{c}"] }\n'
        + '[[action]]\nid = "d"\nphrases = ["d"]\nlinux = { argv = ["sh", "-c", "x"] }\n'
        + '[[action]]\nid = "e"\nphrases = ["(e"]\n'
        + '[[action]]\nid = "F"\nphrases = ["f"]\n'
        + '[[action]]\nid = "g"\nphrases = ["g"]\nrisky = "very"\n'
    )
    stopped.start()
    status = stopped.ask(type="status")
    reply = stopped.ask(type="reload", what="config")

    assert len(status["problems"]) >= 5
    assert all(str(pack) in problem for problem in status["problems"])
    assert status["catalogue"]["actions"] > 100
    assert (reply["type"], reply["code"]) == ("error", "bad-config")
    assert reply["message"].splitlines() == status["problems"]


def test_names_are_reloaded_without_a_restart(stopped: RunningDaemon) -> None:
    stopped.start()
    before = stopped.ask(type="status")["catalogue"]["hash"]
    user_file = json.loads(stopped.user_file.read_text())
    stopped.user_file.write_text(
        json.dumps({**user_file, "apps": {"myapp": "My Application"}})
    )
    reply = stopped.ask(type="reload", what="config", id=1)

    assert reply["type"] == "ok"
    assert reply["id"] == 1
    assert reply["adapter"] is None
    assert reply["catalogue_hash"] != before
    assert stopped.ask(type="status")["catalogue"]["hash"] == reply["catalogue_hash"]


def test_a_bad_reload_changes_nothing(stopped: RunningDaemon) -> None:
    stopped.start()
    before = stopped.ask(type="status")["catalogue"]
    stopped.user_file.write_text('{"apps":{"a":1},"settings":{}}')
    reply = stopped.ask(type="reload")

    assert (reply["type"], reply["code"]) == ("error", "bad-config")
    assert str(stopped.user_file) in reply["message"]
    assert "$.apps" in reply["message"]
    assert stopped.ask(type="status")["catalogue"] == before
    assert stopped.ask(**INTERPRET)["type"] == "interpretation"


def test_an_adapter_is_swapped_in_while_requests_go_on(
    stopped: RunningDaemon, random_base: Path
) -> None:
    stopped.start()
    adapters = stopped.home / "data" / "adapters"
    tiny_base.write_adapter(adapters / "first", random_base)
    (adapters / "current").symlink_to("first")
    replies: list[Message] = []
    stopping = threading.Event()
    asking = threading.Thread(target=_ask_often, args=(stopped, replies, stopping))
    asking.start()
    _wait_for(replies, 1)
    reloaded = stopped.ask(type="reload", what="adapter")
    _wait_for(replies, len(replies) + 5)
    stopping.set()
    asking.join()
    used = [reply["model"]["adapter"] for reply in replies]

    assert (reloaded["type"], reloaded["adapter"]) == ("ok", "first")
    assert used == sorted(used, key=lambda name: name is not None)
    assert set(used) == {None, "first"}


def _ask_often(
    running: RunningDaemon, replies: list[Message], stopping: threading.Event
) -> None:
    with running.client() as client:
        while not stopping.is_set():
            replies.append(client.ask(**INTERPRET))


def _wait_for(replies: list[Message], count: int) -> None:
    while len(replies) < count:
        time.sleep(0.01)


def test_a_bad_adapter_leaves_the_old_one_serving(
    stopped: RunningDaemon, random_base: Path
) -> None:
    adapters = stopped.home / "data" / "adapters"
    tiny_base.write_adapter(adapters / "good", random_base)
    (adapters / "current").symlink_to("good")
    stopped.start()
    (adapters / "bad").mkdir()
    (adapters / "next").symlink_to("bad")
    (adapters / "next").replace(adapters / "current")
    reply = stopped.ask(type="reload", what="adapter")

    assert (reply["type"], reply["code"]) == ("error", "bad-adapter")
    assert str(adapters / "bad" / "manifest.json") in reply["message"]
    assert stopped.ask(type="status")["model"]["adapter"] == "good"


def test_an_adapter_that_fails_a_canary_does_not_serve(
    stopped: RunningDaemon, random_base: Path
) -> None:
    canaries = (Canary("open chrome", {"action": "empty_trash"}),)
    adapters = stopped.home / "data" / "adapters"
    tiny_base.write_adapter(adapters / "worse", random_base, canaries=canaries)
    stopped.start()
    (adapters / "current").symlink_to("worse")
    before = stopped.ask(**INTERPRET)
    reply = stopped.ask(type="reload")

    assert (reply["type"], reply["code"]) == ("error", "bad-adapter")
    assert 'expected "open chrome" to mean' in reply["message"]
    assert stopped.ask(**INTERPRET)["intents"] == before["intents"]
    assert stopped.ask(type="status")["model"]["adapter"] is None


@pytest.mark.parametrize("target", ["gone", "current"])
def test_a_link_to_no_adapter_is_an_error_and_the_old_one_serves(
    stopped: RunningDaemon, random_base: Path, target: str
) -> None:
    adapters = stopped.home / "data" / "adapters"
    tiny_base.write_adapter(adapters / "good", random_base)
    (adapters / "current").symlink_to("good")
    stopped.start()
    (adapters / "current").unlink()
    (adapters / "current").symlink_to(target)
    reply = stopped.ask(type="reload", what="adapter")

    assert (reply["type"], reply["code"]) == ("error", "bad-adapter")
    assert stopped.ask(type="status")["model"]["adapter"] == "good"


def test_a_reload_that_fails_half_way_changes_nothing(
    setting: Setting, short_dir: Path
) -> None:
    """The catalogue that is read together with an adapter goes with it."""
    adapters = short_dir / "data" / "adapters"
    canaries = (Canary("make it", {"action": "make", "of": "nothing"}),)
    tiny_base.write_adapter(adapters / "worse", setting.base, canaries=canaries)

    async def case(daemon: Daemon, utterance: str) -> None:
        before = await ask(daemon, Interpret(utterance=utterance))
        (adapters / "current").symlink_to("worse")
        setting.pack('argv = ["false"]')
        with pytest.raises(BadAdapter):
            await daemon.answer(Reload(), time.monotonic())
        after = await ask(daemon, Interpret(utterance=utterance))

        assert after.model.adapter is None
        assert after.commands == before.commands
        assert after.confidence == before.confidence

    setting.run(case)


def test_a_broken_adapter_at_the_start_is_a_problem_not_the_end(
    stopped: RunningDaemon,
) -> None:
    (stopped.home / "data" / "adapters" / "current").mkdir(parents=True)
    stopped.start()
    status = stopped.ask(type="status")

    assert status["model"]["adapter"] is None
    assert len(status["problems"]) == 1
    assert "manifest.json" in status["problems"][0]
