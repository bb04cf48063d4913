"""A confirmation token is spent by what it was given for, and by nothing else."""

import sys

import pytest

from tests.end_to_end import own_programs
from tests.running import Message, RunningDaemon

pytestmark = [
    pytest.mark.timeout(60),
    pytest.mark.skipif(sys.platform != "linux", reason="it runs what Linux would"),
]

AT_ONCE = 4
_PACK = """\
pack = "mine"
[[action]]
id = "risk"
phrases = ["risk it"]
risk = "danger"
linux = {{ argv = ["{0}/risk"] }}
"""
_PROGRAM = '#!/bin/sh\necho risked >> "$HOME/ran"\nsleep 0.2\n'


@pytest.fixture
def running(stopped: RunningDaemon) -> RunningDaemon:
    """Give a daemon that runs one program at a time and knows a risky one."""
    own_programs.give(stopped, {"risk": _PROGRAM}, mine=_PACK)
    stopped.set(programs=1)
    stopped.start()
    stopped.teach("risk it", action="risk")
    return stopped


def _asked(daemon: RunningDaemon) -> str:
    reply = daemon.ask(type="interpret", utterance="risk it", execute=True)
    assert reply["outcome"] == "needs_confirmation"
    return str(reply["token"])


def test_a_token_stays_good_where_there_was_no_place_to_run(
    running: RunningDaemon,
) -> None:
    tokens = {_asked(running) for _ in range(AT_ONCE)}
    replies: list[Message] = []
    while tokens:
        clients = {token: running.client() for token in tokens}
        for token, client in clients.items():
            client.send(b'{"type":"confirm","token":"%s"}\n' % token.encode())
        for token, client in clients.items():
            replies.append(client.receive())
            if replies[-1].get("code") != "overloaded":
                tokens.remove(token)
    ran = (running.home / "ran").read_text().split()

    refused = [reply for reply in replies if reply.get("code") == "overloaded"]
    assert refused
    assert [r["outcome"] for r in replies if r not in refused] == ["done"] * AT_ONCE
    assert ran == ["risked"] * AT_ONCE
    assert running.stop() == 0
