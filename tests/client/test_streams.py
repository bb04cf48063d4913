"""`w` and `whispera` with streams that are closed, full, unread or no text."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.client.conftest import Peer, Run, command, result

OPEN = command(["open", "-a", "Google Chrome"], "open -a 'Google Chrome'")
TRASH = command(["gio", "trash", "--empty"], "gio trash --empty")

Completed = subprocess.CompletedProcess[bytes]

# What is said, what the daemon answers, and the exit code that says so.
CONVERSATIONS = [
    (["open chrome"], {"outcome": "proposed", "commands": [OPEN]}, 0),
    (["-j", "open chrome"], {"outcome": "proposed", "commands": [OPEN]}, 0),
    (["who wrote faust"], {"outcome": "none"}, 3),
    (["open it"], {"outcome": "unsure"}, 3),
    (
        ["-x", "empty the trash"],
        {"outcome": "needs_confirmation", "commands": [TRASH], "token": "t"},
        6,
    ),
    (
        ["-x", "open chrome"],
        {"outcome": "failed", "commands": [OPEN], "results": [result(1)]},
        1,
    ),
]
conversations = pytest.mark.parametrize(("arguments", "reply", "code"), CONVERSATIONS)


def said(
    arguments: list[str],
    environ: dict[str, str],
    closed: tuple[int, ...] = (),
    *,
    stdout: int = subprocess.PIPE,
    stderr: int = subprocess.PIPE,
) -> Completed:
    """Run `w` after some standard streams were closed."""
    become = (
        f"import os, sys; [os.close(n) for n in {closed}]\n"
        "os.execv(sys.executable, [sys.executable, '-P', '-m', 'client.say',"
        " *sys.argv[1:]])"
    )
    return subprocess.run(
        [sys.executable, "-c", become, *arguments],
        env=environ,
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=stderr,
    )


def listed(environ: dict[str, str], *, stdout: int = subprocess.PIPE) -> Completed:
    """Run `whispera paths`, which shows a table."""
    return subprocess.run(
        [sys.executable, "-m", "client.cli", "paths"],
        env=environ,
        check=False,
        stdout=stdout,
        stderr=subprocess.PIPE,
    )


@pytest.mark.parametrize("closed", [(0,), (1,), (2,), (1, 2), (0, 1, 2)], ids=str)
@conversations
def test_a_closed_stream_changes_no_exit_code(
    peer: Peer,
    environ: dict[str, str],
    closed: tuple[int, ...],
    arguments: list[str],
    reply: dict[str, object],
    code: int,
) -> None:
    peer.will_say(**reply)
    ended = said(arguments, environ, closed)

    assert ended.returncode == code, ended.stderr
    assert b"Traceback" not in ended.stderr
    assert len(peer.requests) == 1


@pytest.mark.parametrize("arguments", [["-"], ["-i"], ["-x", "-"]], ids=str)
def test_without_an_input_nothing_is_said(
    peer: Peer, environ: dict[str, str], arguments: list[str]
) -> None:
    ended = said(arguments, environ, closed=(0,))

    assert (ended.returncode, ended.stderr) == (0, b"")
    assert peer.requests == []


@pytest.fixture
def unread() -> Iterator[int]:
    """Give a pipe that nobody reads."""
    reads, writes = os.pipe()
    os.close(reads)
    yield writes
    os.close(writes)


@conversations
def test_complaints_that_nobody_reads_change_no_exit_code(
    peer: Peer,
    environ: dict[str, str],
    unread: int,
    arguments: list[str],
    reply: dict[str, object],
    code: int,
) -> None:
    peer.will_say(**reply)

    assert said(arguments, environ, stderr=unread).returncode == code


def test_output_that_nobody_reads_ends_it_as_shells_expect(
    peer: Peer, environ: dict[str, str], unread: int
) -> None:
    peer.will_say(outcome="proposed", commands=[OPEN])
    ended = said(["open chrome"], environ, stdout=unread)

    assert (ended.returncode, ended.stderr) == (141, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
@pytest.mark.parametrize("arguments", [["open chrome"], ["-j", "open chrome"], ["-h"]])
def test_output_that_has_no_room_is_said_to_have_none(
    peer: Peer, environ: dict[str, str], arguments: list[str]
) -> None:
    peer.will_say(outcome="proposed", commands=[OPEN])
    with Path("/dev/full").open("wb") as full:
        ended = said(arguments, environ, stdout=full.fileno())

    assert ended.returncode == 1
    assert ended.stderr == b"cannot go on: No space left on device\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_a_table_that_has_no_room_is_said_to_have_none(environ: dict[str, str]) -> None:
    with Path("/dev/full").open("wb") as full:
        ended = listed(environ, stdout=full.fileno())

    assert (ended.returncode, ended.stderr) == (1, b"No space left on device\n")


def test_a_table_may_hold_what_the_locale_cannot_spell(
    environ: dict[str, str],
) -> None:
    odd = {"WHISPERA_HOME": "/caf\udce9", "PYTHONIOENCODING": "ascii"}
    ended = listed({**environ, **odd})

    assert (ended.returncode, ended.stderr) == (0, b"")
    assert b"config  /caf\\udce9/config\n" in ended.stdout


def test_a_table_that_nobody_reads_ends_it_as_shells_expect(
    environ: dict[str, str], unread: int
) -> None:
    ended = listed(environ, stdout=unread)

    assert (ended.returncode, ended.stderr) == (141, b"")


def test_a_state_that_cannot_be_written_is_named(
    whispera: Run, short_dir: Path
) -> None:
    (short_dir / "state").write_text("in the way")
    ended = whispera("start")

    assert ended.returncode == 1
    assert ended.stderr == f"{short_dir}/state: File exists\n"


def test_what_is_typed_may_be_no_text(peer: Peer, environ: dict[str, str]) -> None:
    peer.will_say(outcome="proposed", commands=[OPEN])
    ended = subprocess.run(
        [sys.executable, "-m", "client.say", "-i"],
        env={**environ, "PYTHONIOENCODING": "utf-8:strict"},
        input=b"open \xff\n",
        capture_output=True,
        check=False,
    )

    assert (ended.returncode, ended.stderr) == (0, b"")
    assert peer.requests[0]["utterance"] == "open \N{REPLACEMENT CHARACTER}"


def test_what_was_said_is_shown_without_what_it_does_to_a_terminal(
    w: Run, peer: Peer
) -> None:
    peer.will_say()
    peer.will_say(outcome="unsure")
    none, unsure = w("wipe \x1b[2J"), w("wipe \x1b[2J")

    assert none.stderr == 'not a command: "wipe \\x1b[2J"\n'
    assert unsure.stderr == 'not sure what "wipe \\x1b[2J" means; did you mean\n'


def test_a_program_that_took_too_long_is_said_to_have_whatever_it_said(
    w: Run, peer: Peer
) -> None:
    late = {
        "exit_code": None,
        "stdout": "",
        "stderr": "warning: old\n",
        "duration_ms": 9.0,
        "timed_out": True,
    }
    peer.will_say(outcome="failed", commands=[OPEN], results=[late])

    assert w("-x", "open chrome").stderr == (
        "warning: old\nopen -a 'Google Chrome': took too long and was ended\n"
    )
