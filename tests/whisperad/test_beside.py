"""Questions that come at the same time are answered in threads beside the model's own."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests import tiny_base
from whisperad import beside
from whisperad.model import Model, Steps
from whisperad.model_thread import ModelThread
from whisperad.understanding import Understanding
from whisperad.utterance import normalise

_SAID = ("open figma", "mute", "tell mum that dinner is late", "zip a.txt", "be quiet")


@pytest.fixture(autouse=True)
def cores(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have as many cores on every machine."""
    monkeypatch.setattr(beside, "cores", lambda: 4)


def _with_thread(folder: Path, use: Callable[[ModelThread], Awaitable[None]]) -> None:
    async def run() -> None:
        thread = ModelThread(tiny_base.write_base(folder), limit=500)
        thread.start()
        try:
            await thread.submit(lambda model: model.serve(tiny_base.catalogue()))
            await use(thread)
        finally:
            thread.stop()

    asyncio.run(run())


def _asking(said: str, note: Callable[[], None]) -> Callable[[Model], Steps]:
    def begin(model: Model) -> Steps:
        note()
        return model.understanding(normalise(said))

    return begin


def _nothing() -> None:
    pass


def test_several_threads_say_what_one_says(tmp_path: Path) -> None:
    used: set[int] = set()

    def note() -> None:
        used.add(threading.get_ident())

    async def use(thread: ModelThread) -> None:
        async def ask(said: str) -> Understanding:
            return await thread.understand(_asking(said, note))

        alone = [await ask(said) for said in _SAID]
        assert len(used) == 1
        together = await asyncio.gather(*map(ask, _SAID * 40))

        assert len(used) > 2
        for found, expected in zip(together, alone * 40, strict=True):
            assert found.intents == expected.intents
            assert found.confidence == pytest.approx(expected.confidence, abs=1e-5)

    _with_thread(tmp_path, use)


def test_a_job_waits_for_no_more_than_the_questions_at_work(tmp_path: Path) -> None:
    begun: list[str] = []
    at_work: set[object] = set()

    def asking(name: str) -> Callable[[Model], Steps]:
        def begin(model: Model) -> Steps:
            begun.append(name)
            return (yield from _noted(model.understanding(normalise(_SAID[2]))))

        return begin

    def _noted(steps: Steps) -> Steps:
        me = object()
        at_work.add(me)
        try:
            return (yield from steps)
        finally:
            at_work.remove(me)

    def job(model: Model) -> None:
        assert not at_work
        begun.append("job")
        model.serve(tiny_base.catalogue())

    async def use(thread: ModelThread) -> None:
        await asyncio.gather(
            *(thread.understand(asking("before")) for _ in range(60)),
            thread.submit(job),
            *(thread.understand(asking("after")) for _ in range(30)),
            thread.submit(job),
        )

        first = begun.index("job")
        assert first < 60
        assert "after" not in begun[:first]
        assert sorted(begun) == ["after"] * 30 + ["before"] * 60 + ["job"] * 2

    _with_thread(tmp_path, use)


def test_what_waits_is_answered_before_the_end(tmp_path: Path) -> None:
    async def use(thread: ModelThread) -> None:
        asked = [
            asyncio.create_task(thread.understand(_asking(_SAID[2], _nothing)))
            for _ in range(30)
        ]
        await asyncio.sleep(0)
        await asyncio.to_thread(thread.stop)

        assert all(one.intents for one in await asyncio.gather(*asked))

    _with_thread(tmp_path, use)


def test_a_question_that_fails_leaves_the_others_alone(tmp_path: Path) -> None:
    def broken(model: Model) -> Steps:
        raise RuntimeError("broken")

    async def use(thread: ModelThread) -> None:
        asked = [
            thread.understand(broken if n % 3 == 0 else _asking(_SAID[0], _nothing))
            for n in range(30)
        ]
        found = await asyncio.gather(*asked, return_exceptions=True)

        assert [isinstance(one, RuntimeError) for one in found] == [
            n % 3 == 0 for n in range(30)
        ]

    _with_thread(tmp_path, use)
