"""From an utterance to what it asks for: the stages, in order.

What the user has taught comes first, then exact phrases, then what the model said of
the same words before, then the model.
"""

import contextlib
import math
import time
from collections.abc import Callable

from msgspec.structs import replace

from whisperad.answers import Answers
from whisperad.errors import TimedOut
from whisperad.intent import Intent
from whisperad.model_thread import ModelThread
from whisperad.understanding import Understanding
from whisperad.utterance import Utterance, normalise

# One with a slot and one without a blank, so that the passes of all common lengths
# have run once before the first request.
WARM_UP = ("could you please open the text editor for me", "mute")
WARM_UP_S = 8.0  # each, at most: a large base on a slow machine is warm by then


Meaning = Callable[[str], tuple[Intent, ...] | None]


def unknown(text: str) -> tuple[Intent, ...] | None:
    """Give the meaning of a normalised text where none is known."""
    return None


class Interpreter:
    """Understands utterances, with a model in its own thread."""

    def __init__(
        self,
        thread: ModelThread,
        taught: Meaning = unknown,
        exact: Meaning = unknown,
        answers: Answers | None = None,
    ) -> None:
        """`taught` and `exact` give what a normalised text means, or None.

        `answers` holds what the model said before.
        """
        self._thread = thread
        self._taught = taught
        self._exact = exact
        self._answers = answers

    async def warm_up(self) -> None:
        """Run the model, which must have a catalogue, before the first request."""
        for said in WARM_UP:
            deadline = time.monotonic() + WARM_UP_S
            with contextlib.suppress(TimedOut):
                await self.interpret(normalise(said), deadline)

    async def interpret(
        self,
        utterance: Utterance,
        deadline: float | None = None,
        threshold: float | None = None,
        *,
        explain: bool = False,
    ) -> Understanding:
        """Say what the utterance asks for, with candidates if that is not sure.

        `deadline` is a time of `time.monotonic`, `threshold` overrides the adapter's.
        Raises `TimedOut` and `Overloaded`.
        """
        taught = self._taught(utterance.text)
        if taught is not None:
            return Understanding(taught, 1.0, stage="taught")
        exact = self._exact(utterance.text)
        if exact is not None and not explain:
            return Understanding(exact, 1.0, stage="exact")
        if self._answers is not None and not explain:
            known = self._answers.get(utterance.text, threshold)
            if known is not None:
                return known
        found = await self._thread.understand(
            lambda model: model.understanding(
                utterance,
                threshold,
                explain=explain,
                deadline=math.inf if deadline is None else deadline,
            ),
            deadline,
        )
        if exact is not None:
            return replace(found, intents=exact, confidence=1.0, stage="exact")
        if self._answers is not None and not explain:
            self._answers.keep(utterance.text, threshold, found)
        return found
