"""A slip of the fingers is read as the word that was meant, and only where it helps."""

from pathlib import Path

import pytest

from tests import shipped_model
from training.generate import Generator
from whisperad import catalogue
from whisperad.intent import Intent
from whisperad.model import Model
from whisperad.spelling import MENDED, REFUSED, SURE, USUAL, Respelt, Spelling
from whisperad.understanding import Candidate, Understanding
from whisperad.utterance import normalise

CATALOGUE = catalogue.load()
_PHRASES = {"open": 90, "brighter": 40, "make": 60, "terminal": USUAL, "rare": 1}
_PHRASES |= {"pad": 50, "form": 30, "from": 70}
_UNSURE = Understanding((), 0.9)


@pytest.fixture(scope="module")
def spelling() -> Spelling:
    """Give what knows a few words, and those of the shipped files."""
    return Spelling(CATALOGUE.actions, _PHRASES)


def _read(spelling: Spelling, typed: str) -> str | None:
    other = spelling.other(normalise(typed), _UNSURE)
    return other.utterance.text if other else None


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("make it brigther", "make it brighter"),  # two letters exchanged
        ("make it brighte", "make it brighter"),  # one left out
        ("make it brightter", "make it brighter"),  # one too many
        ("make it brughter", "make it brighter"),  # one beside it
        ("opne the termnial", "open the terminal"),
        ("make it brightest", None),  # two slips are another word
        ("make it brighter", None),
        ("mke tea", None),  # too short to tell
        ("opne-pad ./opne opne.py me@opne", None),  # names, paths and addresses
    ],
)
def test_a_word_one_slip_away_from_a_usual_one_is_read_as_that(
    spelling: Spelling, typed: str, read: str | None
) -> None:
    assert _read(spelling, typed) == read


def test_words_that_stand_in_a_file_of_ours_are_spelt_right(spelling: Spelling) -> None:
    assert _read(spelling, "a rarr one") is None  # `rare` is too seldom to be meant
    assert _read(spelling, "the farm") is None  # people say it in what is no command


def test_of_two_words_that_are_as_near_the_more_usual_one_is_meant(
    spelling: Spelling,
) -> None:
    assert _read(spelling, "frorm") == "from"


def test_what_is_sure_is_not_read_again(spelling: Spelling) -> None:
    opened = Intent("open_app", {"target": "opne"})
    sure = Understanding((opened,), SURE)
    unsure = Understanding((opened,), SURE - 0.01)

    assert spelling.other(normalise("opne opne"), sure) is None
    assert spelling.other(normalise("opne opne"), unsure) is not None
    assert spelling.other(normalise("opne"), Understanding((), REFUSED)) is None


def _respelt(spelling: Spelling, typed: str) -> Respelt:
    other = spelling.other(normalise(typed), _UNSURE)
    assert other
    return other


def _found(intent: Intent, confidence: float = 0.9) -> Understanding:
    return Understanding(
        (intent,), confidence, (Candidate(intent, confidence),), passes=1
    )


def test_values_keep_the_letters_that_were_typed(spelling: Spelling) -> None:
    other = _respelt(spelling, "opne the brigther termnial")
    read = Intent("open_app", {"target": "brighter terminal"})

    found = other.better(_UNSURE, _found(read))

    typed = Intent("open_app", {"target": "brigther termnial"})
    assert found.intents == (typed,)
    assert found.candidates[0].intent == typed
    assert found.respelt == "open the brighter terminal"


def test_the_utterance_is_said_as_it_was_typed(spelling: Spelling) -> None:
    typed = normalise("Opne the Termnial, please")

    other = spelling.other(typed, _UNSURE)

    assert other
    assert other.utterance.said == typed.said


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (_UNSURE, Understanding((), 0.99)),  # no command in any spelling
        (_UNSURE, _found(Intent("mute_volume"), MENDED)),
        (
            _found(Intent("mute_volume"), 0.58),
            _found(Intent("unmute_volume"), 0.57),
        ),
    ],
)
def test_the_reading_as_typed_stays_where_the_other_is_no_surer(
    spelling: Spelling, first: Understanding, second: Understanding
) -> None:
    other = _respelt(spelling, "opne it")

    found = other.better(first, second)

    assert (found.intents, found.respelt) == (first.intents, "")
    assert found.passes == first.passes + second.passes


@pytest.fixture(scope="module")
def model() -> Model:
    """Give the shipped model, which has learnt how words are spelt."""
    return shipped_model.learnt()


@pytest.mark.timeout(120)
def test_what_is_mistyped_is_understood_by_the_shipped_model(model: Model) -> None:
    found = model.understand(normalise("please unmutte teh soudn"))
    right = model.understand(normalise("please unmute the sound"))

    assert found.intents == right.intents == (Intent("unmute_volume"),)


@pytest.mark.timeout(300)
def test_another_reading_mends_more_commands_than_it_spoils(model: Model) -> None:
    drawn = Generator(CATALOGUE, Path("config").resolve(), "test").examples(1500, 3)
    mended = spoilt = 0
    spelling = model.served().spelling
    assert spelling
    for example in drawn:
        found = model.understand(normalise(example.utterance))
        if found.respelt:
            model.served().spelling = None
            before = model.understand(normalise(example.utterance))
            model.served().spelling = spelling
            mended += found.intents == example.intents != before.intents
            spoilt += before.intents == example.intents != found.intents

    assert mended > spoilt
