"""What is agreed to is what was named: more of it is asked about again."""

from pathlib import Path

import pytest

from whisperad import catalogue
from whisperad.checks import TOUCHES
from whisperad.command import Command
from whisperad.found import Found
from whisperad.touched import NOTHING, Touched, look

SHIPPED = catalogue.load()
# With their own words in the command, these name all there is to name.
NAMED_BY_THE_COMMAND = {
    "aws_s3_copy", "aws_s3_sync", "brew_install", "brew_uninstall", "call_contact",
    "docker_remove_container", "docker_remove_image", "docker_run", "docker_stop",
    "go_get", "mas_install", "npm_install", "npm_uninstall", "pip_install",
    "pip_uninstall", "run_shortcut", "scp_copy", "send_message", "service_restart",
    "service_stop", "yarn_add", "yarn_remove",
}  # fmt: skip
# These throw nothing away that anybody made.
LOSES_NOTHING = {"brew_cleanup", "install_updates", "mas_upgrade", "npm_clean_cache"}


def test_every_action_with_a_risk_names_what_it_touches() -> None:
    silent = {
        action.id
        for action in SHIPPED.actions.values()
        if action.risk != "safe" and not action.touches
    }

    assert silent == NAMED_BY_THE_COMMAND | LOSES_NOTHING
    for name in NAMED_BY_THE_COMMAND:
        assert SHIPPED.actions[name].slots, name


@pytest.mark.parametrize("kind", TOUCHES)
def test_every_kind_is_looked_up(kind: str, tmp_path: Path) -> None:
    """On a machine without any program to ask."""
    things = {"files": str(tmp_path), "pid": "1", "port": "9", "process": "none"}
    given = (kind, *([things[kind]] if TOUCHES[kind] else []))
    command = Command(("true",), "danger", "daemon", touches=given)
    seen = look((command,), tmp_path, tmp_path, {"PATH": str(tmp_path)})

    # What ends with a session is the one thing that nobody can say everywhere.
    assert seen.found[0].shown or kind == "session"


def test_what_names_nothing_touches_nothing(tmp_path: Path) -> None:
    command = Command(("true",), "danger", "daemon")

    assert look((command,), tmp_path, tmp_path, {}) == Touched((NOTHING,))


def found(*marks: str, count: int = 0) -> Touched:
    return Touched((Found((), frozenset(marks), count),))


@pytest.mark.parametrize(
    ("now", "goes_beyond"),
    [
        (found("a", "b"), False),
        (found("a"), False),
        (found("a", "b", "c"), True),
        (found("c"), True),
        (found("a", count=2), True),
        (Touched(), True),
    ],
)
def test_less_is_agreed_to_and_more_is_not(now: Touched, goes_beyond: bool) -> None:
    assert now.goes_beyond(found("a", "b", count=1)) is goes_beyond
