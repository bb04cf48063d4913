"""Errands: what a soak has a daemon do, and what must have come of all of it.

The programs are ours, in a folder that is all of the daemon's PATH, so that nothing else
can be run. Each errand has a number of its own: none can be taken for another.
"""

import itertools
import random
import time
from collections import Counter, deque
from pathlib import Path

from tests.running import Client, Message, RunningDaemon

KEPT = 20  # utterances that stay taught, each until a later one takes its place
PATIENCE_S = 20.0  # with the last timers; a busy machine is slow
DECLINED = 0.3  # of what is asked about is not agreed to

_PACK = """\
pack = "errands"
[[action]]
id = "run_errand"
phrases = ["run [the] errand {number}"]
slots = { number = "integer" }
linux = { argv = ["errand", "{number}"] }
macos = { argv = ["errand", "{number}"] }
[[action]]
id = "risk_errand"
phrases = ["risk [the] errand {number}"]
slots = { number = "integer" }
risk = "confirm"
linux = { argv = ["errand", "{number}"] }
macos = { argv = ["errand", "{number}"] }
"""
# By name, as there is no other PATH; what is appended in one go is never half there.
_PROGRAMS = {
    "errand": '/bin/sleep 0.02\necho "$1" >> "$HOME/ran"\necho "ran $1"\n',
    "notify-send": 'shift 3\necho "$1" >> "$HOME/rung"\n',
    "canberra-gtk-play": "",
}


def surroundings(home: Path) -> dict[str, str]:
    """Write the pack and its programs, and give what a daemon finds them with."""
    actions = home / "config" / "actions"
    actions.mkdir(parents=True)
    (actions / "errands.toml").write_text(_PACK)
    programs = home / "bin"
    programs.mkdir()
    for name, does in _PROGRAMS.items():
        (programs / name).write_text(f"#!/bin/sh\n{does}")
        (programs / name).chmod(0o755)
    for name in ("ran", "rung"):
        (home / name).touch()
    return {
        "HOME": str(home),
        "PATH": str(programs),
        "XDG_DATA_DIRS": "/nonexistent",
    }


class _PutOff(Exception):
    """Raise when an errand is left, as whoever asks for it may."""


class Errands:
    """What was asked for and what was acknowledged, whoever was the client."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._numbers = itertools.count(1)
        self._allowed: set[str] = set()  # these may have run
        self._ran: set[str] = set()  # these have, says the daemon
        self._timers: set[str] = set()
        self._taught: deque[str] = deque()
        self._forgotten: set[str] = set()
        self.done: Counter[str] = Counter()

    def run(self, client: Client, draw: random.Random) -> None:
        """Run one errand. Raises `AssertionError` if it is not answered as it should."""
        number = str(next(self._numbers))
        try:
            match draw.choice(("execute", "confirm", "time")):
                case "execute":
                    self._execute(client, number)
                case "confirm":
                    self._confirm(client, number, agrees=draw.random() > DECLINED)
                case "time":
                    self._time(client, number)
        except _PutOff:
            self.done["put off"] += 1

    def wrong(self, daemon: RunningDaemon) -> list[str]:
        """Say what is not as it was acknowledged; waits for the last timers."""
        ends = time.monotonic() + PATIENCE_S
        while self._timers - set(self._lines("rung")) and time.monotonic() < ends:
            time.sleep(0.05)
        ran, rung = Counter(self._lines("ran")), set(self._lines("rung"))
        known = {row["utterance"] for row in daemon.ask(type="taught")["rows"]}
        return [
            *(f"errand {one} was lost" for one in self._ran - ran.keys()),
            *(f"errand {one} ran unasked" for one in ran.keys() - self._allowed),
            *(f"errand {one} ran {n} times" for one, n in ran.items() if n > 1),
            *(f'timer "{one}" did not ring' for one in self._timers - rung),
            *(f'"{one}" was taught and lost' for one in {*self._taught} - known),
            *(f'"{one}" was not forgotten' for one in self._forgotten & known),
        ]

    def _execute(self, client: Client, number: str) -> None:
        said = self._teach(client, f"do {number}", action="run_errand", number=number)
        self._allowed.add(number)
        self._note_run(_said(client, said, "done"), number, "executed")
        self._forget(client)

    def _confirm(self, client: Client, number: str, *, agrees: bool) -> None:
        said = self._teach(client, f"try {number}", action="risk_errand", number=number)
        asked = _said(client, said, "needs_confirmation")
        assert asked["commands"][0]["argv"] == ["errand", number], asked
        self._forget(client)
        if not agrees:
            self.done["declined"] += 1
            return
        self._allowed.add(number)
        reply = _answered(client, type="confirm", token=asked["token"])
        self._note_run(reply, number, "confirmed")
        again = _answered(client, type="confirm", token=asked["token"])
        assert again.get("code") == "unknown-token", again

    def _note_run(self, reply: Message, number: str, how: str) -> None:
        assert reply.get("outcome") == "done", reply
        assert reply["results"][0]["stdout"] == f"ran {number}\n", reply
        self._ran.add(number)
        self.done[how] += 1

    def _time(self, client: Client, number: str) -> None:
        label = f"egg {number}"
        intent = {"action": "set_timer", "duration": "one second", "label": label}
        _said(client, self._teach(client, f"{label} one second", **intent), "done")
        self._timers.add(label)
        self.done["timers set"] += 1
        self._forget(client)

    def _teach(self, client: Client, said: str, **intent: str) -> str:
        """Teach an utterance, and give it."""
        meant = {k: int(v) if k == "number" else v for k, v in intent.items()}
        _agreed(client, type="teach", utterance=said, intent=meant)
        self._taught.append(said)
        self.done["taught"] += 1
        return said

    def _forget(self, client: Client) -> None:
        """Forget the oldest of what was taught, if it is too much."""
        if len(self._taught) > KEPT:
            oldest = self._taught.popleft()  # from now on it may be gone
            _agreed(client, type="forget", utterance=oldest)
            self._forgotten.add(oldest)
            self.done["forgotten"] += 1

    def _lines(self, name: str) -> list[str]:
        return (self._home / name).read_text().splitlines()


def _said(client: Client, said: str, outcome: str) -> Message:
    """Have something done, and give the reply if it is the outcome."""
    reply = _answered(client, type="interpret", utterance=said, execute=True)
    assert (reply.get("outcome"), reply.get("stage")) == (outcome, "taught"), reply
    return reply


def _agreed(client: Client, **request: object) -> None:
    reply = _answered(client, **request)
    assert reply["type"] == "ok", reply


def _answered(client: Client, **request: object) -> Message:
    """Give the reply. Raises `_PutOff` if the daemon has too much to do for it."""
    reply = client.ask(**request)
    if reply.get("code") in {"timeout", "overloaded"}:
        raise _PutOff
    return reply
