"""The one thread that calls mlx: jobs go in, plain values come out.

mlx wants every array evaluated in the thread that made it, so the model is loaded,
used, changed and dropped here, one job after the other. Questions that wait at the same
time are answered side by side: by threads beside this one, or with passes that they
share, whichever is faster where the model runs.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Any, Generic, TypeAlias, TypeVar

from whisperad.beside import Beside
from whisperad.errors import Overloaded, TimedOut
from whisperad.model import Model, Steps
from whisperad.network import leave_thread
from whisperad.question import Question
from whisperad.understanding import Understanding

T = TypeVar("T")


class _Job(Generic[T]):
    """Something to do with the model while nobody else uses it."""

    def __init__(self, work: Callable[[Model], T]) -> None:
        self._work = work
        self.done: Future[T] = Future()

    def run(self, model: Model) -> None:
        """Do it, unless nobody waits for it any more."""
        if self.done.set_running_or_notify_cancel():
            try:
                self.done.set_result(self._work(model))
            except BaseException as error:  # as a pool of threads does
                self.done.set_exception(error)


_Item: TypeAlias = _Job[Any] | Question


class ModelThread:
    """A thread with a model in it, fed from the event loop."""

    def __init__(self, folder: Path, limit: int, adapters: Sequence[Path] = ()) -> None:
        """`folder` is the base's; more than `limit` questions at a time are refused.

        The first of `adapters` that fits is used.
        """
        self._folder = folder
        self._adapters = adapters
        self._limit = limit
        self._queue: SimpleQueue[_Item | None] = SimpleQueue()
        self._thread = Thread(target=self._work, name="mlx")
        self.waiting = 0  # questions not answered yet, those at work included

    def start(self) -> None:
        """Begin to load the base. Jobs wait for it."""
        self._thread.start()

    async def submit(
        self, job: Callable[[Model], T], deadline: float | None = None
    ) -> T:
        """Run a job in the thread and give what it returns, or raise what it raises.

        `deadline` is a time of `time.monotonic`. Raises `TimedOut` when it passes and
        `BadAdapter` when the base could not be loaded.
        """
        item = _Job(job)
        return await self._done(item, item.done, deadline)

    async def understand(
        self, begin: Callable[[Model], Steps], deadline: float | None = None
    ) -> Understanding:
        """Have a question answered, beside others.

        Raises `Overloaded` when too many wait, else as `submit` does.
        """
        if self.waiting >= self._limit:
            raise Overloaded(f"{self.waiting} requests wait for the model; try again")
        item = Question(begin)
        self.waiting += 1
        try:
            return await self._done(item, item.done, deadline)
        finally:
            self.waiting -= 1

    def stop(self) -> None:
        """Let the jobs that wait be done, drop the model and end the thread."""
        self._queue.put(None)
        self._thread.join()

    async def _done(self, item: _Item, done: Future[T], deadline: float | None) -> T:
        remaining = None if deadline is None else deadline - time.monotonic()
        self._queue.put(item)
        try:
            # What has not begun is dropped with the wait for it.
            async with asyncio.timeout(remaining):
                return await asyncio.wrap_future(done)
        except TimeoutError as error:
            raise TimedOut("the model did not answer in time") from error

    def _work(self) -> None:
        try:
            model = Model(self._folder, self._adapters)
        except Exception as error:
            self._refuse(error)
        else:
            _serve(model, self._queue)
            del model
        leave_thread()

    def _refuse(self, error: Exception) -> None:
        """Say to every job what kept the model from being loaded."""
        while (item := self._queue.get()) is not None:
            if item.done.set_running_or_notify_cancel():
                item.done.set_exception(error)


def _serve(model: Model, queue: "SimpleQueue[_Item | None]") -> None:
    """Do what comes in until None does; then what waits is answered, and nothing else.

    A job may change what is answered with, so it is done while no question is at work.
    It comes before questions that wait: they may be many, and jobs are few and short.
    """
    waiting: deque[Question] = deque()
    jobs: deque[_Job[Any]] = deque()
    begun: list[Question] = []
    beside = Beside(model)
    is_over = False
    try:
        while not is_over or jobs or waiting or begun:
            is_over = _taken(queue, waiting, jobs, begun) or is_over
            if not jobs:
                _begin(model, beside, waiting, begun)
            if begun:
                begun = _a_pass_further(model, begun)
            elif jobs:
                with beside.held():
                    jobs.popleft().run(model)
    finally:
        beside.stop()


def _taken(
    queue: "SimpleQueue[_Item | None]",
    waiting: deque[Question],
    jobs: deque[_Job[Any]],
    begun: list[Question],
) -> bool:
    """Put in place what has come, and wait for it if there is nothing else to do.

    Says whether nothing more will come.
    """
    while not queue.empty() or not (waiting or jobs or begun):
        item = queue.get()
        if item is None:
            return True
        if isinstance(item, Question):
            waiting.append(item)
        else:
            jobs.append(item)
    return False


def _begin(
    model: Model, beside: Beside, waiting: deque[Question], begun: list[Question]
) -> None:
    """Begin the questions that wait, as many as can be begun now."""
    several = beside and (beside.is_busy or len(waiting) > 1)
    while waiting:
        question = waiting.popleft()
        if several:
            beside.answer(question)
        elif len(begun) < model.reader.together:
            question.begin(model)
            if question.wanted is not None:
                begun.append(question)
        else:
            waiting.appendleft(question)
            return


def _a_pass_further(model: Model, begun: list[Question]) -> list[Question]:
    """Make one pass for each question, and give those that want another one."""
    try:
        rows = model.reader.read([q.wanted for q in begun if q.wanted is not None])
    except Exception as error:
        for question in begun:
            question.fail(error)
        rows = []
    for question, scores in zip(begun, rows, strict=False):
        question.go_on(scores)
    remaining = [question for question in begun if question.wanted is not None]
    if len(remaining) < len(begun):
        model.reader.forget()  # the next one is answered as if it were the first
    return remaining
