"""Several questions at a time: threads that read with a model beside its own thread.

mlx lets threads share arrays that are evaluated. On a CPU, several passes at a time on
a core each are faster than one pass over several commands: those differ in length, and
what is done around the passes is done at the same time as well.
"""

from functools import partial
from queue import SimpleQueue
from threading import Condition, Thread

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
        self._ready: SimpleQueue[Question | None] = SimpleQueue()
        self._readers: dict[int, Reader] = {}
        self._open = 0  # questions that are not answered yet
        self._idle = Condition()

    @property
    def is_busy(self) -> bool:
        """Whether a question is not answered yet."""
        return self._open > 0

    def __bool__(self) -> bool:
        """Whether there may be any thread."""
        return self._most > 0

    def answer(self, question: Question) -> None:
        """Have a question answered."""
        with self._idle:
            self._open += 1
            if len(self._threads) < min(self._most, self._open):
                number = len(self._threads)
                thread = Thread(target=self._work, args=(number,), name="mlx beside")
                self._threads.append(thread)
                thread.start()
        self._ready.put(question)

    def rest(self) -> None:
        """Wait until nothing is open, and keep nothing of the model as it was."""
        with self._idle:
            self._idle.wait_for(lambda: not self._open)
        self._readers.clear()

    def stop(self) -> None:
        """Answer what is open and end the threads."""
        self.rest()
        for _ in self._threads:
            self._ready.put(None)
        for thread in self._threads:
            thread.join()

    def _work(self, number: int) -> None:
        while (question := self._ready.get()) is not None:
            question.begin(self._model)
            question.finish(partial(self._reader, number))
            del question
            with self._idle:
                self._open -= 1
                self._idle.notify_all()
        leave_thread()

    def _reader(self, number: int) -> Reader:
        """Give a thread's own reader."""
        if number not in self._readers:
            self._readers[number] = self._model.reader_beside()
        return self._readers[number]
