"""A question on its way through the model, pass by pass."""

from collections.abc import Callable
from concurrent.futures import Future

from whisperad.decode import Pass, Scores
from whisperad.model import Model, Steps
from whisperad.reading import Reader
from whisperad.understanding import Understanding


class Question:
    """An utterance on its way to being understood."""

    def __init__(self, begin: Callable[[Model], Steps]) -> None:
        self._begin = begin
        self.done: Future[Understanding] = Future()
        self.wanted: Pass | None = None  # None when it has ended

    def begin(self, model: Model) -> None:
        """Get to where a pass is wanted, unless nobody waits for the answer."""
        if self.done.set_running_or_notify_cancel():
            self._advance(lambda: self._first(model))

    def go_on(self, rows: Scores) -> None:
        """Take what a pass gave and get to where the next one is wanted."""
        self._advance(lambda: self._steps.send(rows))

    def finish(self, reader: Callable[[], Reader]) -> None:
        """Make all passes that are still wanted, alone, with a reader of this thread's."""
        try:
            while self.wanted is not None:
                (rows,) = reader().read([self.wanted])
                self.go_on(rows)
            reader().forget()
        except BaseException as error:  # as a pool of threads does
            if not self.done.done():
                self.fail(error)

    def fail(self, error: BaseException) -> None:
        """End without an answer."""
        self.wanted = None
        self.done.set_exception(error)

    def _first(self, model: Model) -> Pass:
        self._steps = self._begin(model)
        return next(self._steps)

    def _advance(self, step: Callable[[], Pass]) -> None:
        try:
            self.wanted = step()
        except StopIteration as ended:
            self.wanted = None
            self.done.set_result(ended.value)
        except BaseException as error:
            self.fail(error)
