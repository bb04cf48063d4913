"""Kept answers: given for the same words and the same model, the oldest forgotten."""

from whisperad.answers import Answers
from whisperad.intent import Intent
from whisperad.understanding import Understanding

MUTE = Understanding((Intent("mute"),), 0.9, passes=2, chosen_tokens=3, model_ms=9.0)


def test_an_answer_is_given_again_at_no_cost() -> None:
    answers = Answers(lambda: "one")
    answers.keep("mute", None, MUTE)
    found = answers.get("mute", None)

    assert found == Understanding((Intent("mute"),), 0.9, stage="cache")
    assert answers.get("mute", 0.5) is None
    assert answers.get("mute it", None) is None


def test_another_adapter_has_answers_of_its_own() -> None:
    serving = ["one"]
    answers = Answers(lambda: serving[0])
    answers.keep("mute", None, MUTE)
    serving[0] = "two"

    assert answers.get("mute", None) is None


def test_the_answer_asked_for_longest_ago_goes_first() -> None:
    answers = Answers(lambda: "one", most=2)
    answers.keep("a", None, MUTE)
    answers.keep("b", None, MUTE)
    answers.get("a", None)
    answers.keep("c", None, MUTE)

    assert answers.get("b", None) is None
    assert answers.get("a", None) is not None
    assert answers.get("c", None) is not None


def test_nothing_is_kept_where_that_is_not_wanted() -> None:
    answers = Answers(lambda: None)
    answers.keep("mute", None, MUTE)

    assert answers.get("mute", None) is None


def test_all_can_be_forgotten() -> None:
    answers = Answers(lambda: "one")
    answers.keep("mute", None, MUTE)
    answers.clear()

    assert answers.get("mute", None) is None
