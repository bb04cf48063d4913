"""Groups: what a program started counts, until all of it has ended."""

import os
import signal
import subprocess
import sys

from whisperad import group

# Its child goes on for as long as its input is open.
_LEAVES = "import os, sys\nif os.fork() == 0: sys.stdin.read()\n"


def test_a_group_lives_until_all_of_it_has_ended() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _LEAVES], stdin=subprocess.PIPE, start_new_session=True
    ) as leader:
        leader.wait()
        with_its_child = group.is_alive(leader.pid)
        group.send(leader.pid, signal.SIGKILL)
        while group.is_alive(leader.pid):
            pass
        group.send(leader.pid, signal.SIGTERM)  # which nobody gets

    assert with_its_child


def test_a_group_of_zombies_does_not_live() -> None:
    leader = subprocess.Popen(["true"], start_new_session=True)
    os.waitid(os.P_PID, leader.pid, os.WEXITED | os.WNOWAIT)
    lives = group.is_alive(leader.pid)
    leader.wait()

    assert not lives
    assert not group.is_alive(leader.pid)
