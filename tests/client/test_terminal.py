"""`w` on a terminal: what it asks, and what it takes for an answer."""

import os
import pty
import select
import signal
import subprocess
import sys

import pytest

from tests.client.conftest import Peer, command, result

OFF = command(["systemctl", "poweroff"], "systemctl poweroff")


class Terminal:
    """A command that believes a person is in front of it."""

    def __init__(self, environ: dict[str, str], *arguments: str) -> None:
        self._ours, theirs = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "client.say", *arguments],
            env=environ,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        self.shown = ""
        self._seen = 0

    def type(self, text: str) -> None:
        """Press keys."""
        os.write(self._ours, text.encode())

    def read_until(self, end: str) -> None:
        """Read what is shown, up to something that was not there before."""
        while not self.shown[self._seen :].endswith(end):
            try:
                self.shown += os.read(self._ours, 4096).decode().replace("\r\n", "\n")
            except OSError:  # nobody shows anything any more
                break
        self._seen = len(self.shown)

    def interrupt(self) -> None:
        """Send control-C until it is seen: the prompt may not be listening yet."""
        ready: list[int] = []
        while not ready:
            self.process.send_signal(signal.SIGINT)
            ready, _, _ = select.select([self._ours], [], [], 0.3)

    def finish(self) -> int:
        """Read what is left and give the exit code."""
        self.read_until("\0")
        code = self.process.wait()
        os.close(self._ours)
        return code


@pytest.fixture
def asked(peer: Peer, environ: dict[str, str]) -> Terminal:
    """Give a `w` that waits to be told whether to go on."""
    peer.will_say(outcome="needs_confirmation", commands=[OFF], token="tok3n")
    terminal = Terminal(environ, "-x", "shut down")
    terminal.read_until("[y/N] ")
    return terminal


def test_what_would_run_is_shown_and_asked_about(asked: Terminal, peer: Peer) -> None:
    peer.will_say(outcome="done", commands=[OFF], results=[result(0, "bye\n")])
    asked.type("y\n")

    assert asked.finish() == 0
    assert asked.shown == "  systemctl poweroff\nrun this? [y/N] y\nbye\n"
    assert peer.requests[1] == {"type": "confirm", "token": "tok3n", "runs_here": True}


@pytest.mark.parametrize("answer", ["\n", "n\n", "yesterday\n", "\x04"])
def test_whatever_is_not_yes_runs_nothing(
    asked: Terminal, peer: Peer, answer: str
) -> None:
    asked.type(answer)

    assert asked.finish() == 6
    assert asked.shown.endswith("not run\n")
    assert len(peer.requests) == 1


def test_control_c_runs_nothing(asked: Terminal, peer: Peer) -> None:
    asked.process.send_signal(signal.SIGINT)

    assert asked.finish() == 130
    assert "Traceback" not in asked.shown
    assert len(peer.requests) == 1


def test_a_command_cannot_hide_what_it_is(peer: Peer, environ: dict[str, str]) -> None:
    """An escape sequence in a file's name could wipe the line it is shown on."""
    hidden = command(["rm", "a\x1b[2K"], "rm 'a\x1b[2K\N{RIGHT-TO-LEFT OVERRIDE}'")
    peer.will_say(outcome="needs_confirmation", commands=[hidden], token="t")
    terminal = Terminal(environ, "-x", "delete it")
    terminal.read_until("[y/N] ")
    terminal.type("n\n")
    terminal.finish()

    assert r"  rm 'a\x1b[2K\u202e'" in terminal.shown


def test_the_prompt_keeps_going_until_control_d(
    peer: Peer, environ: dict[str, str]
) -> None:
    peer.will_say()
    terminal = Terminal({**environ, "TERM": "dumb"}, "-i")
    terminal.read_until("w> ")
    terminal.type("who wrote faust\n")
    terminal.read_until("w> ")
    terminal.interrupt()
    terminal.read_until("w> ")
    terminal.type("\x04")

    assert terminal.finish() == 0
    assert 'not a command: "who wrote faust"\n' in terminal.shown
    assert len(peer.requests) == 1


def test_control_c_is_for_the_program_that_runs_here(
    peer: Peer, environ: dict[str, str]
) -> None:
    wait = "import time; print('waiting', flush=True); time.sleep(60)"
    argv = [
        sys.executable,
        "-c",
        f"try: exec({wait!r})\nexcept KeyboardInterrupt: exit(9)",
    ]
    peer.will_say(outcome="handed_over", commands=[command(argv, "wait", "client")])
    terminal = Terminal(environ, "-x", "wait")
    terminal.read_until("waiting\n")
    os.killpg(terminal.process.pid, signal.SIGINT)

    assert terminal.finish() == 9
