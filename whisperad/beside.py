"""Several questions at a time: threads that read with a model beside its own thread.

mlx lets threads share arrays that are evaluated. On a CPU, several passes at a time on
a core each are faster than one pass over several commands: those differ in length, and
what is done around the passes is done at the same time as well.
"""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from threading import Condition, Lock, Thread

from whisperad.blas import cores
from whisperad.model import Model
from whisperad.network import leave_thread
from whisperad.question import Question
from whisperad.reading import Reader

MOST = 3  # more wait for the interpreter's lock


class Beside:
    """Threads that answer questions while the model's own thread changes nothing."""

    def __init__(self, model: Model, spared: int = 1) -> None:
        """Start no thread yet: most of the time, one question comes at a time.

        `spared` cores are left to others.
        """
        self._model = model
        self._most = min(MOST, cores() - spared) if model.can_share else 0
        self._threads: list[Thread] = []
        self._readers: dict[int, Reader] = {}
        self._waiting: deque[Question] = deque()
        self._at_work = 0  # questions that a thread has begun
        self._is_held = False  # nobody begins anything
        self._is_over = False
        lock = Lock()
        self._ready = Condition(lock)  # there is something to begin, or to end
        self._rested = Condition(lock)  # nothing is at work

    @property
    def is_busy(self) -> bool:
        """Whether a question is not answered yet."""
        return bool(self._waiting) or self._at_work > 0

    def __bool__(self) -> bool:
        """Whether there may be any thread."""
        return self._most > 0

    def answer(self, question: Question) -> None:
        """Have a question answered."""
        with self._ready:
            self._waiting.append(question)
            if len(self._threads) < min(self._most, len(self._waiting) + self._at_work):
                number = len(self._threads)
                thread = Thread(target=self._work, args=(number,), name="mlx beside")
                self._threads.append(thread)
                thread.start()
            self._ready.notify()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Begin no question for a while, once those that were begun have ended.

        Nothing is kept of the model as it was.
        """
        with self._rested:
            self._is_held = True
            self._rested.wait_for(lambda: not self._at_work)
        self._readers.clear()
        try:
            yield
        finally:
            with self._ready:
                self._is_held = False
                self._ready.notify_all()

    def stop(self) -> None:
        """Answer what waits and end the threads."""
        with self._ready:
            self._is_over = True
            self._ready.notify_all()
        for thread in self._threads:
            thread.join()
        self._readers.clear()

    def _work(self, number: int) -> None:
        while (question := self._next()) is not None:
            question.begin(self._model)
            question.finish(partial(self._reader, number))
            del question
            with self._rested:
                self._at_work -= 1
                if not self._at_work:
                    self._rested.notify()
        leave_thread()

    def _next(self) -> Question | None:
        """Wait for a question; None when there will be none any more."""
        with self._ready:
            self._ready.wait_for(
                lambda: (self._waiting and not self._is_held) or self._is_over
            )
            if not self._waiting:
                return None
            self._at_work += 1
            return self._waiting.popleft()

    def _reader(self, number: int) -> Reader:
        """Give a thread's own reader."""
        if number not in self._readers:
            self._readers[number] = self._model.reader_beside()
        return self._readers[number]
