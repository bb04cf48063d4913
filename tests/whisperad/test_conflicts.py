"""Conflicts: every wording that two actions share is found, and nothing else."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.whisperad.packs import action
from whisperad import catalogue
from whisperad.catalogue import SHIPPED
from whisperad.conflicts import Conflict, conflicts, give_way
from whisperad.errors import BadConfig

Found = set[tuple[str, str, str]]


def written(folder: Path, pack: str, refusals: str = "[]", settled: str = "") -> Path:
    """Write the smallest configuration that has conflicts to find."""
    for name in ("actions", "names", "none", "wording"):
        (folder / name).mkdir(parents=True)
    for name in ("apps", "folders"):
        (folder / "names" / f"{name}.toml").touch()
    (folder / "names" / "sites.toml").write_text("[sites]\n")
    (folder / "actions" / "test.toml").write_text(f'pack = "test"\n{pack}')
    (folder / "none" / "none.toml").write_text(f"phrases = {refusals}\n")
    (folder / "wording" / "settled.toml").write_text(f"[wordings]\n{settled}")
    return folder


def found(folder: Path) -> list[Conflict]:
    return conflicts(catalogue.load(folder), folder)


def shared(folder: Path) -> Found:
    """Give the wordings that are shared, and whose they are."""
    return {
        (c.wording, c.phrases[0].action, c.phrases[1].action) for c in found(folder)
    }


@pytest.mark.timeout(180)  # parses every phrase there is
def test_no_wording_of_ours_belongs_to_two_actions() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "whisperad.conflicts"],
        env={"WHISPERA_HOME": "/nowhere", "PYTHONPATH": str(SHIPPED.parent)},
        capture_output=True,
        check=True,
    )

    assert json.loads(ran.stdout)["conflicts"] == []


def test_the_one_wording_among_many_is_found_with_file_and_line(tmp_path: Path) -> None:
    one = "(a|b|c|d) (a|b|c|d) (a|b|c|d) (a|b|c|d) (a|b|c|d) (a|b|c|d) [x]"
    pack = action("one", ["first", one]) + action("two", ["d d c b a a x"])
    folder = written(tmp_path, pack)
    (conflict,) = found(folder)
    place = str(folder / "actions" / "test.toml")

    assert conflict.wording == "d d c b a a x"
    assert [(p.action, p.file, p.line, p.template) for p in conflict.phrases] == [
        ("one", place, 5, one),
        ("two", place, 10, "d d c b a a x"),
    ]


@pytest.mark.parametrize(
    ("one", "other", "wording"),
    [
        ("take [a] screenshot[s]", "(take|make) screenshots", "take screenshots"),
        ("[please] go", "go  [now]", "go"),
        ("(a; b)", "b a", "b a"),
        ("Mute", "mute", "mute"),
        ("don't [you]", "(do|don't)", "don't"),
    ],
)
def test_however_a_template_puts_words_together(
    tmp_path: Path, one: str, other: str, wording: str
) -> None:
    folder = written(tmp_path, action("one", [one]) + action("two", [other]))

    assert shared(folder) == {(wording, "one", "two")}


def test_rules_are_followed(tmp_path: Path) -> None:
    pack = '[rules]\nstart = "(start|<again>)"\nagain = "start again"\n'
    pack += action("one", ["<start> it"]) + action("two", ["start again it"])

    assert shared(written(tmp_path, pack)) == {("start again it", "one", "two")}


@pytest.mark.parametrize(
    ("one", "other", "is_shared"),
    [
        ('{ a = "app" }', '{ b = "app" }', True),
        ('{ a = "app" }', '{ b = "site" }', False),
        ('{ a = "text" }', '{ b = "text" }', True),
        ('{ a = "text" }', '{ b = { type = "text", samples = "notes" } }', False),
        (
            '{ a = { type = "text", samples = "notes" } }',
            '{ b = { type = "text", samples = "notes" } }',
            True,
        ),
    ],
)
def test_slots_are_the_same_where_they_are_filled_alike(
    tmp_path: Path, one: str, other: str, is_shared: bool
) -> None:
    pack = action("one", ["open {a}"], one) + action("two", ["open {b}"], other)

    assert bool(found(written(tmp_path, pack))) == is_shared


def test_a_choice_is_the_words_that_are_said_for_it(tmp_path: Path) -> None:
    slots = '{ s = { type = "choice", values = ["up", "down"], said = { up = ["to the top"] } } }'
    pack = action("one", ["go {s}"], slots) + action("two", ["go to the top", "go up"])

    assert shared(written(tmp_path, pack)) == {("go to the top", "one", "two")}


def test_what_is_no_command_counts_as_an_action(tmp_path: Path) -> None:
    pack = action(
        "one",
        ["who owns {h}", "be quiet"],
        '{ h = { type = "host", optional = true } }',
    )
    folder = written(
        tmp_path, pack, '["(who|what) owns {sites}",\n"be quiet", "{words}"]'
    )

    assert shared(folder) == {
        ("who owns {host}", "one", "none"),
        ("be quiet", "one", "none"),
    }
    assert {c.phrases[1].line for c in found(folder)} == {1, 2}


def test_phrases_of_one_action_may_share_what_they_like(tmp_path: Path) -> None:
    assert found(written(tmp_path, action("one", ["go [on]", "go on", "go"]))) == []


def test_a_settled_wording_is_no_conflict_but_all_others_are(tmp_path: Path) -> None:
    pack = action("one", ["(mute|hush) [now]"]) + action("two", ["(hush|mute) now"])
    folder = written(tmp_path, pack, settled='"mute now" = "one"\n')

    assert shared(folder) == {("hush now", "one", "two")}


@pytest.mark.parametrize(
    ("settled", "message"),
    [
        ('"mute" = "three"', '"mute": expected an action or "none", found "three"'),
        ("mute = ", "Invalid value"),
        ('[more]\nmute = "one"', "expected nothing but a table [wordings]"),
    ],
)
def test_a_wrong_settlement_is_a_mistake(
    tmp_path: Path, settled: str, message: str
) -> None:
    folder = written(tmp_path, action("one", ["mute"]), settled=settled)
    with pytest.raises(BadConfig) as caught:
        found(folder)

    assert str(folder / "wording" / "settled.toml") in str(caught.value)
    assert message in str(caught.value)


def test_a_phrase_that_is_none_is_named(tmp_path: Path) -> None:
    folder = written(tmp_path, action("one", ["go (on"]), '["a <b>"]')
    with pytest.raises(BadConfig) as caught:
        found(folder)

    assert len(caught.value.mistakes) == 2
    assert "test.toml:5: " in caught.value.mistakes[0]
    assert "none.toml:1: " in caught.value.mistakes[1]


def test_what_is_no_command_gives_way_to_a_users_own_phrases(tmp_path: Path) -> None:
    talk = '["water the plants", "(feed|walk) the dog", "a cat"]'
    folder = written(tmp_path / "shipped", action("pump", ["pump now"]), talk)
    own = tmp_path / "user" / "actions" / "mine.toml"
    own.parent.mkdir(parents=True)
    phrases = ["(pump|water) the [plants]", "walk the dog", "pump now"]
    own.write_text(f'pack = "mine"\n{action("dog", phrases)}')
    loaded = catalogue.load(folder, tmp_path / "user")
    wordings = {conflict.wording for conflict in conflicts(loaded, folder)}

    assert give_way(loaded, folder) == {"water the plants", "(feed|walk) the dog"}
    assert wordings == {"pump now"}  # of a shipped action: the user has to choose


def test_without_packs_of_ones_own_nothing_gives_way(tmp_path: Path) -> None:
    folder = written(tmp_path, action("one", ["a cat"]), '["a cat"]')

    assert give_way(catalogue.load(folder), folder) == frozenset()
    assert shared(folder) == {("a cat", "one", "none")}
