"""Answers that are read together are those that are read alone."""

import asyncio
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pytest

from tests import tiny_base
from training.generate import Generator
from whisperad import catalogue
from whisperad import network as networks
from whisperad.decode import Pass, Wanted
from whisperad.learnt import learn
from whisperad.model import Model
from whisperad.model_thread import ModelThread
from whisperad.network import Network
from whisperad.reading import LONG_TOKENS, Reader
from whisperad.settings import EMBEDDED_MODEL
from whisperad.understanding import Understanding
from whisperad.utterance import normalise

_CONFIG = Path(__file__).parents[2] / "config"
_UTTERANCES = 300
_IDS = tuple(range(10, 60))


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    """Give a reader with a prefix of three tokens before everything it reads."""
    network = Network(
        tiny_base.write_base(tmp_path_factory.mktemp("base")), prefix=[1, 7, 9]
    )
    network.use(None)
    return Reader(network)


def _passes(*lengths: int) -> list[Pass]:
    return [
        Pass(
            [(7 * number + place) % 500 + 3 for place in range(length)],
            0,
            partial(
                Wanted, sorted({0, length // 2, length - 1}), _IDS[number % 7 :: 2]
            ),
        )
        for number, length in enumerate(lengths)
    ]


@pytest.mark.parametrize(
    "lengths",
    [
        (5, 5),
        (1, 9, 4, 30, 2),
        (40, 3, 90, 12, 12, LONG_TOKENS + 1, LONG_TOKENS + 70),
        tuple(range(1, 25)),
    ],
)
def test_passes_of_any_lengths_score_together_what_they_score_alone(
    reader: Reader, lengths: tuple[int, ...]
) -> None:
    passes = _passes(*lengths)
    alone = []
    for wanted in passes:
        reader.forget()
        alone += reader.read([wanted])
    reader.forget()
    together = reader.read(passes)

    for one, other in zip(alone, together, strict=True):
        for row, same in zip(one, other, strict=True):
            assert row == pytest.approx(same, abs=1e-4)


def test_what_was_read_alone_is_gone_on_from(reader: Reader) -> None:
    (whole,) = _passes(30)
    reader.forget()
    (fresh,) = reader.read([whole])
    other = Pass([*whole.tokens[:20], 99, 98, 97], 20, lambda: Wanted([21, 22], _IDS))
    reader.forget()
    (apart,) = reader.read([other])
    reader.read([whole])
    (after,) = reader.read([other])
    (again,) = reader.read([whole])

    assert [x for row in after for x in row] == pytest.approx(
        [x for row in apart for x in row], abs=1e-4
    )
    assert [x for row in again for x in row] == pytest.approx(
        [x for row in fresh for x in row], abs=1e-4
    )


def test_the_best_number_to_read_at_once_is_found_pass_by_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Of a small base, threads read one at a time each.
    monkeypatch.setattr(networks, "SMALL_BYTES", 0)
    network = Network(tiny_base.write_base(tmp_path), [1, 7, 9])
    network.use(None)
    reader = Reader(network)
    stops = sum(1 for _ in reader.measuring())

    assert stops >= 2
    assert reader.together in (1, 4, 8, 16)


def _understood(
    said: Sequence[str], together: int
) -> tuple[list[Understanding], list[int]]:
    """Understand what is said at the same time; give the order of the answers too."""
    order: list[int] = []

    async def run() -> list[Understanding]:
        thread = ModelThread(EMBEDDED_MODEL, limit=len(said))
        thread.start()
        await thread.submit(lambda model: _prepare(model, together))

        async def ask(number: int) -> Understanding:
            utterance = normalise(said[number])
            found = await thread.understand(lambda m: m.understanding(utterance))
            order.append(number)
            return found

        try:
            return await asyncio.gather(*map(ask, range(len(said))))
        finally:
            thread.stop()

    return asyncio.run(run()), order


def _prepare(model: Model, together: int) -> None:
    model.use(model.load_adapter(EMBEDDED_MODEL / "adapter"))
    answered = catalogue.load(_CONFIG, None)
    model.serve(answered)
    model.served().guesser.use(learn(answered))
    model.reader.together = together


@pytest.mark.timeout(300)
@pytest.mark.parametrize("way", ["threads", "shared passes"])
def test_hundreds_of_utterances_mean_together_what_they_mean_alone(
    way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if way == "shared passes":
        monkeypatch.setattr(networks, "SMALL_BYTES", 0)
    examples = Generator(catalogue.load(_CONFIG, None), _CONFIG, "test")
    said = [example.utterance for example in examples.examples(_UTTERANCES, 7)]
    said[10] = "tell mum " + "that it is a very long day " * 30  # read by itself
    said[20] = "..."  # needs no pass at all
    alone, _ = _understood(said, 1)
    together, order = _understood(said, 16)

    for one, other in zip(alone, together, strict=True):
        assert one.intents == other.intents
        assert one.confidence == pytest.approx(other.confidence, abs=1e-4)
        assert [c.intent for c in one.candidates] == [
            c.intent for c in other.candidates
        ]
        assert one.passes == other.passes
    assert sum(len(one.intents) > 1 for one in alone) > 5
    # Nobody is overtaken by more than those who were read beside him meanwhile.
    most = 16 * max(one.passes for one in alone)
    assert max(place - number for place, number in enumerate(order)) <= most
