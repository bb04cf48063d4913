"""A risky command runs once, after it was agreed to, and is exactly what was shown."""

import re
import sys

import pytest

from tests.end_to_end.home import Home

pytestmark = [
    pytest.mark.timeout(30),  # a busy machine starts daemons slowly
    pytest.mark.skipif(sys.platform != "linux", reason="it runs what Linux would"),
]


def asked(home: Home, utterance: str) -> tuple[str, str]:
    """Give the command that a confirmation is asked for, and its token."""
    said = home.type("w", "-x", utterance)
    command, question = said.stdout.splitlines()
    token = re.fullmatch(r".*: w --confirm (\S+)", question)

    assert said.returncode == 6
    assert token is not None, question
    return command, token[1]


def test_what_was_confirmed_runs_once(home: Home) -> None:
    command, token = asked(home, "shut down the computer")
    assert command == "systemctl poweroff"
    assert home.ran() == []

    confirmed = home.type("w", "--confirm", token)
    assert (confirmed.returncode, confirmed.stdout) == (0, "")
    assert home.ran() == ["systemctl [poweroff]"]

    again = home.type("w", "--confirm", token)
    assert again.returncode == 5
    assert home.ran() == ["systemctl [poweroff]"]


def test_a_token_is_for_the_command_it_was_given_for(home: Home) -> None:
    _, first = asked(home, "shut down the computer")
    _, second = asked(home, "restart the computer")
    home.type("w", "--confirm", second)

    assert first != second
    assert home.ran() == ["systemctl [reboot]"]


def test_a_token_does_not_outlive_its_daemon(home: Home) -> None:
    _, token = asked(home, "shut down the computer")
    home.type("whispera", "restart")

    assert home.type("w", "--confirm", token).returncode == 5
    assert home.ran() == []
