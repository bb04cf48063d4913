"""The gate sees what an overall score does not show: one pack, new actions, canaries."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from msgspec.structs import replace
from rich.console import Console

from tests import tiny_base
from training import adapter_page, gate, report
from training.change import Change
from training.dataset import Example
from training.evaluate import Answer
from whisperad.adapter import Canary
from whisperad.catalogue import Catalogue
from whisperad.intent import Intent
from whisperad.model import Model
from whisperad.understanding import Understanding
from whisperad.utterance import normalise

CATALOGUE = tiny_base.catalogue()
MUTE, OPEN = Intent("mute"), Intent("open_app", {"target": "f"})
CANARY = Canary("mute", {"action": "mute"})


def answers(meant: Intent, rows: int, right: int) -> list[Answer]:
    """Give answers to rows that mean one thing; the first ones are right."""
    return [
        Answer(
            Example(f"{meant.action} {row}", (meant,), ""),
            Understanding((meant,) if row < right else (Intent("shut_down"),), 0.9),
            is_sure=True,
        )
        for row in range(rows)
    ]


def packed() -> Catalogue:
    """Give the catalogue with "mute" in a pack of its own."""
    mute = replace(CATALOGUE.actions["mute"], pack="sound")
    return replace(CATALOGUE, actions={**CATALOGUE.actions, "mute": mute})


def faults(change: Change) -> list[str]:
    return gate.faults(change, [CANARY], [], 0)


def test_what_a_user_added_makes_up_for_nothing_that_was_lost() -> None:
    before = [*answers(MUTE, 1000, 900), *answers(OPEN, 100, 0)]
    after = [*answers(MUTE, 1000, 880), *answers(OPEN, 100, 100)]
    without = Change(before, after, CATALOGUE)
    change = Change(before, after, CATALOGUE, frozenset({"open_app"}))

    assert not any("right answers" in fault for fault in faults(without))
    assert "right answers fell from 90.0% to 88.0%" in faults(change)
    assert change.packs[0].rows == 1000


def test_a_pack_that_falls_more_than_chance_explains_is_named() -> None:
    before = [*answers(OPEN, 2000, 1900), *answers(MUTE, 30, 30)]
    after = [*answers(OPEN, 2000, 1900), *answers(MUTE, 30, 18)]
    (fault,) = faults(Change(before, after, packed()))

    assert fault.startswith(
        "sound lost 12 rows and gained 0, more than chance explains"
    )
    assert '("mute 18" meant mute, now shut_down; "mute 19" meant' in fault


def test_a_few_rows_are_chance() -> None:
    before = [*answers(OPEN, 2000, 1900), *answers(MUTE, 30, 30)]
    after = [*answers(OPEN, 2000, 1900), *answers(MUTE, 30, 22)]

    assert faults(Change(before, after, packed())) == []


@pytest.mark.parametrize(
    ("lost", "gained", "likely"), [(0, 0, 1.0), (1, 1, 0.75), (10, 0, 1 / 1024)]
)
def test_chance_is_that_of_a_coin(lost: int, gained: int, likely: float) -> None:
    assert gate.chance(lost, gained) == likely


def taught_to(*own_after: Answer, before: Sequence[Answer] = ()) -> Change:
    """Give a change of what a user's own actions are answered with."""
    own = frozenset({"open_app", "mute"})
    return Change([], [], CATALOGUE, own, before, own_after)


def test_new_actions_that_were_not_learnt_are_named() -> None:
    poor = taught_to(*answers(MUTE, 10, 8), *answers(OPEN, 10, 1))
    fair = taught_to(*answers(MUTE, 10, 9), *answers(OPEN, 10, 1))

    assert faults(poor) == [
        "of your own actions 9 of 20 rows are right (open_app 1 of 10, mute 8 of 10)"
    ]
    assert faults(fair) == []
    assert faults(taught_to(*answers(OPEN, 9, 0))) == []


def test_own_actions_that_were_known_are_not_forgotten_unseen() -> None:
    before = [*answers(MUTE, 20, 20), *answers(OPEN, 20, 0)]
    change = taught_to(*answers(MUTE, 20, 6), *answers(OPEN, 20, 20), before=before)

    (fault,) = faults(replace(change, catalogue=packed()))
    assert fault.startswith("sound lost 14 rows and gained 0")


def test_each_own_action_has_a_score_on_the_terminal_and_in_the_report() -> None:
    before = [*answers(MUTE, 10, 2), *answers(OPEN, 10, 0)]
    change = taught_to(*answers(MUTE, 10, 8), *answers(OPEN, 10, 7), before=before)
    console = Console(record=True, width=100)
    report.show_change(console, change)
    said = console.export_text()
    page = adapter_page.render({}, [], change, [])

    assert "right in open_app*" in said
    assert "7 of 10" in said
    assert "* your own, rows of phrases that were trained on, with other values" in said
    assert "Your own actions" in page
    assert "<td>mute</td>" in page


def test_an_adapter_without_a_canary_proves_nothing() -> None:
    change = Change([], answers(MUTE, 10, 10), CATALOGUE)

    assert gate.faults(change, [], [], 0) == [
        "no answer is right and sure enough for a canary"
    ]


def test_canaries_of_the_adapter_before_count_for_more_than_two() -> None:
    change = Change([], answers(MUTE, 10, 10), CATALOGUE)
    missed = [gate.Missed(CANARY, ())] * 3

    assert gate.faults(change, [CANARY], missed[:2], 12) == []
    (fault,) = gate.faults(change, [CANARY], missed, 12)
    assert fault.startswith(
        '3 of 12 canaries of the adapter before fail ("mute" meant mute, now none; '
    )


def test_a_page_says_what_was_not_good_enough() -> None:
    change = Change([], answers(MUTE, 10, 10), CATALOGUE)

    page = adapter_page.render({}, [], change, ["nothing was learnt"])

    assert (
        "There was no adapter before it. Not good enough: nothing was learnt." in page
    )


def test_canaries_that_stand_for_nothing_any_more_are_passed_over(
    tmp_path: Path,
) -> None:
    model = Model(tiny_base.write_base(tmp_path / "tiny"))
    model.serve(CATALOGUE)
    said = ("mute", "open slack", "shut it down", "set a timer for ten minutes")
    found = {text: model.understand(normalise(text), 0.0).intents for text in said}
    right, taught, *_ = (
        Canary(text, {"action": intents[0].action, **intents[0].slots})
        for text, intents in found.items()
        if intents
    )
    gone, wrong = (
        Canary("fly", {"action": "fly"}),
        Canary("hm", {"action": "shut_down"}),
    )
    lesson = Example(taught.utterance.upper(), (MUTE,), "taught")

    canaries = (right, taught, gone, wrong)
    assert gate.standing(model, canaries, CATALOGUE, (lesson,)) == [right]
