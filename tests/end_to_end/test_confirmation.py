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


def test_the_question_names_what_the_trash_holds(home: Home) -> None:
    trash = ".local/share/Trash/files"
    home.write(f"{trash}/report.pdf", "x" * 1200)
    home.write(f"{trash}/photos/one.jpg", "x" * 1300)
    home.write("bin/gio", '#!/bin/sh\necho "gio $*" >> "$HOME/ran"\n')
    (home.folder / "bin" / "gio").chmod(0o755)
    said = home.type("w", "-x", "empty the trash").stdout.splitlines()
    token = said[-1].rsplit(" ", 1)[-1]
    home.write(f"{trash}/thesis.tex", "what nobody agreed to lose")
    again = home.type("w", "--confirm", token)
    ran = home.ran()
    confirmed = home.type("w", "--confirm", again.stdout.split()[-1])

    assert said[0] == "gio trash --empty"
    assert said[1] == "2 items in the trash, 2.5 kB: photos, report.pdf"
    assert again.returncode == 6
    assert (
        "3 items in the trash, 2.5 kB: photos, report.pdf, thesis.tex" in again.stdout
    )
    assert ran == []
    assert confirmed.returncode == 0
    assert home.ran() == ["gio trash --empty"]


def test_the_question_says_which_folder_goes_with_how_much(home: Home) -> None:
    home.write("old/a", "x" * 100)
    home.write("old/b/c", "x" * 100)
    said = home.type("w", "-x", "delete the folder old for good").stdout.splitlines()

    assert said[0] == f"rm -rf -- {home.folder}/old"
    assert said[1] == f"{home.folder}/old, a folder with 3 items, 200 bytes: a, b"
    assert (home.folder / "old" / "b" / "c").exists()
