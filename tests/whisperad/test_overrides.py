"""A user's pack says shipped actions and does them in another way, and no more."""

from pathlib import Path

import pytest

from tests.running import RunningDaemon
from whisperad import catalogue
from whisperad.action import Action
from whisperad.catalogue import Catalogue
from whisperad.checks import SHELLS
from whisperad.errors import BadConfig
from whisperad.pack import RISKS

SHIPPED = catalogue.load()


@pytest.fixture
def user(tmp_path: Path) -> Path:
    (tmp_path / "actions").mkdir()
    return tmp_path


def loaded(user: Path, text: str) -> Catalogue:
    (user / "actions" / "mine.toml").write_text(text)
    return catalogue.load(user=user)


def refused(user: Path, text: str) -> list[str]:
    with pytest.raises(BadConfig) as error:
        loaded(user, text)
    return list(error.value.mistakes)


def pack(action: Action, risk: str, rest: str = "", head: str = "") -> str:
    slots = " ".join(f"{{{name}}}" for name in action.slots)
    return (
        f'pack = "{action.pack}"\n{head}\n[[action]]\nid = "{action.id}"\n'
        f'phrases = ["zap {slots}"]\nrisk = "{risk}"\n{rest}\n'
    )


def test_phrases_and_commands_are_the_users_and_the_rest_is_ours(user: Path) -> None:
    shipped = SHIPPED.actions["git_reset_hard"]
    rest = 'linux = { argv = ["my-git", "reset"] }\nsummary = "Harmless"'
    mine = loaded(user, pack(shipped, "danger", rest, 'where = "daemon"')).actions[
        shipped.id
    ]

    assert [phrase.template for phrase in mine.phrases] == ["zap "]
    assert mine.forms["linux"][0].argv == ("my-git", "reset")
    assert mine.forms["macos"] == shipped.forms["macos"]
    assert (mine.where, mine.risk) == ("client", "danger")
    assert (mine.touches, mine.slots) == (shipped.touches, shipped.slots)
    assert (mine.private, mine.summary) == (shipped.private, shipped.summary)


def test_no_pack_lowers_the_risk_of_a_shipped_action(user: Path) -> None:
    lowered = [
        (action, risk)
        for action in SHIPPED.actions.values()
        for risk in RISKS[: RISKS.index(action.risk)]
    ]
    for number, (action, risk) in enumerate(lowered):
        (user / "actions" / f"pack{number:03}.toml").write_text(pack(action, risk))
    with pytest.raises(BadConfig) as error:
        catalogue.load(user=user)

    assert len(lowered) > 40
    assert list(error.value.mistakes) == [
        f'{user}/actions/pack{number:03}.toml: action "{action.id}": risk is "{risk}",'
        f' but a user pack cannot go below the shipped "{action.risk}"'
        for number, (action, risk) in enumerate(lowered)
    ]


def test_a_risk_that_is_not_said_is_no_way_to_lower_it(user: Path) -> None:
    text = '[[action]]\nid = "delete_file"\nphrases = ["zap {path}"]\n'
    (mistake,) = refused(user, f'pack = "files"\n{text}')

    assert 'risk is "safe", but a user pack cannot go below' in mistake


def test_a_risk_may_be_raised_and_two_packs_do_not_lower_it_again(user: Path) -> None:
    shipped = SHIPPED.actions["open_app"]
    raised = loaded(user, pack(shipped, "danger")).actions["open_app"]
    (user / "actions" / "more.toml").write_text(pack(shipped, "confirm"))
    (mistake,) = refused(user, pack(shipped, "danger"))

    assert raised.risk == "danger"
    assert 'cannot go below the shipped "danger"' in mistake


def test_no_pack_makes_a_shell_of_an_action(user: Path) -> None:
    shells = [program for name in sorted(SHELLS) for program in (name, f"/bin/{name}")]
    entries = (
        f'[[action]]\nid = "a{number}"\nphrases = ["zap {{it}} {number}"]\n'
        f'slots = {{ it = "text" }}\nlinux = {{ argv = ["{shell}", "-c", "{{it}}"] }}\n'
        for number, shell in enumerate(shells)
    )

    assert refused(user, 'pack = "mine"\n' + "".join(entries)) == [
        f'{user}/actions/mine.toml: action "a{number}": linux: "{shell}" is a shell'
        for number, shell in enumerate(shells)
    ]


def test_what_was_said_names_no_program(user: Path) -> None:
    rest = 'linux = { argv = ["{target}"] }'
    (mistake,) = refused(user, pack(SHIPPED.actions["open_app"], "safe", rest))

    assert "argv[0] must be a program's name, not a placeholder" in mistake


def test_a_daemon_refuses_such_a_pack_and_asks_as_before(
    stopped: RunningDaemon,
) -> None:
    stopped.start()
    lesson = {"action": "empty_trash"}
    assert stopped.ask(type="teach", utterance="zap", intent=lesson)["type"] == "ok"
    actions = stopped.user_file.parent / "actions"
    actions.mkdir()
    (actions / "mine.toml").write_text(pack(SHIPPED.actions["empty_trash"], "safe"))
    reply = stopped.ask(type="reload", what="config")
    asked = stopped.ask(type="interpret", utterance="zap", execute=True)

    assert (reply["type"], reply["code"]) == ("error", "bad-config")
    assert 'cannot go below the shipped "confirm"' in reply["message"]
    assert asked["outcome"] == "needs_confirmation"
