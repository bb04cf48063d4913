"""Whatever is said stays what was said: an argument, and never another command."""

import json
import sys

import pytest

from tests.end_to_end.home import Home
from tests.running import Message
from whisperad import catalogue, forms
from whisperad.checks import BUILTINS

pytestmark = pytest.mark.timeout(30)  # a busy machine starts daemons slowly

UTTERANCES = (
    "open chrome; rm -rf ~",
    "open chrome && rm -rf ~",
    "open chrome | rm -rf ~",
    "open chrome\nrm -rf ~",
    "open $(rm -rf ~)",
    "open `rm -rf ~`",
    "open 'chrome'; rm -rf ~; '",
    "open --exec=rm -rf ~",
    "search the web for cats; rm -rf ~",
    "set the volume to fifty percent; rm -rf ~",
    "set a timer for ten minutes; rm -rf ~",
    'show a notification saying "; rm -rf ~',
)
PROGRAMS = {
    program
    for action in catalogue.load().actions.values()
    for alternatives in action.forms.values()
    for form in alternatives
    for program in forms.programs(form)
} | BUILTINS
SHELLS = {"bash", "sh"}


def interpreted(home: Home, utterance: str, *, execute: bool = False) -> Message:
    reply = home.daemon.ask(type="interpret", utterance=utterance, execute=execute)
    assert reply["type"] == "interpretation"
    return reply


def may_be_said(argv: list[str]) -> list[str]:
    """Give the arguments that may hold what was said: of `rm`, those behind "--"."""
    return argv[argv.index("--") :] if argv[0] == "rm" else argv


def never_unsure(home: Home) -> None:
    """Let commands be proposed that nobody would be sure of."""
    settings = {"settings": {"confidence_threshold": 0}}
    home.write("config/whispera_config.json", json.dumps(settings))


@pytest.mark.parametrize("platform", ["macos", "linux"])
def test_what_was_said_is_in_one_argument_of_one_command(
    home: Home, platform: str
) -> None:
    home.environ["WHISPERA_PLATFORM"] = platform
    for utterance in UTTERANCES:
        commands = interpreted(home, utterance)["commands"]
        arguments = [
            part for command in commands for part in may_be_said(command["argv"])
        ]

        assert len([part for part in arguments if "-rf" in part]) <= 1, utterance
        assert {command["argv"][0] for command in commands} <= PROGRAMS, utterance


@pytest.mark.parametrize("platform", ["macos", "linux"])
def test_programs_are_those_of_the_catalogue_however_unsure(
    home: Home, platform: str
) -> None:
    home.environ["WHISPERA_PLATFORM"] = platform
    never_unsure(home)
    proposed = 0
    for utterance in UTTERANCES:
        commands = interpreted(home, utterance)["commands"]
        proposed += len(commands)

        assert {command["argv"][0] for command in commands} <= PROGRAMS, utterance
    assert proposed


def test_no_action_starts_a_shell() -> None:
    assert not PROGRAMS & SHELLS


def test_what_was_said_is_removed_by_dangerous_actions_only() -> None:
    """A dangerous action is confirmed, and behind "--" no path is an option."""
    removing = [
        (action, arguments)
        for action in catalogue.load().actions.values()
        for alternatives in action.forms.values()
        for form in alternatives
        for arguments in form.steps or (form.argv,)
        # Of containers "rm" is a command of its own program.
        if "rm" in arguments and arguments[0] != "docker"
    ]
    for action, arguments in removing:
        options, operands = arguments[:2], arguments[2:]

        assert options == ("rm", "-rf"), action.id
        assert operands[0] == "--", action.id
        # A folder that the catalogue names holds nothing that was said.
        assert action.risk == "danger" or (not action.slots and action.risk != "safe")
    assert removing


@pytest.mark.skipif(sys.platform != "linux", reason="it runs what Linux would")
def test_nothing_else_is_run_however_unsure(home: Home) -> None:
    never_unsure(home)
    home.write("precious", "still there")
    for utterance in UTTERANCES:
        interpreted(home, utterance, execute=True)
    programs = {line.split(" ", 1)[0] for line in home.ran()}

    assert not programs & {*SHELLS, "rm"}
    assert (home.folder / "precious").read_text() == "still there"


def test_an_utterance_of_ten_thousand_characters_is_refused(home: Home) -> None:
    said = home.type("w", "open chrome " * 900)

    assert said.returncode == 5
    assert said.stdout.endswith("found 10800\n")
    assert said.stdout.count("\n") == 1


@pytest.mark.parametrize(
    "utterance", ["open \udcff\udcfe", "\U0001f389" * 50, "\x1b[31m"]
)
def test_what_is_no_text_is_no_command_and_no_traceback(
    home: Home, utterance: str
) -> None:
    said = home.type("w", utterance)

    assert said.returncode in {0, 3}
    assert "Traceback" not in said.stdout
