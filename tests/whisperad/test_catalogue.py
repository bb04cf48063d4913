"""The catalogue: every way to break a user's file gives a message, and nothing else."""

import os
from pathlib import Path

import pytest

from whisperad import catalogue
from whisperad.catalogue import MAX_ACTIONS
from whisperad.errors import BadConfig

ACTION = """
pack = "mine"
[[action]]
id = "do"
phrases = ["do it"]
linux = { argv = ["true"] }
"""


def mistakes(user: Path) -> list[str]:
    """Load the shipped configuration with a user's and give what is wrong with it."""
    try:
        catalogue.load(user=user)
    except BadConfig as error:
        return list(error.mistakes)
    return []


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """Give the place of a user's pack."""
    (tmp_path / "actions").mkdir()
    return tmp_path / "actions" / "mine.toml"


@pytest.fixture
def user_file(tmp_path: Path) -> Path:
    """Give the place of the user's file."""
    return tmp_path / "whispera_config.json"


def test_what_is_not_there_need_not_be(tmp_path: Path) -> None:
    assert mistakes(tmp_path / "nowhere") == []


def test_names_make_no_other_actions_but_packs_and_switches_do(
    tmp_path: Path, pack: Path, user_file: Path
) -> None:
    def read() -> tuple[str, str]:
        loaded = catalogue.load(user=tmp_path)
        return loaded.hash, loaded.packs_hash

    bare = read()
    user_file.write_text('{"apps": {"myapp": "My Application"}}')
    named = read()
    user_file.write_text('{"settings": {"packs_off": ["docker"]}}')
    switched = read()
    pack.write_text(ACTION)
    widened = read()

    assert named[0] != bare[0]
    assert named[1] == bare[1]
    assert len({bare[1], switched[1], widened[1]}) == 3


@pytest.mark.parametrize(
    "text",
    ["a = " + "[" * 20_000, "a = " + "{b=" * 5_000, "[" + "a." * 20_000 + "b]"],
    ids=["lists", "tables", "keys"],
)
def test_a_pack_that_never_ends_to_nest_is_a_mistake(
    tmp_path: Path, pack: Path, text: str
) -> None:
    pack.write_text(text)

    (mistake,) = mistakes(tmp_path)
    assert mistake.startswith(f"{pack}: ")


@pytest.mark.parametrize("text", ['{"apps":' * 60_000, '{"a":' * 60_000, "[" * 60_000])
def test_a_user_file_that_never_ends_to_nest_is_a_mistake(
    tmp_path: Path, user_file: Path, text: str
) -> None:
    user_file.write_text(text)

    (mistake,) = mistakes(tmp_path)
    assert mistake.startswith(f"{user_file}: ")


@pytest.mark.parametrize(
    ("phrase", "message"),
    [
        ("", "Text is too short"),
        ("do []", "Text is too short"),
        ("do \\\\", "Unable to find end of group"),
        ("(" * 3000 + "do" + ")" * 3000, "it is nested too deeply"),
        ("[" * 200 + "do" + "]" * 200, "it is nested too deeply"),
        ("<again>", "rule <again> names itself"),
        ("<nothing>", "no rule is called <nothing>"),
    ],
)
def test_a_phrase_that_cannot_be_parsed_is_a_mistake(
    tmp_path: Path, pack: Path, phrase: str, message: str
) -> None:
    rule = '[rules]\nagain = "<again>"\n[[action]]'
    pack.write_text(
        ACTION.replace("do it", phrase).replace("[[action]]", rule),
    )

    (mistake,) = mistakes(tmp_path)
    assert mistake.startswith(f"{pack}:")
    assert message in mistake


def test_a_link_to_nothing_is_not_taken_for_nothing(
    tmp_path: Path, pack: Path, user_file: Path
) -> None:
    user_file.symlink_to(tmp_path / "gone.json")
    pack.symlink_to(pack.name)

    found = mistakes(tmp_path)
    assert len(found) == 2
    assert found[0].startswith(f"{pack}: ")
    assert found[1].startswith(f"{user_file}: ")


def test_what_is_no_file_is_not_read(
    tmp_path: Path, pack: Path, user_file: Path
) -> None:
    os.mkfifo(user_file)  # nobody ever writes into it
    pack.mkdir()

    assert mistakes(tmp_path) == [
        f"{pack}: expected a file",
        f"{user_file}: expected a file",
    ]


def test_a_folder_of_packs_that_is_no_folder_is_a_mistake(tmp_path: Path) -> None:
    actions = tmp_path / "actions"
    actions.write_text("a pack?")

    assert mistakes(tmp_path) == [f"{actions}: Not a directory"]


def test_what_editors_leave_beside_a_pack_is_no_pack(
    tmp_path: Path, pack: Path
) -> None:
    pack.write_text(ACTION)
    (pack.parent / ".#mine.toml").symlink_to("somebody@somewhere.1234")
    (pack.parent / "._mine.toml").write_bytes(b"\0\5\x16\7")
    (pack.parent / "mine.toml~").write_text("pack =")

    assert mistakes(tmp_path) == []


def test_a_pack_may_have_a_name_that_is_no_text(tmp_path: Path, pack: Path) -> None:
    other = pack.with_name(os.fsdecode(b"caf\xe9.toml"))
    other.write_text(ACTION)

    assert mistakes(tmp_path) == []


@pytest.mark.parametrize("value", ["", '5\\" disk', "a\\\\b", "Left", "a\\nb", " a"])
def test_a_value_is_written_as_it_is_heard(
    tmp_path: Path, pack: Path, value: str
) -> None:
    """The model could not write it, or what it wrote could not be read."""
    slots = f'slots = {{ side = {{ type = "choice", values = ["right", "{value}"] }} }}'
    pack.write_text(ACTION.replace('["do it"]', f'["do it {{side}}"]\n{slots}'))

    (mistake,) = mistakes(tmp_path)
    assert mistake.startswith(f'{pack}: action "do": slot "side": value "')


def test_an_inverse_that_is_no_action_is_named_with_its_file(
    tmp_path: Path, pack: Path
) -> None:
    pack.write_text(ACTION + 'inverse = "undo_it"\n')

    assert mistakes(tmp_path) == [
        f'{pack}: action "do": inverse "undo_it" is no action'
    ]


def test_a_step_that_runs_nothing_is_a_mistake(tmp_path: Path, pack: Path) -> None:
    pack.write_text(ACTION.replace('argv = ["true"]', 'steps = [["true"], []]'))

    assert mistakes(tmp_path) == [
        f'{pack}: action "do": linux: expected exactly one of argv, steps and'
        " applescript"
    ]


def test_there_is_an_end_to_actions(tmp_path: Path, pack: Path) -> None:
    action = ACTION.partition("[[action]]")[2]
    pack.write_text(
        'pack = "mine"'
        + "".join(
            f"\n[[action]]{action.replace('do', f'do_{number}')}"
            for number in range(MAX_ACTIONS)
        )
    )

    (mistake,) = mistakes(tmp_path)
    assert mistake.startswith(f"expected at most {MAX_ACTIONS} actions in all packs")
