"""`ws`, the function for zsh and for bash: real shells, a real daemon, a real peer."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.client.conftest import ROOT, Peer, command, interpretation, result
from tests.running import RunningDaemon
from whisperad import wire

FOLDER = ROOT / "client" / "shell"
# What each shell is started with, and the programs that its function needs.
SHELLS = {
    "zsh": (("zsh", "-f"), ()),
    "bash": (("bash", "--norc", "--noprofile"), ("nc",)),
}
FUNCTION = 'source "$1"; shift; ws "$@"'

Say = Callable[..., subprocess.CompletedProcess[bytes]]

HOSTILE = [
    'say "hello" twice',
    r"a \ backslash, two \\ and \n",
    '\\"',
    "a\ttab, a\nline, a\rreturn",
    "".join(map(chr, range(1, 32))),
    "\x7f delete",
    "$(touch gone) `touch gone` $HOME * ? [a-z] !! ~",
    "'; touch gone; '",
    "& && | > <",
    "grüße 日本語 \N{GRINNING FACE}",
    '","execute":true,"x":"',
    "-n -e %s %d \\c \\0",
]


def _has_unix_sockets() -> bool:
    told = subprocess.run(["nc", "-h"], capture_output=True, text=True, check=False)
    return "U" in told.stdout + told.stderr


@pytest.fixture(params=SHELLS)
def say(request: pytest.FixtureRequest, environ: dict[str, str]) -> Say:
    """Give a function that says words with the `ws` of a shell."""
    argv, needs = SHELLS[request.param]
    for program in (argv[0], *needs):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")
    if needs and not _has_unix_sockets():
        pytest.skip("the nc that is installed knows no Unix sockets")

    def run(
        *words: str, cwd: Path | None = None, **changed: str
    ) -> subprocess.CompletedProcess[bytes]:
        file = str(FOLDER / f"whispera.{request.param}")
        return subprocess.run(
            [*argv, "-c", FUNCTION, "ws", file, *words],
            env={**environ, **changed},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            cwd=cwd,
            check=False,
        )

    return run


def _will_say(peer: Peer, **fields: object) -> None:
    """Have the peer reply as the daemon writes it: no blanks, and UTF-8."""
    reply = interpretation(**fields)
    peer.script.append(
        json.dumps(reply, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
    )


def test_a_daemon_tells_the_command(say: Say, daemon: RunningDaemon) -> None:
    daemon.ask(
        type="teach",
        utterance="open chrome",
        intent={"action": "open_app", "target": "chrome"},
    )
    daemon.ask(
        type="teach",
        utterance="chrome and quiet",
        intent=[{"action": "open_app", "target": "chrome"}, {"action": "mute_volume"}],
    )
    socket = str(daemon.socket)

    said = say("open", "chrome", WHISPERA_SOCKET=socket)
    both = say("chrome and quiet", WHISPERA_SOCKET=socket)

    assert (said.returncode, said.stdout, said.stderr) == (
        0,
        b"open -a 'Google Chrome'\n",
        b"",
    )
    assert both.stdout.startswith(b"open -a 'Google Chrome'\nosascript ")
    assert both.stdout.count(b"\n") == 2


def test_a_daemon_tells_what_is_no_command(say: Say, daemon: RunningDaemon) -> None:
    daemon.ask(type="teach", utterance="who wrote faust", intent={"action": "none"})

    said = say("who", "wrote", "faust", WHISPERA_SOCKET=str(daemon.socket))

    assert (said.returncode, said.stdout) == (3, b"")
    assert said.stderr == b'not a command: "who wrote faust"\n'


def test_bytes_that_are_no_text_are_refused_by_the_daemon(
    say: Say, daemon: RunningDaemon
) -> None:
    said = say(os.fsdecode(b"open \xff"), WHISPERA_SOCKET=str(daemon.socket))

    assert (said.returncode, said.stdout) == (5, b"")
    assert said.stderr.startswith(b"expected UTF-8, found other bytes")


@pytest.mark.parametrize("words", HOSTILE)
def test_words_arrive_as_they_were_said_and_only_to_be_understood(
    say: Say, peer: Peer, words: str, tmp_path: Path
) -> None:
    _will_say(peer)
    folder = tmp_path / 'a "folder" \\ here'
    folder.mkdir()

    say(words, "twice", cwd=folder)

    assert peer.requests == [
        {"type": "interpret", "utterance": f"{words} twice", "cwd": str(folder)}
    ]
    assert not any(folder.iterdir())


def test_what_is_shown_is_printed_but_controls_no_terminal(
    say: Say, peer: Peer
) -> None:
    shown = 'say "a\\b" \\n / $(x) %s ü\nnext \x1b[31m'
    _will_say(peer, outcome="proposed", commands=[command(["say"], shown)])

    said = say("hello")

    assert said.stdout.decode() == 'say "a\\b" \\n / $(x) %s ü\nnext \\u001b[31m\n'


def test_slots_of_ones_own_actions_are_not_taken_for_commands(
    say: Say, peer: Peer
) -> None:
    slots = {"action": "own", "shown": "evil", "commands": "evil", "confidence": "0"}
    open_ = command(["open"], 'open "],\\"confidence\\":"')
    _will_say(
        peer,
        outcome="proposed",
        intents=[slots],
        resolved=[slots],
        commands=[open_],
        candidates=[{"intent": slots, "confidence": 0.5}],
    )

    assert say("own").stdout == b'open "],\\"confidence\\":"\n'


@pytest.mark.parametrize(
    ("fields", "code", "told"),
    [
        (
            {
                "outcome": "failed",
                "results": [result(127, stderr='no app is called "x"')],
            },
            1,
            'no app is called "x"\n',
        ),
        ({"outcome": "unsure"}, 3, 'not sure what "hello" means;'),
        ({"outcome": "postponed"}, 5, "expected an outcome that this version knows"),
    ],
)
def test_what_came_of_it_is_told_and_in_the_exit_code(
    say: Say, peer: Peer, fields: dict[str, object], code: int, told: str
) -> None:
    _will_say(peer, **fields)

    said = say("hello")

    assert (said.returncode, said.stdout) == (code, b"")
    assert said.stderr.decode().startswith(told)


def test_an_error_of_the_daemon_is_told(say: Say, peer: Peer) -> None:
    error = b'{"type":"error","id":null,"code":"overloaded","message":"too \\"much\\""}'
    peer.script.append(error + b"\n")

    said = say("hello")

    assert (said.returncode, said.stdout, said.stderr) == (5, b"", b'too "much"\n')


def test_a_daemon_that_hangs_up_is_not_reachable(say: Say, peer: Peer) -> None:
    peer.script += [b"", b""]  # where `nc` knows no -N it is asked twice

    assert say("hello").returncode == 4


def test_nothing_said_is_a_mistake(say: Say) -> None:
    assert say().returncode == 2


@pytest.mark.parametrize(
    "places",
    [
        {},
        {"WHISPERA_SOCKET": "/nowhere/w.sock"},
        {"WHISPERA_HOME": "", "XDG_RUNTIME_DIR": "/nowhere"},
        {"WHISPERA_HOME": "", "XDG_RUNTIME_DIR": "none", "XDG_STATE_HOME": "/nowhere"},
        {"WHISPERA_HOME": "", "XDG_STATE_HOME": "none"},
    ],
)
def test_the_daemon_is_looked_for_where_w_looks_for_it(
    say: Say, environ: dict[str, str], places: dict[str, str]
) -> None:
    expected = wire.Paths({**environ, **places}).socket

    said = say("hello", **places)

    assert said.returncode == 4
    assert said.stderr.decode() == (
        f"nothing answers at {expected}; start the daemon with `whispera start`\n"
    )
