"""`whispera teach` and `whispera history`, with a real daemon behind them."""

import json
from pathlib import Path

import pytest

from tests.client.conftest import Run, runner

pytestmark = pytest.mark.timeout(60)  # a busy machine starts daemons slowly


def test_an_utterance_is_taught_listed_and_forgotten(
    started: Run, environ: dict[str, str]
) -> None:
    taught = started("teach", "The F!", "open_app", "target=f")
    both = started("teach", "f and hush", "open_app", "target=f", "mute_volume")
    listed = started("teach", "--list").stdout.splitlines()
    shown = json.loads(started("teach", "--list", "--json").stdout)["rows"]
    reply = json.loads(runner("client.say", environ)("-j", "the f").stdout)
    removed = started("teach", "--remove", "the f")
    again = started("teach", "--remove", "the f")

    assert taught.stdout == '"The F!" now means open_app target="f"\n'
    assert both.stdout.endswith('means open_app target="f" and mute_volume\n')
    assert [line.split(maxsplit=2)[2] for line in listed] == [
        '"The F!"      open_app target="f"',
        '"f and hush"  open_app target="f" and mute_volume',
    ]
    assert [row["utterance"] for row in shown] == ["The F!", "f and hush"]
    assert (reply["stage"], reply["confidence"]) == ("taught", 1.0)
    assert removed.stdout == 'forgotten: "the f"\n'
    assert (again.returncode, again.stderr) == (5, 'nothing was taught for "the f"\n')


def test_what_cannot_be_taught_is_said(started: Run) -> None:
    refused = started("teach", "the f", "open_app", "target=figma")

    assert refused.returncode == 5
    assert 'expected words of "the f", found "figma"' in refused.stderr
    assert started("teach", "--list").stdout == "nothing was taught\n"


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("the f",),
        ("the f", "target=f"),
        ("the f", "open_app", "action=mute"),
        ("the f", "open_app", "=f"),
        ("--list", "the f", "mute_volume"),
        ("--list", "--remove", "the f"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(
    whispera: Run, arguments: tuple[str, ...]
) -> None:
    assert whispera("teach", *arguments).returncode == 2


def test_the_history_is_shown_and_cleared(
    started: Run, environ: dict[str, str]
) -> None:
    say = runner("client.say", environ)
    empty = started("history").stdout
    started("teach", "hush", "mute_volume")
    started("teach", "i like it", "none")
    for words in ("hush", "i like it", "hush \x1b[2J"):
        say(words)
    lines = started("history").stdout.splitlines()
    newest = started("history", "-n", "1").stdout.splitlines()
    rows = json.loads(started("history", "--json", "-n", "2").stdout)["rows"]
    cleared = started("history", "clear").stdout

    assert empty == "nothing was said yet\n"
    assert lines[0].split() == "time outcome stage sure took said meant".split()
    assert len(lines) == 4
    assert '"i like it"' in lines[2]
    assert '"hush"' in lines[3]
    assert lines[3].endswith("mute_volume")
    assert len(newest) == 2
    assert newest[1].split() == lines[1].split()
    assert "\x1b" not in "".join(lines)
    assert rows[1]["utterance"] == "i like it"
    assert cleared == "the history is empty\n"
    assert started("history").stdout == "nothing was said yet\n"


def test_without_a_daemon_both_say_so(whispera: Run, home: Path) -> None:
    for arguments in (("teach", "--list"), ("history",), ("history", "clear")):
        done = whispera(*arguments)

        assert done.returncode == 4
        assert str(home / "run" / "whisperad.sock") in done.stderr
