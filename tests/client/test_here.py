"""What `w` runs itself, in the terminal it was called from."""

import signal
import sys
from pathlib import Path

import pytest

from tests.client.conftest import Peer, Run, command


def test_a_command_handed_over_runs_here(w: Run, peer: Peer, tmp_path: Path) -> None:
    (tmp_path / "a file").touch()
    peer.will_say(outcome="handed_over", commands=[command(["ls"], "ls", "client")])

    said = w("-x", "list files", cwd=tmp_path)

    assert (said.returncode, said.stdout) == (0, "a file\n")


def test_a_program_that_runs_here_reads_what_we_could_read(w: Run, peer: Peer) -> None:
    peer.will_say(outcome="handed_over", commands=[command(["cat"], "cat", "client")])

    assert w("-x", "echo", stdin="typed").stdout == "typed"


def test_lines_to_be_said_are_not_for_the_program(w: Run, peer: Peer) -> None:
    cat = command(["cat"], "cat", "client")
    peer.will_say(outcome="handed_over", commands=[cat])
    peer.will_say(outcome="handed_over", commands=[cat])

    said = w("-x", "-", stdin="one\ntwo\n")

    assert (said.returncode, said.stdout) == (0, "")
    assert len(peer.requests) == 2


@pytest.mark.parametrize(
    ("program", "code"),
    [("sys.exit(7)", 7), ("os.kill(os.getpid(), 15)", 143)],
)
def test_a_command_that_runs_here_gives_its_own_exit_code(
    w: Run, peer: Peer, program: str, code: int
) -> None:
    argv = [sys.executable, "-c", f"import os, sys; {program}"]
    never = command(["echo", "never"], "echo never", "client")
    peer.will_say(outcome="handed_over", commands=[command(argv, "x", "client"), never])

    said = w("-x", "fail")

    assert (said.returncode, said.stdout) == (code, "")


def test_a_program_that_runs_here_dies_of_a_broken_pipe(w: Run, peer: Peer) -> None:
    """Python ignores that signal for itself; a program must not inherit it."""
    if not Path("/proc/self/status").exists():
        pytest.skip("this system does not tell which signals a process ignores")
    argv = ["grep", "SigIgn", "/proc/self/status"]
    peer.will_say(outcome="handed_over", commands=[command(argv, "x", "client")])

    ignored = int(w("-x", "show").stdout.split()[1], 16)
    assert not ignored & (1 << signal.SIGPIPE - 1 | 1 << signal.SIGINT - 1)


def test_a_program_that_is_not_there_is_named(w: Run, peer: Peer) -> None:
    missing = command(["no-such-program"], "no-such-program", "client")
    peer.will_say(outcome="handed_over", commands=[missing])

    said = w("-x", "run it")

    assert said.returncode == 127
    assert said.stderr == 'no program on the PATH is called "no-such-program"\n'


def test_a_program_that_may_not_run_is_named(
    w: Run, peer: Peer, tmp_path: Path
) -> None:
    peer.will_say(
        outcome="handed_over", commands=[command([str(tmp_path)], "x", "client")]
    )

    said = w("-x", "run it")

    assert said.returncode == 126
    assert str(tmp_path) in said.stderr


def test_an_argument_that_runs_here_stays_one(w: Run, peer: Peer) -> None:
    """There is no shell that would read it as anything else."""
    argv = ["printf", "%s|", "a b", "$HOME", ";echo", "*"]
    peer.will_say(outcome="handed_over", commands=[command(argv, "x", "client")])

    assert w("-x", "print").stdout == "a b|$HOME|;echo|*|"
