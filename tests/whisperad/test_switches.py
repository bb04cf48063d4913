"""Packs that are switched off: nothing can be said of them until they are on again."""

import json
from pathlib import Path

import pytest

from tests import tiny_base
from tests.running import RunningDaemon
from whisperad import catalogue
from whisperad.errors import BadConfig
from whisperad.grammar import Grammar
from whisperad.intent import Intent
from whisperad.vocabulary import Vocabulary

MINE = """pack = "mine"
[[action]]
id = "water_plants"
phrases = ["water the plants"]
linux = { argv = ["true"] }
[[action]]
id = "mute_volume"
phrases = ["hush now"]
"""


def user(folder: Path, off: object) -> Path:
    """Write a user's file with packs that are off, and a pack of the user's own."""
    (folder / "actions").mkdir(exist_ok=True)
    (folder / "actions" / "mine.toml").write_text(MINE)
    settings = {"settings": {"packs_off": off}}
    (folder / "whispera_config.json").write_text(json.dumps(settings))
    return folder


def test_the_actions_of_a_pack_that_is_off_are_not_there(tmp_path: Path) -> None:
    on = catalogue.load(user=user(tmp_path, []))
    off = catalogue.load(user=user(tmp_path, ["docker", "mine"]))
    gone = on.actions.keys() - off.actions.keys()

    assert {on.actions[name].pack for name in gone} == {"docker", "mine"}
    assert (
        on.packs.keys() - off.packs.keys() == off.packs_off.keys() == {"docker", "mine"}
    )
    assert "mute_volume" in off.actions
    assert on.hash != off.hash
    assert on.packs_off == {}


def test_the_grammar_has_no_action_of_a_pack_that_is_off(tmp_path: Path) -> None:
    vocabulary = Vocabulary(tiny_base.tokenizer().to_str())
    plants = Intent("water_plants")
    on = Grammar(catalogue.load(user=user(tmp_path, [])), vocabulary)
    off = Grammar(catalogue.load(user=user(tmp_path, ["mine"])), vocabulary)

    assert on.admits("water the plants", plants)
    assert not off.admits("water the plants", plants)
    assert off.admits("mute", Intent("mute_volume"))


def test_a_users_phrases_do_not_bring_an_action_back(tmp_path: Path) -> None:
    assert "mute_volume" not in catalogue.load(user=user(tmp_path, ["volume"])).actions


def test_a_pack_that_is_not_there_is_named_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(BadConfig) as caught:
        catalogue.load(user=user(tmp_path, ["dokcer", "docker"]))
    (mistake,) = caught.value.mistakes

    assert mistake.startswith(
        f"{tmp_path / 'whispera_config.json'}: settings.packs_off: no pack is called"
        ' "dokcer"; there are appearance, '
    )
    assert ", mine, " in mistake


def test_not_all_packs_can_be_off(tmp_path: Path) -> None:
    packs = list(catalogue.load(user=user(tmp_path, [])).packs)
    with pytest.raises(BadConfig) as caught:
        catalogue.load(user=user(tmp_path, packs))

    assert "settings.packs_off: expected at least one pack" in str(caught.value)


@pytest.mark.timeout(30)  # a busy machine starts daemons slowly
def test_a_reload_switches_packs_off_and_on(stopped: RunningDaemon) -> None:
    stopped.start()
    before = stopped.ask(type="actions")
    file = json.loads(stopped.user_file.read_text())
    switched = {**file["settings"], "packs_off": ["docker", "xcode"]}
    stopped.user_file.write_text(json.dumps({"settings": switched}))
    reloaded = stopped.ask(type="reload", what="config")
    after = stopped.ask(type="actions")
    status = stopped.ask(type="status")["catalogue"]
    stopped.user_file.write_text(json.dumps(file))
    stopped.ask(type="reload", what="config")
    gone = {a["id"] for a in before["actions"]} - {a["id"] for a in after["actions"]}

    assert {a["pack"] for a in before["actions"] if a["id"] in gone} == {
        "docker",
        "xcode",
    }
    assert {p["name"] for p in after["packs"] if not p["is_on"]} == {"docker", "xcode"}
    assert all(pack["is_on"] and pack["summary"] for pack in before["packs"])
    assert status["hash"] == reloaded["catalogue_hash"]
    assert status["actions"] == len(after["actions"])
    assert status["packs"] == len(after["packs"]) - 2
    assert stopped.ask(type="actions") == before


def test_a_wrong_switch_changes_nothing(stopped: RunningDaemon) -> None:
    stopped.start()
    before = stopped.ask(type="status")["catalogue"]
    file = json.loads(stopped.user_file.read_text())
    for off, message in ((["dokcer"], '"dokcer"'), ("docker", "$.packs_off")):
        switched = {**file["settings"], "packs_off": off}
        stopped.user_file.write_text(json.dumps({"settings": switched}))
        reply = stopped.ask(type="reload", what="config")

        assert (reply["type"], reply["code"]) == ("error", "bad-config")
        assert str(stopped.user_file) in reply["message"]
        assert message in reply["message"]
    assert stopped.ask(type="status")["catalogue"] == before
