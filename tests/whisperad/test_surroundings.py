"""`whisperad` in surroundings that nobody would choose."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.running import RunningDaemon

INTERPRET = {"type": "interpret", "utterance": "open chrome"}


def test_standard_streams_that_are_closed_are_not_taken_for_sockets(
    stopped: RunningDaemon,
) -> None:
    """The log would go to a client, or into the loop's own pipe."""
    closing = (
        "import os, sys; [os.close(n) for n in (0, 1, 2)]\n"
        "os.execv(sys.executable, [sys.executable, '-m', 'whisperad'])"
    )
    stopped.process = subprocess.Popen(
        [sys.executable, "-c", closing], env=stopped.environ
    )
    stopped.wait_until_ready()
    replies = [stopped.ask(**INTERPRET, id=number)["id"] for number in range(3)]

    assert replies == [0, 1, 2]
    assert stopped.stop() == 0


def test_a_home_whose_name_is_no_text_is_a_home(
    short_dir: Path, random_base: Path
) -> None:
    home = Path(os.fsdecode(os.fsencode(short_dir) + b"/caf\xe9"))
    running = RunningDaemon(home, {"settings": {"model": str(random_base)}})
    running.start()
    pack = home / "config" / "actions" / "mine.toml"
    pack.parent.mkdir()
    pack.write_text("pack = 1")
    reply = running.ask(type="reload")
    status = running.ask(type="status")

    assert status["socket"] == f"{short_dir}/caf?/run/whisperad.sock"
    assert reply["message"].startswith(f"{short_dir}/caf?/config/actions/mine.toml: ")
    assert running.events("ready")[0]["socket"] == status["socket"]
    assert running.stop() == 0
    shutil.rmtree(home)


def test_a_file_whose_name_is_no_text_is_named_as_a_problem(
    stopped: RunningDaemon,
) -> None:
    actions = stopped.home / "config" / "actions"
    actions.mkdir()
    Path(os.fsdecode(os.fsencode(actions) + b"/\xff.toml")).write_text("pack = 1")
    stopped.start()

    assert stopped.ask(type="status")["problems"][0].startswith(f"{actions}/?.toml: ")


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else")
def test_without_a_home_it_says_where_it_would_have_to_write() -> None:
    program = (
        "import os; from whisperad.__main__ import main; os.setuid(54321)\n"
        "os.environ.pop('HOME', None); os.environ.pop('XDG_RUNTIME_DIR', None)\n"
        "os.environ.pop('WHISPERA_HOME', None); main()"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, text=True
    )

    assert json.loads(ran.stderr)["message"] == (
        "/.local/state/whispera/run: Permission denied"
    )
