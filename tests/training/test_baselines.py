"""What others make of the same rows: they know the train split and nothing else."""

from pathlib import Path

import pytest

from tests.training import small_config
from training import baselines
from training.baselines_hassil import Hassil
from training.baselines_nearest import Nearest
from training.baselines_tfidf import Classifier
from training.evaluate import Answer
from training.generate import Generator
from whisperad.catalogue import Catalogue
from whisperad.intent import NOT_A_COMMAND, Intent
from whisperad.understanding import Understanding

Small = tuple[Catalogue, Path]

TEXTS = ["mute the sound", "hush the music", "go left", "walk right", "who ate it"]
ACTIONS = ["mute", "mute", "go", "go", "none"]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Small:
    return small_config.write(tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="module")
def hassil(small: Small) -> Hassil:
    return Hassil(*small)


def silent(_: str) -> None:
    """Show no progress."""


def perfect(small: Small, count: int) -> list[Answer]:
    """Give the answers of a model that understands everything."""
    return [
        Answer(
            example,
            Understanding(tuple(i for i in example.intents if not i.is_none), 0.9),
            True,
        )
        for example in Generator(*small, "test").examples(count, 1)
    ]


def test_hassil_reads_what_its_phrases_say(hassil: Hassil) -> None:
    (best, *_) = hassil.readings("buy me plums and figs")

    assert best == Intent("buy", {"fruit": "plums and figs"})


def test_hassil_gives_the_value_of_a_choice(hassil: Hassil) -> None:
    (best, *_) = hassil.readings("go to the port")

    assert best == Intent("go", {"side": "left"})


def test_hassil_leaves_politeness_out(hassil: Hassil) -> None:
    assert hassil.readings("please hush the music")[0] == Intent("mute")


def test_hassil_reads_no_level_into_words_that_say_none(hassil: Hassil) -> None:
    assert hassil.readings("set the volume to fifty percent") == [
        Intent("set_level", {"level": "fifty percent"})
    ]
    assert hassil.readings("set the volume to music") == []


def test_hassil_knows_talk_when_it_hears_it(hassil: Hassil) -> None:
    assert hassil.readings("who ate the horse") == [NOT_A_COMMAND]
    assert hassil.readings("nothing that anybody ever wrote down") == []


def test_the_nearest_utterance_gives_the_action() -> None:
    near, exact = Nearest(TEXTS, ACTIONS).guesses(["hush that music", "go left"])

    assert (near.action, exact.action) == ("mute", "go")
    assert near.score < exact.score == 1.0


def test_the_classifier_learns_which_words_speak_for_what() -> None:
    guesses = Classifier(TEXTS * 20, ACTIONS * 20).guesses(["the music", "left", "who"])

    assert [guess.action for guess in guesses] == ["mute", "go", "none"]
    assert all(0 < guess.score <= 1 for guess in guesses)


def test_all_are_measured_on_the_same_rows(small: Small) -> None:
    others = baselines.prepare(*small, 600, 0.05, silent)
    model, *rest = others.tallies(perfect(small, 200), silent)

    assert (model.exact, model.false_actions) == (1.0, 0.0)
    assert len(rest) == 3
    for tally in rest:
        assert (tally.commands, tally.others) == (model.commands, model.others)
        assert tally.exact <= tally.action < 1
        assert tally.ms > 0
    assert rest[-1].action > 0.3


def test_none_may_let_more_pass_than_the_model(small: Small) -> None:
    strict = baselines.prepare(*small, 600, 0.0, silent)
    loose = baselines.prepare(*small, 600, 1.0, silent)
    answers = perfect(small, 600)

    before, after = strict.tallies(answers, silent), loose.tallies(answers, silent)

    assert before[0].others > 0
    for one, other in zip(before[2:], after[2:], strict=True):
        assert one.refused >= other.refused
        assert one.false_actions <= other.false_actions
    assert sum(t.false_actions for t in before) < sum(t.false_actions for t in after)


def test_of_many_rows_some_are_drawn_and_always_the_same(small: Small) -> None:
    answers = perfect(small, 20) * (baselines.MOST // 10)
    drawn = baselines.sampled(answers)

    assert len(drawn) == baselines.MOST
    assert drawn == baselines.sampled(answers)
    assert baselines.sampled(answers[:50]) == answers[:50]
