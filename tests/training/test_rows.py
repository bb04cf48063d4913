"""Rows of a user's own: what they say, when an answer to one is right."""

from pathlib import Path

import pytest

from tests import tiny_base
from training import rows
from training.dataset import Example
from whisperad.errors import BadConfig
from whisperad.intent import NOT_A_COMMAND, Intent

OPEN = '{"utterance":"open chrome","expect":{"action":"open_app","target":"Chrome"}}'
LEVEL = '{"utterance":"half volume","expect":{"action":"set_volume","level":50}}'
BOTH = (
    '{"utterance":"mute, open chrome",'
    '"expect":[{"action":"mute"},{"action":"open_app","target":"chrome"}]}'
)
EITHER = (
    '{"utterance":"quiet","expect":{"action":"mute"},'
    '"accept":[{"action":"none"},{"action":"set_volume","level":0}]}'
)


def _read(folder: Path, *lines: str) -> list[rows.Row]:
    path = folder / "rows.jsonl"
    path.write_text("\n".join(lines))
    return rows.read(path, tiny_base.catalogue())


def test_words_are_compared_as_they_are_normalised(tmp_path: Path) -> None:
    (row,) = _read(tmp_path, OPEN)

    assert rows.takes(row, (Intent("open_app", {"target": "chrome"}),))
    assert not rows.takes(row, (Intent("open_app", {"target": "chromium"}),))
    assert rows.takes_actions(row, (Intent("open_app", {"target": "chromium"}),))
    assert not rows.takes(row, ())


@pytest.mark.parametrize("said", ["50", "fifty", "fifty percent", "half"])
def test_a_number_is_compared_as_a_number(tmp_path: Path, said: str) -> None:
    (row,) = _read(tmp_path, LEVEL)

    assert rows.takes(row, (Intent("set_volume", {"level": said}),))
    assert not rows.takes(row, (Intent("set_volume", {"level": "15"}),))
    assert not rows.takes(row, (Intent("set_volume", {"level": "loudly"}),))


def test_a_slot_too_many_or_too_few_is_wrong(tmp_path: Path) -> None:
    (row,) = _read(tmp_path, OPEN)

    assert not rows.takes(row, (Intent("open_app"),))
    assert not rows.takes(
        row, (Intent("open_app", {"target": "chrome", "way": "quickly"}),)
    )


def test_several_commands_are_right_together_and_in_their_order(tmp_path: Path) -> None:
    (row,) = _read(tmp_path, BOTH)
    mute, chrome = Intent("mute"), Intent("open_app", {"target": "chrome"})

    assert rows.takes(row, (mute, chrome))
    assert not rows.takes(row, (chrome, mute))
    assert not rows.takes(row, (mute,))


def test_any_accepted_answer_is_right(tmp_path: Path) -> None:
    (row,) = _read(tmp_path, EITHER)

    assert rows.commands(row) == (Intent("mute"),)
    assert rows.takes(row, (Intent("mute"),))
    assert rows.takes(row, ())
    assert rows.takes(row, (Intent("set_volume", {"level": "zero"}),))
    assert not rows.takes(row, (Intent("shut_down"),))


@pytest.mark.parametrize("none", ['{"action":"none"}', "[]", "null"])
def test_no_command_is_expected_to_be_refused(tmp_path: Path, none: str) -> None:
    (row,) = _read(tmp_path, f'{{"utterance":"i like cheese","expect":{none}}}', "")

    assert rows.commands(row) == ()
    assert rows.takes(row, ())
    assert not rows.takes(row, (Intent("mute"),))


def test_an_example_of_ours_is_right_word_for_word() -> None:
    example = Example("x", (Intent("set_volume", {"level": "fifty"}),), "")

    assert rows.takes(example, (Intent("set_volume", {"level": "fifty"}),))
    assert not rows.takes(example, (Intent("set_volume", {"level": "50"}),))
    assert rows.takes_actions(example, (Intent("set_volume"),))
    assert rows.takes(Example("x", (NOT_A_COMMAND,), ""), ())


def test_all_mistakes_of_a_file_are_named(tmp_path: Path) -> None:
    lines = (
        "open chrome",
        '{"utterance":"x"}',
        '{"utterance":"x","expect":{"target":"chrome"}}',
        '{"utterance":"x","expect":{"action":"fly"}}',
        '{"utterance":"x","expect":{"action":"none"},"accept":[{"action":"mute","by":1}]}',
    )
    with pytest.raises(BadConfig) as caught:
        _read(tmp_path, OPEN, *lines)
    places = [mistake.split(": ")[0] for mistake in caught.value.mistakes]

    assert places == [f"{tmp_path}/rows.jsonl:{number}" for number in range(2, 7)]
    assert 'no action is called "fly"' in caught.value.mistakes[3]
    assert 'action "mute" has no slot "by"' in caught.value.mistakes[4]


def test_a_file_that_is_not_there_or_empty_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadConfig, match=r"gone\.jsonl: No such file"):
        rows.read(tmp_path / "gone.jsonl", tiny_base.catalogue())
    with pytest.raises(BadConfig, match="expected at least one row"):
        _read(tmp_path, "")
