"""Adapters are swapped under load without a failed, mixed or lost answer."""

import hashlib
import shutil
import threading
from collections.abc import Callable, Iterator
from itertools import cycle, islice
from pathlib import Path

import msgspec
import pytest
from safetensors.numpy import load_file, save_file

from tests import tiny_base
from tests.running import Message, RunningDaemon
from whisperad.adapter import CONFIG, MANIFEST, WEIGHTS, Calibration

CLIENTS = 4
REQUESTS = 1250  # of each client
SWAPS = 50
UTTERANCES = (
    "open chrome",
    "mute the sound",
    "set the volume to forty percent",
    "what is the capital of france",
    "remind me to water the plants",
    "text mum i'm late",
    "close this window and open the next one",
)

Replies = dict[str, Message]


def _adapters(folder: Path, base: Path) -> list[str]:
    """Write adapters of different ranks, layers and keys; give their names."""
    sure = Calibration(threshold=0.0)  # other candidates would cost many passes
    tiny_base.write_adapter(folder / "one", base, rank=4, calibration=sure)
    tiny_base.write_adapter(
        folder / "two", base, rank=9, layers=[1], seed=3, calibration=sure
    )
    keys = ("self_attn.q_proj", "mlp.down_proj")
    tiny_base.write_adapter(
        folder / "three", base, rank=2, keys=keys, seed=4, calibration=sure
    )
    return ["one", "two", "three"]


def _point(adapters: Path, name: str) -> None:
    (adapters / "next").symlink_to(name)
    (adapters / "next").replace(adapters / "current")


def _swapped(daemon: RunningDaemon, adapters: Path, name: str) -> Message:
    _point(adapters, name)
    return daemon.ask(type="reload", what="adapter")


def _said(reply: Message) -> Message:
    """Give what an answer says, without how long it took."""
    return {name: reply[name] for name in ("outcome", "intents", "confidence", "model")}


@pytest.mark.timeout(180)
def test_fifty_swaps_drop_and_mix_nothing(
    stopped: RunningDaemon, random_base: Path
) -> None:
    adapters = stopped.home / "data" / "adapters"
    names = _adapters(adapters, random_base)
    stopped.start()
    alone: dict[str, Replies] = {}
    for name in names:
        assert _swapped(stopped, adapters, name)["adapter"] == name
        alone[name] = {
            said: _said(stopped.ask(type="interpret", utterance=said))
            for said in UTTERANCES
        }
    answers: list[tuple[str, Message]] = []
    asking = [
        threading.Thread(target=_ask, args=(stopped, number, answers))
        for number in range(CLIENTS)
    ]
    for thread in asking:
        thread.start()
    swaps = [_swapped(stopped, adapters, name) for name in islice(cycle(names), SWAPS)]
    for thread in asking:
        thread.join()
    wrong = [
        (said, reply)
        for said, reply in answers
        if reply["type"] != "interpretation"
        or _said(reply) != alone[reply["model"]["adapter"]][said]
    ]

    assert [swap["type"] for swap in swaps] == ["ok"] * SWAPS
    assert len(answers) == CLIENTS * REQUESTS
    assert wrong == []
    assert {reply["model"]["adapter"] for _, reply in answers} == set(names)
    assert stopped.stop() == 0


def _ask(
    daemon: RunningDaemon, number: int, answers: list[tuple[str, Message]]
) -> None:
    with daemon.client() as client:
        for turn in range(REQUESTS):
            said = UTTERANCES[(turn + number) % len(UTTERANCES)]
            answers.append((said, client.ask(type="interpret", utterance=said)))


def _truncate(folder: Path, base: Path) -> None:
    file = folder / WEIGHTS
    file.write_bytes(file.read_bytes()[:-100])


def _flip_a_bit(folder: Path, base: Path) -> None:
    file = folder / WEIGHTS
    weights = bytearray(file.read_bytes())
    _manifest(weights_hash=hashlib.sha256(weights).hexdigest())(folder, base)
    weights[-1] ^= 0x80  # the sign of a weight: it is a number still
    file.write_bytes(weights)


def _reshape(folder: Path, base: Path) -> None:
    weights = load_file(folder / WEIGHTS)
    name = next(iter(weights))
    weights[name] = weights[name][:-1]
    save_file(weights, folder / WEIGHTS)


def _manifest(**changes: object) -> Callable[[Path, Path], None]:
    def change(folder: Path, base: Path) -> None:
        manifest = msgspec.json.decode((folder / MANIFEST).read_bytes())
        (folder / MANIFEST).write_bytes(msgspec.json.encode({**manifest, **changes}))

    return change


def _without(name: str) -> Callable[[Path, Path], None]:
    return lambda folder, base: (folder / name).unlink()


BROKEN = {
    "truncated weights": (_truncate, WEIGHTS),
    "a flipped bit": (_flip_a_bit, f"{WEIGHTS}: expected weights "),
    "wrong shapes": (_reshape, "expected"),
    "wrong base": (
        _manifest(base="other", base_hash="0" * 64),
        'made for base "other"',
    ),
    "wrong prompt version": (_manifest(prompt_version=1), "made for prompt version 1"),
    "a canary is wrong": (
        _manifest(
            canaries=[{"utterance": "mute", "intent": {"action": "empty_trash"}}]
        ),
        'expected "mute" to mean',
    ),
    "no manifest": (_without(MANIFEST), MANIFEST),
    "no weights": (_without(WEIGHTS), WEIGHTS),
    "no config": (_without(CONFIG), CONFIG),
    "no folder": (lambda folder, base: shutil.rmtree(folder), "bad"),
}


@pytest.fixture(scope="module")
def served(shared_short_dir: Path, random_base: Path) -> Iterator[RunningDaemon]:
    """Give a daemon with a good adapter, for all tests of this file."""
    model = {"settings": {"model": str(random_base), "shortcuts": False}}
    running = RunningDaemon(shared_short_dir, model)
    adapters = shared_short_dir / "data" / "adapters"
    tiny_base.write_adapter(adapters / "good", random_base)
    _point(adapters, "good")
    yield running.start()
    running.stop()


@pytest.mark.parametrize("way", BROKEN)
def test_a_broken_adapter_leaves_the_old_one_serving(
    served: RunningDaemon, random_base: Path, way: str
) -> None:
    breaks, message = BROKEN[way]
    adapters = served.home / "data" / "adapters"
    before = [served.ask(type="interpret", utterance=said) for said in UTTERANCES]
    bad = tiny_base.write_adapter(adapters / "bad", random_base, seed=9)
    breaks(bad, random_base)
    reply = _swapped(served, adapters, "bad")
    after = [served.ask(type="interpret", utterance=said) for said in UTTERANCES]
    mended = _swapped(served, adapters, "good")
    shutil.rmtree(bad, ignore_errors=True)

    assert (reply["type"], reply["code"]) == ("error", "bad-adapter")
    assert message in reply["message"]
    assert "bad" in reply["message"]
    assert list(map(_said, after)) == list(map(_said, before))
    assert (mended["type"], mended["adapter"]) == ("ok", "good")


def test_a_folder_removed_while_it_is_loaded_swaps_whole_or_not_at_all(
    served: RunningDaemon, random_base: Path
) -> None:
    adapters = served.home / "data" / "adapters"
    for number in range(20):
        folder = tiny_base.write_adapter(adapters / "passing", random_base, seed=5)
        remover = threading.Timer(number / 5000, shutil.rmtree, args=(folder, True))
        remover.start()
        reply = _swapped(served, adapters, "passing")
        remover.join()
        serving = served.ask(type="status")["model"]["adapter"]
        _swapped(served, adapters, "good")

        assert reply.get("code", "ok") in ("ok", "bad-adapter")
        assert serving == ("passing" if reply["type"] == "ok" else "good")
