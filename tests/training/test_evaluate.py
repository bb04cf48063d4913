"""Scores count as the daemon counts: what would run, and what would not."""

import pytest

from tests import tiny_base
from training.curves import reliability, tradeoff
from training.dataset import Example
from training.evaluate import (
    SEVERAL,
    Answer,
    by_action,
    by_file,
    by_pack,
    confusions,
    score,
    tally,
    tally_answers,
)
from whisperad.intent import NOT_A_COMMAND, Intent
from whisperad.understanding import Understanding

MUTE, SHUT = Intent("mute"), Intent("shut_down")
CHROME, SLACK = (Intent("open_app", {"target": name}) for name in ("chrome", "slack"))
THRESHOLD = 0.5


def answered(
    said: str,
    expected: tuple[Intent, ...],
    understood: tuple[Intent, ...],
    confidence: float,
) -> Answer:
    """Give an answer of a model that is served from a confidence of a half."""
    example = Example(said, expected or (NOT_A_COMMAND,), f"template of {said}")
    understanding = Understanding(understood, confidence, passes=2, model_ms=3.0)
    return Answer(example, understanding, confidence >= THRESHOLD)


ANSWERS = [
    answered("mute", (MUTE,), (MUTE,), 0.9),
    answered("silence", (MUTE,), (SHUT,), 0.8),
    answered("quiet", (MUTE,), (MUTE,), 0.3),
    answered("open chrome", (CHROME,), (SLACK,), 0.7),
    answered("open both", (CHROME, SLACK), (CHROME, SLACK), 0.9),
    answered("open the two", (CHROME, SLACK), (CHROME,), 0.6),
    answered("hello", (), (), 0.95),
    answered("shut up", (), (SHUT,), 0.6),
    answered("mutiny", (), (MUTE,), 0.2),
]


def test_commands_and_others_are_counted_by_what_would_run() -> None:
    counted = tally_answers("all", ANSWERS)

    assert (counted.commands, counted.others) == (6, 3)
    assert counted.action == pytest.approx(3 / 6)  # mute, open chrome, open both
    assert counted.exact == pytest.approx(2 / 6)
    assert counted.refused == pytest.approx(1 / 6)
    assert counted.false_actions == pytest.approx(1 / 3)
    assert counted.ms == 3.0


def test_scores_say_the_same() -> None:
    scores = score(ANSWERS, tiny_base.catalogue())

    assert scores.exact == pytest.approx(2 / 6)
    assert scores.refused == pytest.approx(1 / 6)
    assert scores.passes == 2
    assert scores.packs == {"test": pytest.approx(2 / 6)}


def test_several_commands_have_a_line_of_their_own() -> None:
    catalogue = tiny_base.catalogue()

    packs = {line.name: line.commands for line in by_pack(ANSWERS, catalogue)}
    actions = {line.name: line.exact for line in by_action(ANSWERS)}

    assert packs == {"test": 4, SEVERAL: 2}
    assert actions == {"mute": pytest.approx(1 / 3), "open_app": 0, SEVERAL: 0.5}


def test_what_is_no_command_is_counted_by_its_file() -> None:
    files = {"template of hello": "chitchat", "template of shut up": "near_misses"}

    lines = {line.name: line.false_actions for line in by_file(ANSWERS, files)}

    assert lines == {"chitchat": 0.0, "near_misses": 1.0}


def test_confusions_name_both_sides_and_an_utterance() -> None:
    found = {(c.expected, c.understood): c for c in confusions(ANSWERS * 2)}

    assert found["mute", "shut_down"].times == 2
    assert found["mute", "shut_down"].examples == ("silence",)
    assert found["none", "mute"].sure == 0
    assert ("open_app + open_app", "open_app") in found
    assert ("open_app", "open_app") not in found  # the wrong slot is no confusion


def test_nothing_at_all_has_shares_all_the_same() -> None:
    counted = tally("nothing", [])

    assert (counted.action, counted.refused, counted.false_actions) == (0, 0, 0)


def test_bins_hold_all_answers_and_say_how_many_are_right() -> None:
    bins = reliability([*ANSWERS, answered("off", (SHUT,), (SHUT,), 1.0)])
    last = bins[-1]

    assert sum(b.count for b in bins) == len(ANSWERS) + 1
    assert (last.low, last.high, last.count, last.right) == (0.9, 1.0, 4, 1.0)
    assert last.confidence == pytest.approx((0.9 + 0.9 + 0.95 + 1) / 4)


def test_the_trade_off_at_the_threshold_is_what_the_scores_say() -> None:
    points = {round(p.threshold, 2): p for p in tradeoff(ANSWERS)}
    at, counted = points[THRESHOLD], tally_answers("", ANSWERS)

    assert at.exact == pytest.approx(counted.exact)
    assert at.refused == pytest.approx(counted.refused)
    assert at.false_actions == pytest.approx(counted.false_actions)
    assert at.precision == pytest.approx(2 / 6)


def test_a_higher_threshold_refuses_more_and_lets_less_pass() -> None:
    points = tradeoff(ANSWERS)

    assert [p.refused for p in points] == sorted(p.refused for p in points)
    assert points[0].false_actions == pytest.approx(2 / 3)
    assert (points[-1].refused, points[-1].false_actions) == (1.0, 0.0)
    assert points[-1].precision == 1.0  # nothing would run, so nothing is wrong
