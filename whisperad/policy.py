"""Policy: confidence and risk decide what may happen. Decides, and does nothing.

Only the risk of the commands counts here, and that comes from the catalogue: nothing
in an utterance can lower it.
"""

from collections.abc import Sequence
from typing import Literal

from whisperad.command import Command
from whisperad.understanding import Understanding

Clarity = Literal["clear", "unsure", "none"]
Decision = Literal["needs_confirmation", "handed_over", "run"]


def clarity(understanding: Understanding, threshold: float) -> Clarity:
    """Say whether an answer is good enough to go on with."""
    if understanding.confidence >= threshold:
        return "clear" if understanding.intents else "none"
    # Perhaps it was a command after all: then it is better to ask which.
    return "unsure" if understanding.intents or understanding.candidates else "none"


def decide(
    commands: Sequence[Command], *, confirmed: bool, runs_here: bool
) -> Decision:
    """Say what becomes of commands that were clearly meant and shall run."""
    if not confirmed and any(command.risk != "safe" for command in commands):
        return "needs_confirmation"
    # Handed over as a whole or not at all: order matters between commands.
    if (
        runs_here
        and commands
        and all(command.where == "client" for command in commands)
    ):
        return "handed_over"
    return "run"
