"""Checks: which commands of an action are accepted, and what is said of the others."""

from collections.abc import Mapping

import msgspec
import pytest

from whisperad.action import Action
from whisperad.checks import check_action
from whisperad.pack import Form, Slot

SLOTS = {
    "text": Slot("text", optional=True),
    "folder": Slot("folder"),
    "app": Slot("app", optional=True),
    "step": Slot("percent", optional=True, default=10),
    "place": Slot("text", optional=True, default=""),
}


def mistakes(*forms: Mapping[str, object]) -> list[str]:
    action = Action(
        "do", "pack", "Do", SLOTS, "safe", "daemon", False, None, (),
        {"linux": tuple(msgspec.convert(form, Form) for form in forms)},
    )  # fmt: skip
    found = check_action(action, "a.toml")
    return [m for m in found if m != "a.toml: phrases is empty"]


@pytest.mark.parametrize(
    "form",
    [
        {"argv": ["open", "{folder}"]},
        {"argv": ["open", ["-a", "{app}"], "--", "{folder}"]},
        {"argv": ["louder", "{step}%", "{place}"]},
        {"argv": ["close", ["{app:window}", "{app:id}"]], "needs": "x"},
        {"argv": ["@stop", "awake"]},
        {"applescript": "on run argv\nend run", "args": ["{folder}", ["{text}"]]},
    ],
)
def test_a_command_that_can_always_be_filled_is_accepted(
    form: dict[str, object],
) -> None:
    assert mistakes(form) == []


@pytest.mark.parametrize(
    "form",
    [
        {"argv": ["type", "--", "{text}"]},
        {"argv": ["type"], "stdin": "{text}"},
        {"applescript": "on run argv\nend run", "args": ["{text}"]},
        {"steps": [["true"], ["type", "{text}"]]},
    ],
)
def test_only_the_last_form_must_do_with_what_is_always_said(
    form: dict[str, object],
) -> None:
    without = {"argv": ["type"]}

    assert mistakes(form, without) == []
    assert len(mistakes(without, form)) == 1
    assert 'of the last form needs "text", which is optional' in mistakes(form)[0]


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ({"argv": ["sh", "-c", "true"]}, '"sh" is a shell'),
        ({"argv": ["{folder}"]}, "argv[0] must be a program's name"),
        ({"argv": ["@fly"]}, '"@fly" is nothing the daemon does itself'),
        ({"argv": ["x", "{gone}"]}, 'argv[1] is {gone}, but slots has no "gone"'),
        ({"argv": ["x", "{@gone}"]}, "argv[1] is {@gone}, which is no constant"),
        ({"argv": ["x", "{folder:id}"]}, "type folder has no such view"),
        (
            {"argv": ["x"], "steps": [["y"]]},
            "exactly one of argv, steps and applescript",
        ),
        ({}, "exactly one of argv, steps and applescript"),
        ({"argv": ["x"], "args": ["y"]}, "args belongs to applescript"),
        ({"argv": ["x"], "stdin": "a", "stdin_file": "b"}, "exclude each other"),
        ({"argv": ["x"], "stdin": "a", "stdin_open": True}, "exclude each other"),
        ({"applescript": 'say "{text}"'}, "a slot is pasted into the script"),
        ({"argv": ["x"], "map": {"gone": {}}}, 'map has "gone", but slots has not'),
    ],
)
def test_a_command_that_makes_no_sense_is_refused(
    form: dict[str, object], message: str
) -> None:
    assert len(mistakes(form)) == 1
    assert message in mistakes(form)[0]
    assert mistakes(form)[0].startswith("a.toml: linux: ")
