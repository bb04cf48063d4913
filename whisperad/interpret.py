"""From an utterance to what it asks for: the stages, in order.

Today the model is the only one.
"""

import math

from whisperad.model_thread import ModelThread
from whisperad.understanding import Understanding
from whisperad.utterance import Utterance, normalise

# One with a slot and one without a blank, so that the passes of all common lengths
# have run once before the first request.
WARM_UP = ("could you please open the text editor for me", "mute")


class Interpreter:
    """Understands utterances, with a model in its own thread."""

    def __init__(self, thread: ModelThread) -> None:
        self._thread = thread

    async def warm_up(self) -> None:
        """Run the model, which must have a catalogue, before the first request."""
        for said in WARM_UP:
            await self.interpret(normalise(said), explain=True)

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
        return await self._thread.submit(
            lambda model: model.understand(
                utterance,
                threshold,
                explain=explain,
                deadline=math.inf if deadline is None else deadline,
            ),
            deadline,
        )
