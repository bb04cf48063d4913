"""Intent: what the model says the user meant. Imports nothing of ours."""

import msgspec

NONE = "none"  # the action of an utterance that is not a command


class Intent(msgspec.Struct, frozen=True):
    """An action and its slots, each as the words that were said.

    `slots` keeps the catalogue's order; a slot nobody said is absent.
    """

    action: str
    slots: dict[str, str] = {}

    @property
    def is_none(self) -> bool:
        """Whether this says that the utterance is not a command."""
        return self.action == NONE


NOT_A_COMMAND = Intent(NONE)
