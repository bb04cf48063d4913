"""The gate: an adapter is made current only if it is no worse than the one before."""

from msgspec.structs import replace

from training.change import worse
from training.evaluate import Scores

BEFORE = Scores(
    right=0.9,
    action=0.88,
    exact=0.86,
    refused=0.1,
    false_actions=0.03,
    calibration_error=0.01,
    passes=1.5,
    packs={},
)


def test_the_same_scores_are_no_worse() -> None:
    assert worse(BEFORE, BEFORE) == []


def test_another_threshold_is_not_worse() -> None:
    assert worse(replace(BEFORE, exact=0.8, refused=0.16), BEFORE) == []


def test_fewer_right_answers_are_worse() -> None:
    assert worse(replace(BEFORE, right=0.88), BEFORE) == [
        "right answers fell from 90.0% to 88.0%"
    ]


def test_more_false_actions_than_were_asked_for_are_worse() -> None:
    assert worse(replace(BEFORE, false_actions=0.05), BEFORE) == []
    assert worse(replace(BEFORE, false_actions=0.06), BEFORE) != []
    assert worse(replace(BEFORE, false_actions=0.08), BEFORE) == [
        "false actions rose from 3.0% to 8.0%"
    ]
