"""Jobs run one after the other in the model's thread; the event loop never waits."""

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest

from tests import tiny_base
from whisperad.errors import BadAdapter, Overloaded, TimedOut
from whisperad.interpret import Interpreter
from whisperad.model import Model
from whisperad.model_thread import ModelThread
from whisperad.understanding import Understanding
from whisperad.utterance import normalise

T = TypeVar("T")
_ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a base."""
    return tiny_base.write_base(tmp_path_factory.mktemp("base"))


def _with_thread(folder: Path, use: Callable[[ModelThread], Awaitable[T]]) -> T:
    async def run() -> T:
        thread = ModelThread(folder, limit=8)
        thread.start()
        try:
            await thread.submit(lambda model: model.serve(tiny_base.catalogue()))
            return await use(thread)
        finally:
            thread.stop()

    return asyncio.run(run())


def test_every_job_runs_in_the_same_thread_and_none_in_the_loops(folder: Path) -> None:
    async def use(thread: ModelThread) -> list[int]:
        jobs = [thread.submit(lambda _: threading.get_ident()) for _ in range(5)]
        return await asyncio.gather(*jobs)

    threads = _with_thread(folder, use)

    assert len(set(threads)) == 1
    assert threading.get_ident() not in threads


def test_jobs_are_done_in_the_order_they_came(folder: Path) -> None:
    done: list[int] = []

    async def use(thread: ModelThread) -> None:
        await asyncio.gather(
            *(thread.submit(lambda _, n=n: done.append(n)) for n in range(8))  # type: ignore[misc]
        )

    _with_thread(folder, use)

    assert done == list(range(8))


def test_what_a_job_raises_comes_back_and_the_thread_goes_on(folder: Path) -> None:
    async def use(thread: ModelThread) -> str:
        with pytest.raises(BadAdapter, match="manifest"):
            await thread.submit(lambda model: model.load_adapter(Path("/nowhere")))
        return await thread.submit(lambda model: model.base)

    assert _with_thread(folder, use) == folder.name


def test_a_job_past_its_deadline_is_dropped(folder: Path) -> None:
    ran: list[str] = []

    async def use(thread: ModelThread) -> float:
        slow = asyncio.ensure_future(thread.submit(lambda _: time.sleep(0.3)))
        await asyncio.sleep(0)
        began = time.monotonic()
        with pytest.raises(TimedOut):
            await thread.submit(lambda _: ran.append("late"), began + 0.05)
        waited = time.monotonic() - began
        await slow
        await thread.submit(lambda _: ran.append("after"))
        return waited

    assert _with_thread(folder, use) < 0.25
    assert ran == ["after"]


def test_more_questions_than_the_limit_are_refused_at_once(folder: Path) -> None:
    def ask(thread: ModelThread) -> Awaitable[Understanding]:
        return thread.understand(lambda model: model.understanding(normalise("go")))

    async def use(thread: ModelThread) -> tuple[int, int]:
        work = asyncio.ensure_future(thread.submit(lambda _: time.sleep(0.1)))
        waiting = asyncio.gather(*(ask(thread) for _ in range(8)))
        await asyncio.sleep(0)
        with pytest.raises(Overloaded, match="8 requests"):
            await ask(thread)
        most = thread.waiting
        # What the daemon does for itself is no question, and never refused.
        await asyncio.gather(work, waiting, thread.submit(lambda _: None))
        return most, thread.waiting

    assert _with_thread(folder, use) == (8, 0)


def test_the_loop_goes_on_while_the_model_works(folder: Path) -> None:
    async def use(thread: ModelThread) -> int:
        work = asyncio.ensure_future(thread.submit(lambda _: time.sleep(0.2)))
        turns = 0
        while not work.done():
            await asyncio.sleep(0.005)
            turns += 1
        return turns

    assert _with_thread(folder, use) > 10


def test_a_base_that_cannot_be_loaded_says_so_to_every_job(tmp_path: Path) -> None:
    async def run() -> None:
        thread = ModelThread(tmp_path, limit=8)
        thread.start()
        for _ in range(2):
            with pytest.raises(BadAdapter, match=r"tokenizer\.json"):
                await thread.submit(lambda model: model.base)
        thread.stop()

    asyncio.run(run())


def test_an_interpreter_warms_up_and_understands(folder: Path) -> None:
    said = normalise("open candy crush please")

    async def use(thread: ModelThread) -> tuple[object, object]:
        interpreter = Interpreter(thread)
        await interpreter.warm_up()
        found = await interpreter.interpret(said, time.monotonic() + 5)
        explained = await interpreter.interpret(said, explain=True)
        with pytest.raises(TimedOut):
            await interpreter.interpret(said, time.monotonic() - 1)
        assert len(explained.candidates) == 5
        return found.intents, explained.intents

    found, explained = _with_thread(folder, use)
    model = Model(folder)
    model.serve(tiny_base.catalogue())

    assert found == explained == model.understand(said).intents


_ENDING = """
import asyncio, sys
from pathlib import Path
from tests import tiny_base
from whisperad.model_thread import ModelThread
from whisperad.understanding import Understanding
from whisperad.utterance import normalise

async def main():
    thread = ModelThread(Path(sys.argv[1]), 8)
    thread.start()
    await thread.submit(lambda model: model.serve(tiny_base.catalogue()))
    await thread.submit(lambda model: model.understand(normalise("mute")) and None)
    thread.stop()

asyncio.run(main())
"""


def test_a_process_ends_cleanly_after_the_thread_was_stopped(folder: Path) -> None:
    for _ in range(4):  # without leaving mlx in order, nine of ten times it aborts
        ran = subprocess.run([sys.executable, "-c", _ENDING, str(folder)], cwd=_ROOT)

        assert ran.returncode == 0
