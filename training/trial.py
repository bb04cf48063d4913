"""Try a base as the daemon would serve it: `python -m training.trial FOLDER`.

Prints how it went as JSON. A program of its own: memory that a model took comes back
for certain when its process ends.
"""

import sys
import time
from pathlib import Path

import msgspec

from whisperad import catalogue
from whisperad.errors import BadAdapter, TimedOut, WhisperaError
from whisperad.model import Model
from whisperad.utterance import normalise

UTTERANCE = "open chrome"
DEADLINE_S = 30.0  # nobody waits for a model that takes longer


class Trial(msgspec.Struct, frozen=True):
    """How a base did."""

    bytes: int
    device: str
    milliseconds: float  # that an answer took, once warm


def try_out(folder: Path) -> Trial:
    """Load a base and let it answer. Raises `BadAdapter` if it cannot be served."""
    model = Model(folder)
    model.serve(catalogue.load())
    said, deadline = normalise(UTTERANCE), time.monotonic() + DEADLINE_S
    try:
        # Threshold 0: it need not look for what else might be meant.
        model.understand(said, 0.0, deadline=deadline)
        answer = model.understand(said, 0.0, deadline=deadline)
    except TimedOut as error:
        raise BadAdapter(
            f"{folder}: it has not answered twice within {DEADLINE_S:g} s on"
            f" {model.device}, which is too slow to be of use"
        ) from error
    return Trial(model.bytes, model.device, answer.model_ms)


def main() -> int:
    """Print what came of it and give the exit code."""
    try:
        tried = try_out(Path(sys.argv[1]))
    except WhisperaError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.buffer.write(msgspec.json.encode(tried) + b"\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
