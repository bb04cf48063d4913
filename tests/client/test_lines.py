"""`w` for programs: many utterances in, JSON out."""

import json
import subprocess
import sys

from tests.client.conftest import Peer, Run, command, result

OPEN = command(["open", "-a", "Google Chrome"], "open -a 'Google Chrome'")


def test_json_is_the_reply_as_it_came(w: Run, peer: Peer) -> None:
    peer.will_say(outcome="unsure", later="ignored", candidates=[])

    said = w("-j", "hello")

    assert (said.returncode, said.stderr) == (3, "")
    assert json.loads(said.stdout)["later"] == "ignored"
    assert said.stdout.count("\n") == 1


def test_json_of_what_ran_is_complete(w: Run, peer: Peer) -> None:
    peer.will_say(outcome="done", results=[result(0, "noon\n")])

    said = w("-xj", "what time is it")

    assert said.returncode == 0
    assert json.loads(said.stdout)["results"][0]["stdout"] == "noon\n"
    assert peer.requests[0]["execute"] is True
    assert peer.requests[0]["runs_here"] is False


def test_json_asks_nobody(w: Run, peer: Peer) -> None:
    peer.will_say(outcome="needs_confirmation", token="t")

    said = w("-x", "-j", "shut down")

    assert (said.returncode, said.stderr) == (6, "")
    assert json.loads(said.stdout)["token"] == "t"


def test_json_of_an_error_is_printed_too(w: Run, peer: Peer) -> None:
    peer.will_say(type="error", code="timeout", message="too late")

    said = w("-j", "hello")

    assert said.returncode == 5
    assert json.loads(said.stdout)["code"] == "timeout"


def test_every_line_is_said(w: Run, peer: Peer) -> None:
    peer.will_say(outcome="proposed", commands=[OPEN])
    peer.will_say(type="error", code="timeout", message="too late")
    peer.will_say()

    said = w("-", stdin="open chrome\n\n  be late \nwho wrote faust")

    assert [request["utterance"] for request in peer.requests] == [
        "open chrome",
        "be late",
        "who wrote faust",
    ]
    assert said.stdout == "open -a 'Google Chrome'\n"
    assert said.stderr == 'too late\nnot a command: "who wrote faust"\n'
    assert said.returncode == 5


def test_lines_that_went_well_end_well(w: Run, peer: Peer) -> None:
    peer.will_say(outcome="proposed", commands=[OPEN])
    peer.will_say(outcome="proposed", commands=[OPEN])

    assert w("-", stdin="one\ntwo\n").returncode == 0


def test_bytes_that_are_no_text_are_said_all_the_same(
    peer: Peer, environ: dict[str, str]
) -> None:
    peer.will_say()
    said = subprocess.run(
        [sys.executable, "-m", "client.say", "-"],
        env=environ,
        input=b"open \xff\n",
        capture_output=True,
        check=False,
    )

    assert said.returncode == 3
    assert peer.requests[0]["utterance"] == "open \N{REPLACEMENT CHARACTER}"


def test_the_prompt_goes_on_after_what_is_no_command(w: Run, peer: Peer) -> None:
    peer.will_say()
    peer.will_say(outcome="proposed", commands=[OPEN])

    said = w("-i", stdin="who wrote faust\nopen chrome\n")

    assert (said.returncode, said.stdout) == (0, "open -a 'Google Chrome'\n")
    assert said.stderr == 'not a command: "who wrote faust"\n'
