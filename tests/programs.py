"""Programs that are run for real, and effects in a folder of their own."""

import json
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import TypeVar

import uvloop

from whisperad.command import Command
from whisperad.process import Outcome
from whisperad.runner import Effects, run
from whisperad.settings import Settings

T = TypeVar("T")
ENVIRON = {"PATH": os.environ["PATH"], "LANG": "C"}
LIMIT_BYTES = 1000
ROOT = Path(__file__).parent.parent
# Leads two others, which live in its group when a signal has ended it: one tidies up when
# it is asked to end, the other goes on. Each tells its number in a file of its name.
FAMILY = """\
#!/usr/bin/env python3
import os, pathlib, signal, time

def tidy(*_):
    time.sleep(0.3)
    pathlib.Path("tidied").touch()
    os._exit(0)

for name, on_signal in (("tidy", tidy), ("stubborn", signal.SIG_IGN)):
    if os.fork() == 0:
        signal.signal(signal.SIGINT, on_signal)
        signal.signal(signal.SIGTERM, on_signal)
        pathlib.Path(name + ".new").write_text(str(os.getpid()))
        os.rename(name + ".new", name)
        time.sleep(60)
        os._exit(0)
signal.signal(signal.SIGINT, signal.SIG_DFL)
time.sleep(60)
"""


def command(
    *argv: str,
    stdin: bytes | None = None,
    stdin_file: str | None = None,
    env: Mapping[str, str] | None = None,
    keep: str | None = None,
    replaces: bool = False,
    stdin_open: bool = False,
) -> Command:
    """Give a command."""
    return Command(
        argv, "safe", "daemon", stdin, stdin_file, dict(env or {}), keep, replaces,
        stdin_open=stdin_open,
    )  # fmt: skip


def run_script(script: str, *arguments: object) -> str:
    """Run Python in a process of its own, with arguments as JSON; give what it prints."""
    ran = subprocess.run(
        [sys.executable, "-c", script, json.dumps(arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def outcome(given: Command, timeout_s: float = 8.0, cwd: str = "/") -> Outcome:
    """Run on the loop that the daemon has."""
    return uvloop.run(run(given, ENVIRON, timeout_s, Path(cwd), LIMIT_BYTES))


def is_running(pid: int) -> bool:
    """Whether a process is there and is no zombie."""
    try:
        said = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):  # it may go while it is read
        return False
    return "Z" not in said.rsplit(")", 1)[1].split()[0]


def with_effects(
    folder: Path, work: Callable[[Effects], Awaitable[T]], path: str = ENVIRON["PATH"]
) -> T:
    """Do something with effects that keep everything in a folder."""
    environ = {"PATH": path, "NOTIFY_SOCKET": "/ours", "LANG": "C"}
    given = Settings(
        "linux", True, folder, folder, folder, folder / "state", folder / "s",
        environ=environ,
    )  # fmt: skip

    async def whole() -> T:
        effects = Effects(given)
        await effects.start()
        try:
            return await work(effects)
        finally:
            await effects.stop()

    return uvloop.run(whole())


def open_files() -> set[int]:
    """Give the numbers of the files that this process has open."""
    return {int(entry.name) for entry in Path("/dev/fd").iterdir()}
