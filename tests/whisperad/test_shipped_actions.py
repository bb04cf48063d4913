"""The shipped actions, which other programs rely on, and how well each can be said."""

from pathlib import Path

import pytest

from tests import shipped_model
from whisperad import catalogue, policy
from whisperad.action import Action
from whisperad.intent import Intent
from whisperad.model import Model
from whisperad.utterance import normalise

CATALOGUE = catalogue.load()
CONTRACT = Path(__file__).with_name("shipped_actions.txt")


def _said(action: Action) -> str:
    slots = (
        f"{name}{'?' if slot.optional else ''}:{slot.type}"
        + (f"({'|'.join(slot.values)})" if slot.values else "")
        for name, slot in action.slots.items()
    )
    return " ".join((action.pack, action.id, action.risk, *slots))


def test_ids_packs_slots_and_risks_are_those_that_were_promised() -> None:
    promised = CONTRACT.read_text(encoding="utf-8").splitlines()

    assert sorted(map(_said, CATALOGUE.actions.values())) == sorted(promised)
    assert len(promised) == 335


@pytest.mark.parametrize("action", CATALOGUE.actions.values(), ids=lambda a: a.id)
def test_there_are_many_different_ways_to_say_each(action: Action) -> None:
    templates = {phrase.template for phrase in action.phrases}

    assert len(templates) >= 25


@pytest.fixture(scope="module")
def model() -> Model:
    """Give the shipped model with all that it learns after its start."""
    return shipped_model.learnt()


def _done(model: Model, said: str) -> tuple[Intent, ...]:
    """Give what would be done about it."""
    found = model.understand(normalise(said))
    clarity = policy.clarity(found, model.calibration.threshold)
    return found.intents if clarity == "clear" else ()


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    "said",
    [
        "chrome is a metal",
        "volume three of the series",
        "who owns docker",
        "don't open chrome",
    ],
)
def test_what_only_shares_words_with_commands_does_nothing(
    model: Model, said: str
) -> None:
    assert _done(model, said) == ()


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("my ears hurt", [Intent("decrease_volume")]),
        (
            "open chrome and slack",
            [
                Intent("open_app", {"target": "chrome"}),
                Intent("open_app", {"target": "slack"}),
            ],
        ),
        (
            "search for salt and pepper",
            [Intent("search_web", {"query": "salt and pepper"})],
        ),
        ("open github dot com", [Intent("open_website", {"site": "github dot com"})]),
    ],
)
def test_what_people_say_otherwise_is_understood(
    model: Model, said: str, meant: list[Intent]
) -> None:
    assert list(_done(model, said)) == meant
