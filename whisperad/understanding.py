"""Understanding: what the model made of an utterance, and how sure it is.

Plain structs that cross threads; imports neither mlx nor anything that runs.
"""

import msgspec

from whisperad.intent import Intent


class Candidate(msgspec.Struct, frozen=True):
    """One command that the words may mean."""

    intent: Intent
    confidence: float


class Understanding(msgspec.Struct, frozen=True):
    """What was understood, and what it cost.

    `intents` is empty when the utterance is no command. `confidence` says how likely
    the whole answer is right, "no command" included. `candidates`, best first, are
    there only when the confidence is below the threshold or they were asked for.
    """

    intents: tuple[Intent, ...]
    confidence: float
    candidates: tuple[Candidate, ...] = ()
    stage: str = "model"
    passes: int = 0  # forward passes of the model
    chosen_tokens: int = 0  # tokens chosen among several
    respelt: str = ""  # what was read instead of what was typed, if that was mended
    adapter: str | None = None  # folder name of the adapter that answered
    model_ms: float = 0.0
