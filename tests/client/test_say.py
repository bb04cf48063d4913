import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.client.conftest import ROOT, Peer, Run, command, result

OPEN = command(["open", "-a", "Google Chrome"], "open -a 'Google Chrome'")


def test_words_are_joined_and_the_command_is_printed(w: Run, peer: Peer) -> None:
    peer.will_say(outcome="proposed", commands=[OPEN])

    said = w("open", "chrome")

    assert (said.returncode, said.stdout, said.stderr) == (
        0,
        "open -a 'Google Chrome'\n",
        "",
    )
    assert peer.requests == [
        {
            "type": "interpret",
            "utterance": "open chrome",
            "execute": False,
            "cwd": str(Path.cwd()),
            "runs_here": False,
        }
    ]


def test_several_commands_are_printed_one_a_line(w: Run, peer: Peer) -> None:
    mute = command(["wpctl", "mute"], "wpctl mute")
    peer.will_say(outcome="proposed", commands=[OPEN, mute])

    assert w("both").stdout == "open -a 'Google Chrome'\nwpctl mute\n"


def test_the_folder_it_was_said_in_is_sent(w: Run, peer: Peer, tmp_path: Path) -> None:
    peer.will_say()
    w("list files", cwd=tmp_path)

    assert peer.requests[0]["cwd"] == str(tmp_path)


def test_a_folder_that_is_gone_is_not_sent(
    peer: Peer, environ: dict[str, str], tmp_path: Path
) -> None:
    peer.will_say()
    program = (
        "import os, sys; os.chdir(sys.argv[1]); os.rmdir(sys.argv[1]);"
        " sys.argv = ['w', 'hello']; from client import say; sys.exit(say.main())"
    )
    folder = tmp_path / "gone"
    folder.mkdir()
    subprocess.run([sys.executable, "-c", program, folder], env=environ, check=False)

    assert peer.requests[0]["cwd"] is None


def test_what_the_program_printed_is_passed_on(w: Run, peer: Peer) -> None:
    out = result(0, stdout="noon\n", stderr="slow clock")
    peer.will_say(outcome="done", commands=[OPEN], results=[out])

    said = w("-x", "what time is it")

    assert (said.returncode, said.stdout, said.stderr) == (0, "noon\n", "slow clock\n")
    assert peer.requests[0]["execute"] is True
    assert peer.requests[0]["runs_here"] is True


@pytest.mark.parametrize(
    ("outcome", "complaint"),
    [
        (result(3), "open -a 'Google Chrome': exit code 3\n"),
        (result(None), "open -a 'Google Chrome': was ended by a signal\n"),
        (result(3, stderr="no such app"), "no such app\n"),
    ],
)
def test_a_command_that_failed_says_so_once(
    w: Run, peer: Peer, outcome: object, complaint: str
) -> None:
    peer.will_say(outcome="failed", commands=[OPEN], results=[outcome])

    said = w("-x", "open chrome")

    assert (said.returncode, said.stdout, said.stderr) == (1, "", complaint)


def test_a_name_that_stands_for_nothing_fails(w: Run, peer: Peer) -> None:
    unknown = result(127, stderr='no app is called "fotoshop"')
    peer.will_say(outcome="failed", results=[unknown])

    said = w("open fotoshop")

    assert (said.returncode, said.stderr) == (1, 'no app is called "fotoshop"\n')


def test_what_is_no_command_is_told_apart(w: Run, peer: Peer) -> None:
    peer.will_say()

    said = w("who wrote faust")

    assert (said.returncode, said.stdout) == (3, "")
    assert said.stderr == 'not a command: "who wrote faust"\n'


def test_an_unclear_utterance_has_candidates(w: Run, peer: Peer) -> None:
    mute: dict[str, object] = {"action": "mute"}
    volume: dict[str, object] = {"action": "set_volume", "level": 5}
    peer.will_say(
        outcome="unsure",
        candidates=[
            {"intent": mute, "confidence": 0.41},
            {"intent": volume, "confidence": 0.05},
        ],
    )

    said = w("-x", "make it quiet")

    assert (said.returncode, said.stdout) == (3, "")
    assert said.stderr == (
        'not sure what "make it quiet" means; did you mean\n'
        "   41%  mute\n"
        "    5%  set_volume level=5\n"
    )


def test_without_a_terminal_a_confirmation_is_left_to_others(
    w: Run, peer: Peer
) -> None:
    off = command(["systemctl", "poweroff"], "systemctl poweroff")
    peer.will_say(outcome="needs_confirmation", commands=[off], token="-tok3n")

    said = w("-x", "shut down", stdin="y\n")

    assert (said.returncode, said.stdout) == (6, "systemctl poweroff\n")
    assert "w --confirm -tok3n\n" in said.stderr
    assert len(peer.requests) == 1


def test_a_token_confirms_in_the_folder_it_was_given_for(w: Run, peer: Peer) -> None:
    peer.will_say(outcome="done", commands=[OPEN], results=[result(0, "bye\n")])

    said = w("--confirm", "-tok3n")

    assert (said.returncode, said.stdout) == (0, "bye\n")
    assert peer.requests == [{"type": "confirm", "token": "-tok3n", "runs_here": False}]


def test_an_error_of_the_daemon_is_told(w: Run, peer: Peer) -> None:
    peer.will_say(type="error", code="overloaded", message="the queue is full")

    said = w("hello")

    assert (said.returncode, said.stdout, said.stderr) == (5, "", "the queue is full\n")


def test_a_daemon_of_another_time_is_told(w: Run, peer: Peer) -> None:
    peer.will_say(outcome="postponed")

    said = w("hello")

    assert said.returncode == 5
    assert (
        'expected an outcome that this version knows, found "postponed"' in said.stderr
    )


@pytest.mark.parametrize(
    "fields",
    [
        {"type": "status"},
        {"commands": None},
        {"commands": [{"argv": []}]},
        {"commands": [{"argv": [1]}]},
        {"candidates": ["mute"]},
        {"results": [{"exit_code": "0"}]},
        {"token": 5},
        {"outcome": None},
    ],
)
def test_a_reply_that_makes_no_sense_is_no_traceback(
    w: Run, peer: Peer, fields: dict[str, object]
) -> None:
    peer.will_say(**fields)

    said = w("hello")

    assert said.returncode == 5
    assert said.stderr.startswith("the daemon speaks another protocol: expected ")
    assert said.stderr.count("\n") == 1


def test_where_nothing_answers_it_says_what_to_do(w: Run, short_dir: Path) -> None:
    said = w("-x", "hello")

    socket = short_dir / "run" / "whisperad.sock"
    assert (said.returncode, said.stdout) == (4, "")
    assert said.stderr == (
        f"nothing answers at {socket}; start the daemon with `whispera start`\n"
    )


def test_a_reader_that_left_is_no_traceback(
    peer: Peer, environ: dict[str, str]
) -> None:
    peer.will_say(outcome="proposed", commands=[OPEN])
    reads, writes = os.pipe()
    os.close(reads)
    said = subprocess.run(
        [sys.executable, "-m", "client.say", "open chrome"],
        env=environ,
        stdout=writes,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writes)

    assert said.stderr == b""


def test_what_the_locale_cannot_spell_is_printed_all_the_same(
    peer: Peer, environ: dict[str, str]
) -> None:
    smile = command(["echo", "\N{GRINNING FACE}"], "echo \N{GRINNING FACE}")
    peer.will_say(outcome="proposed", commands=[smile])
    said = subprocess.run(
        [sys.executable, "-m", "client.say", "smile"],
        env={**environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=False,
    )

    assert (said.returncode, said.stdout) == (0, b"echo \\U0001f600\n")


def test_w_loads_nothing_slow(environ: dict[str, str]) -> None:
    show = "import client.say, json, sys; print(json.dumps(sorted(sys.modules)))"
    loaded = subprocess.run(
        [sys.executable, "-S", "-c", show],
        env=environ,
        capture_output=True,
        text=True,
        check=True,
    )
    modules = set(json.loads(loaded.stdout)) - {"__main__"}
    ours = {name for name in modules if (ROOT / name.split(".")[0]).is_dir()}
    slow = {"argparse", "asyncio", "dataclasses", "inspect", "pathlib", "readline"}
    slow |= {"shlex", "shutil", "subprocess", "threading", "typing"}

    assert ours == {
        "client",
        "client.connection",
        "client.here",
        "client.options",
        "client.reply",
        "client.say",
        "whisperad",
        "whisperad.wire",
    }
    assert {name.split(".")[0] for name in modules - ours} <= sys.stdlib_module_names
    assert not modules & slow
