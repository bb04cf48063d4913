"""`whispera` with a real daemon behind it, which it starts and stops itself."""

import json
import re
import select
import signal
import subprocess
import sys
from pathlib import Path
from typing import IO

import pytest

from tests.client.conftest import Peer, Run, command, daemon_status, result

pytestmark = pytest.mark.timeout(60)  # a busy machine starts daemons slowly


def test_the_status_is_a_table(started: Run, home: Path) -> None:
    lines = started("status").stdout.splitlines()
    table = {line.split()[0]: line.split(maxsplit=1)[1] for line in lines}

    assert table["whisperad"].startswith("0.1.0, process ")
    assert table["model"].startswith("random, ")
    assert table["socket"] == str(home / "run" / "whisperad.sock")
    assert " actions in " in table["catalogue"]
    assert table["limits"].startswith("line_bytes 65536, clients 256, queue 256, ")


def test_the_log_is_in_a_file_of_ours(started: Run, home: Path) -> None:
    log = home / "state" / "whisperad.log"
    shown = started("logs", "-n", "1")

    assert json.loads(shown.stdout)["event"]
    assert log.stat().st_mode & 0o777 == 0o600


def test_the_log_can_be_followed(
    started: Run, home: Path, environ: dict[str, str]
) -> None:
    following = subprocess.Popen(
        [sys.executable, "-P", "-m", "client.cli", "logs", "-f", "-n", "0"],
        env=environ,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert following.stdout is not None
    with (home / "state" / "whisperad.log").open("a") as log:
        # `tail` may not be there yet, and shows only what comes after it.
        ready: list[IO[str]] = []
        while not ready:
            log.write("more\n")
            log.flush()
            ready, _, _ = select.select([following.stdout], [], [], 0.1)
    line = following.stdout.readline()
    following.send_signal(signal.SIGTERM)
    following.wait()
    following.stdout.close()

    assert line == "more\n"


def test_a_reload_tells_what_serves(started: Run) -> None:
    reload = started("reload", "config")
    catalogue = daemon_status(started)["catalogue"]

    assert reload.returncode == 0
    assert isinstance(catalogue, dict)
    assert reload.stdout == f"adapter    none\ncatalogue  {catalogue['hash']}\n"


def test_a_reload_that_fails_tells_every_mistake(started: Run, home: Path) -> None:
    mistakes = json.dumps({"apps": {"a": 1}, "sites": 2})
    (home / "config" / "whispera_config.json").write_text(mistakes)
    reload = started("reload")

    assert (reload.returncode, reload.stdout) == (5, "")
    assert "whispera_config.json" in reload.stderr


def test_actions_are_listed_with_examples(started: Run) -> None:
    every = started("actions").stdout
    volume = started("actions", "volume").stdout
    as_json = json.loads(started("actions", "volume", "--json").stdout)

    assert "\napps\n  " in every
    assert "\nvolume\n  " in every
    assert volume.startswith("volume\n  ")
    assert "apps" not in volume
    assert {action["pack"] for action in as_json["actions"]} == {"volume"}
    assert as_json["actions"][0]["examples"][0] in volume


def test_packs_are_listed_and_those_that_are_off(started: Run, home: Path) -> None:
    file = home / "config" / "whispera_config.json"
    settings = json.loads(file.read_text())["settings"]
    off = {"settings": {**settings, "packs_off": ["docker"]}}
    file.write_text(json.dumps(off))
    started("reload", "config")
    every = started("actions").stdout
    docker = started("actions", "docker").stdout
    packs = json.loads(started("actions", "--json").stdout)["packs"]

    assert "\ndocker\n" not in every
    assert re.search(r"\npack +actions\n", every)
    assert re.search(r"\nvolume +\d+ +\w", every)
    assert re.search(r"\ndocker +off +\w", every)
    assert re.search(r"\ndocker +off +\w", docker)
    assert [pack["name"] for pack in packs if not pack["is_on"]] == ["docker"]


def test_a_pack_that_is_not_there_is_told(started: Run) -> None:
    said = started("actions", "volumes")

    assert said.returncode == 2
    assert "volumes" in said.stderr
    assert "volume" in said.stderr


def test_explain_shows_what_an_utterance_means(whispera: Run, peer: Peer) -> None:
    peer.will_say(
        outcome="proposed",
        confidence=0.994,
        intents=[{"action": "open_app", "target": "chrome"}],
        resolved=[{"action": "open_app", "target": "Google Chrome"}],
        commands=[command(["open"], "open -a 'Google Chrome'")],
        candidates=[{"intent": {"action": "quit_app"}, "confidence": 0.004}],
        threshold=0.5,
        phrases=[near_phrase(is_match=True)],
    )
    explained = whispera("explain", "open", "chrome")

    assert explained.stdout.splitlines() == [
        "outcome     proposed",
        "stage       model, 1.5 ms, passes 1, chosen tokens 2",
        "confidence  99.4%, threshold 50.0%",
        'intent      open_app target="chrome"',
        "slot        target: chrome, which is Google Chrome",
        "phrase      (open|launch) {target}",
        "            /packs/apps.toml:12",
        "command     open -a 'Google Chrome'  (safe, daemon)",
        "candidate   0.4%  quit_app",
    ]
    assert peer.requests[0]["type"] == "explain"
    assert peer.requests[0]["utterance"] == "open chrome"


def near_phrase(*, is_match: bool) -> dict[str, object]:
    """Give a phrase as a reply holds it."""
    return {
        "action": "open_app",
        "template": "(open|launch) {target}",
        "file": "/packs/apps.toml",
        "line": 12,
        "is_match": is_match,
        "wording": "open chrome",
        "likeness": 0.9,
    }


def test_explain_shows_what_would_have_run_had_it_been_sure(
    whispera: Run, peer: Peer
) -> None:
    peer.will_say(
        outcome="unsure",
        intents=[{"action": "open_app", "target": "chrome"}],
        commands=[command(["open"], "open -a 'Google Chrome'")],
        threshold=0.8,
        phrases=[near_phrase(is_match=False)],
    )
    lines = whispera("explain", "opened", "chrome").stdout.splitlines()

    assert "confidence  50.0%, threshold 80.0%" in lines
    assert '            /packs/apps.toml:12, 90% like "open chrome"' in lines
    assert "command     open -a 'Google Chrome'  (safe, daemon, would not run)" in lines


def test_explain_shows_why_there_is_no_command(whispera: Run, peer: Peer) -> None:
    unknown = result(127, stderr='no app is called "fotoshop"\n')
    peer.will_say(outcome="failed", results=[unknown], threshold=0.5)

    assert (
        'problem     no app is called "fotoshop"\n' in whispera("explain", "x").stdout
    )


def test_explain_runs_nothing(started: Run) -> None:
    explained = started("explain", "shut down the computer")

    assert explained.returncode == 0
    assert "confidence" in explained.stdout
    assert explained.stdout.count("candidate") == 1
    assert re.search(r"\nphrase .*\n +/.*\.toml:\d+", explained.stdout)


@pytest.mark.parametrize(
    "arguments",
    [("status",), ("reload",), ("actions",), ("explain", "hello")],
)
def test_where_nothing_answers_it_says_what_to_do(
    whispera: Run, arguments: tuple[str, ...]
) -> None:
    said = whispera(*arguments)

    assert (said.returncode, said.stdout) == (4, "")
    assert said.stderr.startswith("nothing answers at ")
    assert said.stderr.endswith("start the daemon with `whispera start`\n")


def test_without_a_log_it_says_why(whispera: Run) -> None:
    said = whispera("logs")

    assert (said.returncode, said.stdout) == (1, "")
    assert said.stderr.startswith("there is no ")


def test_the_paths_are_told(whispera: Run, short_dir: Path) -> None:
    lines = whispera("paths").stdout.splitlines()

    assert dict(line.split() for line in lines) == {
        "config": f"{short_dir}/config",
        "data": f"{short_dir}/data",
        "state": f"{short_dir}/state",
        "run": f"{short_dir}/run",
        "socket": f"{short_dir}/run/whisperad.sock",
        "log": f"{short_dir}/state/whisperad.log",
    }


def test_the_version_is_told(whispera: Run) -> None:
    assert whispera("--version").stdout == "whispera 0.1.0\n"


@pytest.mark.parametrize(
    "arguments", [("reload", "all", "now"), ("reload", "it"), ("x",)]
)
def test_arguments_that_make_no_sense_are_told(
    whispera: Run, arguments: tuple[str, ...]
) -> None:
    assert whispera(*arguments).returncode == 2
