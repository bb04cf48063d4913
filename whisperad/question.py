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
            self._steps = self._begin(model)
            self._advance(lambda: next(self._steps))

    def go_on(self, rows: Scores) -> None:
        """Take what a pass gave and get to where the next one is wanted."""
        self._advance(lambda: self._steps.send(rows))

    def finish(self, reader: Reader) -> None:
        """Make all passes that are still wanted, alone."""
        try:
            while self.wanted is not None:
                (rows,) = reader.read([self.wanted])
                self.go_on(rows)
        except BaseException as error:  # as a pool of threads does
            self.fail(error)
        finally:
            reader.forget()

    def fail(self, error: BaseException) -> None:
        """End without an answer."""
        self.wanted = None
        self.done.set_exception(error)

    def _advance(self, step: Callable[[], Pass]) -> None:
        try:
            self.wanted = step()
        except StopIteration as ended:
            self.wanted = None
            self.done.set_result(ended.value)
        except BaseException as error:
            self.fail(error)
