"""The model is kept warm after use and before a client speaks, and then left alone."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest

from tests import tiny_base
from whisperad.model import Model
from whisperad.model_thread import ModelThread
from whisperad.utterance import normalise
from whisperad.warmth import Warmth

T = TypeVar("T")


class _Thread(ModelThread):
    """Counts the jobs that are asked for."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, limit=8)
        self.jobs = 0

    async def submit(
        self, job: Callable[[Model], T], deadline: float | None = None
    ) -> T:
        self.jobs += 1
        return await super().submit(job, deadline)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a base."""
    return tiny_base.write_base(tmp_path_factory.mktemp("base"))


def _with_warmth(
    folder: Path,
    use: Callable[[Warmth, _Thread], Awaitable[T]],
    *,
    battery: bool = False,
    keep_s: float = 60.0,
) -> T:
    async def run() -> T:
        thread = _Thread(folder)
        thread.start()
        warmth = Warmth(thread, lambda: battery, keep_s=keep_s, every_s=0.02)
        running = asyncio.create_task(warmth.run())
        try:
            await thread.submit(lambda model: model.serve(tiny_base.catalogue()))
            thread.jobs = 0
            return await use(warmth, thread)
        finally:
            running.cancel()
            thread.stop()

    return asyncio.run(run())


async def _until(thread: _Thread, jobs: int) -> None:
    ends = time.monotonic() + 8
    while thread.jobs < jobs and time.monotonic() < ends:
        await asyncio.sleep(0.005)


def test_after_use_tiny_passes_run_again_and_again(folder: Path) -> None:
    async def use(warmth: Warmth, thread: _Thread) -> int:
        warmth.used()
        await _until(thread, 3)
        return thread.jobs

    assert _with_warmth(folder, use) >= 3


def test_some_time_after_the_last_use_nothing_runs(folder: Path) -> None:
    async def use(warmth: Warmth, thread: _Thread) -> tuple[int, int]:
        warmth.used()
        await asyncio.sleep(0.5)
        before = thread.jobs
        await asyncio.sleep(0.2)
        return before, thread.jobs

    before, after = _with_warmth(folder, use, keep_s=0.1)

    assert before == after


def test_nothing_runs_without_use_or_on_battery(folder: Path) -> None:
    async def unused(_: Warmth, thread: _Thread) -> int:
        await asyncio.sleep(0.2)
        return thread.jobs

    async def used(warmth: Warmth, thread: _Thread) -> int:
        warmth.used()
        await asyncio.sleep(0.2)
        warmth.expect()
        await asyncio.sleep(0.1)
        return thread.jobs

    assert _with_warmth(folder, unused) == 0
    assert _with_warmth(folder, used, battery=True) == 0


def test_a_client_that_connects_and_says_nothing_yet_has_the_model_warmed_once(
    folder: Path,
) -> None:
    async def use(warmth: Warmth, thread: _Thread) -> int:
        await asyncio.sleep(0.05)
        warmth.expect()
        await _until(thread, 1)
        await thread.understand(lambda m: m.understanding(normalise("mute")))
        return thread.jobs

    assert _with_warmth(folder, use) == 1


def test_a_tiny_pass_changes_no_answer(folder: Path) -> None:
    model = Model(folder)
    model.serve(tiny_base.catalogue())
    said = normalise("open candy crush please")
    before = model.understand(said)
    model.touch()
    after = model.understand(said)

    assert (before.intents, before.confidence) == (after.intents, after.confidence)
