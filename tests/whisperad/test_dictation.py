"""What is dictated at length is taken whole, and what only tells something is left."""

import pytest

from whisperad import catalogue
from whisperad.model import Model
from whisperad.settings import EMBEDDED_MODEL
from whisperad.utterance import normalise

LETTER = (
    "the boiler man could not come this week so we have cold water until monday and"
    " the neighbours have kindly offered us their shower in the evening"
)


@pytest.fixture(scope="module")
def model() -> Model:
    """Give the embedded model with its adapter."""
    model = Model(EMBEDDED_MODEL)
    model.serve(catalogue.load())
    model.use(model.load_adapter(EMBEDDED_MODEL / "adapter"))
    return model


@pytest.mark.parametrize(
    ("said", "action", "slot"),
    [
        (f"type {LETTER}", "type_text", "text"),
        (f"make a note that {LETTER}", "create_note", "text"),
        (f"text anna {LETTER}", "send_message", "text"),
        (f"write an email to tom saying {LETTER}", "compose_email", "body"),
    ],
)
def test_a_long_text_is_not_cut(
    model: Model, said: str, action: str, slot: str
) -> None:
    found = model.understand(normalise(said))

    (intent,) = found.intents
    assert intent.action == action
    assert intent.slots[slot] == LETTER
    assert found.confidence > model.calibration.threshold


def test_a_long_story_is_no_command(model: Model) -> None:
    found = model.understand(normalise(LETTER))

    assert not found.intents or found.confidence < model.calibration.threshold
