"""`whispera` starts and stops real daemons, through systemd where it is installed."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import IO

import pytest

from tests.client.conftest import Run, daemon_pid, runner

pytestmark = pytest.mark.timeout(60)  # a busy machine starts daemons slowly
ON_LINUX = pytest.mark.skipif(
    sys.platform != "linux", reason="systemd is a thing of Linux"
)


def test_a_daemon_that_was_started_answers_and_can_be_stopped(
    home: Path, whispera: Run, w: Run
) -> None:
    start = whispera("start")
    pid = daemon_pid(whispera)
    again = whispera("start")
    stop = whispera("stop")

    assert start.stdout == f"whisperad runs: process {pid}, random\n"
    assert again.stdout == f"whisperad runs already: process {pid}, random\n"
    assert (stop.returncode, stop.stdout) == (0, "whisperad stopped\n")
    assert w("hello").returncode == 4
    assert whispera("stop").stdout == "no whisperad is running\n"


def test_a_daemon_outlives_the_terminal_it_was_started_from(
    home: Path, environ: dict[str, str], whispera: Run
) -> None:
    subprocess.run(
        [sys.executable, "-m", "client.cli", "start"],
        env=environ,
        check=True,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
    )
    pid = daemon_pid(whispera)

    assert os.getsid(pid) == pid


def test_a_restarted_daemon_is_another_one(started: Run) -> None:
    before = daemon_pid(started)
    restart = started("restart")
    after = daemon_pid(started)

    assert restart.returncode == 0
    assert before != after


def test_a_large_log_is_put_aside(home: Path, whispera: Run) -> None:
    log = home / "state" / "whisperad.log"
    log.parent.mkdir()
    log.write_bytes(b"x" * (2 << 20))
    whispera("start")
    whispera("stop")

    assert (home / "state" / "whisperad.log.1").stat().st_size == 2 << 20
    assert log.stat().st_size < 1 << 20


def test_a_daemon_that_cannot_start_says_why(home: Path, whispera: Run) -> None:
    (home / "run").mkdir()
    (home / "run" / "whisperad.sock").write_text("something else")
    said = whispera("start")

    assert (said.returncode, said.stdout) == (4, "")
    assert "the daemon ended with exit code 1" in said.stderr
    assert "expected a socket or nothing" in said.stderr


@ON_LINUX
def test_an_installed_service_is_what_starts_and_stops(
    served: Run, systemctl: Path
) -> None:
    whispera, calls = served, systemctl / "calls"

    whispera("start")
    by_hand = daemon_pid(whispera)
    install = whispera("install")
    installed = daemon_pid(whispera)
    assert install.stdout.startswith("whisperad starts at every login and runs: ")
    assert installed != by_hand

    calls.unlink()
    assert whispera("stop").stdout == "whisperad stopped\n"
    assert whispera("status").returncode == 4
    assert whispera("start").returncode == 0
    assert calls.read_text().split() == ["stop", "is-active", "reset-failed", "start"]

    assert whispera("uninstall").stdout.startswith("uninstalled\n")
    assert whispera("status").returncode == 4
    assert whispera("uninstall").stdout.startswith("nothing was installed\n")


@ON_LINUX
def test_a_service_whose_socket_is_gone_is_started_afresh(
    home: Path, served: Run, systemctl: Path
) -> None:
    served("install")
    before = daemon_pid(served)
    socket = home / "run" / "whisperad.sock"
    socket.unlink()
    lost = _logged(home, "socket-is-lost")
    assert served("status").returncode == 4
    (systemctl / "calls").unlink()
    start = served("start")

    assert str(lost["reason"]).endswith("; do `whispera restart`")
    after = daemon_pid(served)
    assert after != before
    assert start.stdout.splitlines() == [
        f"the socket {socket} is gone: restarting",
        f"whisperad runs: process {after}, random",
    ]
    calls = (systemctl / "calls").read_text().split()
    assert calls == ["is-active", "stop", "reset-failed", "start"]


_GREET = """\
pack = "tools"
where = "daemon"
[[action]]
id = "greet"
phrases = ["greet with my tool"]
risk = "safe"
linux = { argv = ["greet-with-my-tool"] }
"""


@ON_LINUX
def test_an_installed_service_finds_programs_where_its_user_does(
    home: Path, w: Run, served: Run, systemctl: Path
) -> None:
    tool = systemctl / "greet-with-my-tool"
    tool.write_text('#!/bin/sh\necho "hello in $LANG"\n')
    tool.chmod(0o755)
    (home / "config" / "actions").mkdir()
    (home / "config" / "actions" / "tools.toml").write_text(_GREET)
    served("install")
    served("teach", "greet with my tool", "greet")
    said = w("-x", "greet with my tool")

    language = os.environ.get("LANG") or "C.UTF-8"
    assert (said.stdout.splitlines()[-1:], said.stderr) == (
        [f"hello in {language}"],
        "",
    )


@ON_LINUX
def test_an_installed_service_is_restarted(
    home: Path, served: Run, systemctl: Path
) -> None:
    served("install")
    before = daemon_pid(served)
    (systemctl / "calls").unlink()
    restart = served("restart")

    after = daemon_pid(served)
    assert after != before
    assert restart.stdout == f"whisperad runs: process {after}, random\n"
    calls = (systemctl / "calls").read_text().split()
    assert calls[0] == "stop"
    assert calls[-1] == "start"


@ON_LINUX
def test_the_log_of_an_installed_service_is_followed(
    home: Path, environ: dict[str, str], served: Run
) -> None:
    served("install")
    following = subprocess.Popen(
        [sys.executable, "-P", "-m", "client.cli", "logs", "-f"],
        env=environ,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert following.stdout is not None
    try:
        ready = _until(following.stdout, "ready")
        served("reload", "config")
        reloaded = _until(following.stdout, "reloaded")
    finally:
        following.terminate()
        following.communicate()

    assert ready["socket"] == str(home / "run" / "whisperad.sock")
    assert reloaded


def _until(lines: IO[str], event: str) -> dict[str, object]:
    """Read a log up to an event and give that."""
    while True:
        line: dict[str, object] = json.loads(lines.readline())
        if line["event"] == event:
            return line


def _logged(home: Path, event: str) -> dict[str, object]:
    """Wait for an event in the log and give it."""
    log = home / "state" / "whisperad.log"
    ends = time.monotonic() + 20.0
    while time.monotonic() < ends:
        for line in log.read_text().splitlines():
            found: dict[str, object] = json.loads(line)
            if found["event"] == event:
                return found
        time.sleep(0.1)
    raise AssertionError(log.read_text())


@ON_LINUX
def test_where_no_service_can_be_installed_it_says_why(
    whispera: Run, environ: dict[str, str], tmp_path: Path
) -> None:
    said = runner("client.cli", {**environ, "PATH": str(tmp_path)})("install")

    assert (said.returncode, said.stdout) == (1, "")
    assert said.stderr == 'no program on the PATH is called "systemctl"\n'
