"""A daemon by stage, from start to memory, and its clients as whole processes."""

import contextlib
import json
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from itertools import cycle, islice
from pathlib import Path

from tests.bench import targets
from tests.bench.contenders import (
    EXACT,
    ROOT,
    Base,
    Conversation,
    first_answer,
    stopped,
)
from tests.bench.figures import Row, p50, spread
from tests.running import Client, RunningDaemon

TAUGHT = "do the thing with the sound"
ASKING = 4  # clients at a time, to grow the memory if it grows
TIMED = """
zmodload zsh/datetime zsh/net/socket; source $1; repeat 5 ws open chrome >/dev/null
repeat $2 { began=$EPOCHREALTIME; ws open chrome >/dev/null
            print $(( (EPOCHREALTIME - began) * 1000 )) }
"""


def starts(home: Path, base: Base, times: int) -> list[Row]:
    """Time from starting a process to ready and to its first answer, by the model."""
    ready, answered = [], []
    for _ in range(times):
        daemon = stopped(home, base)
        started = time.perf_counter()
        daemon.start()
        ready.append(time.perf_counter() - started)
        first_answer(daemon)
        answered.append(time.perf_counter() - started)
        daemon.stop()
    note = f"of {times}"
    return [
        Row("start to ready, p50", p50(ready), "s", note),
        Row("start to first answer, p50", p50(answered), "s", note),
    ]


def without_model(daemon: RunningDaemon, times: int) -> list[Row]:
    """Time, in the daemon, what needs no model: exact, taught and cached."""
    intent = {"action": "mute_volume"}
    reply = daemon.ask(type="teach", utterance=TAUGHT, intent=intent)
    assert reply["type"] == "ok", reply
    rows = []
    for stage, said in (
        ("exact", EXACT),
        ("taught", [TAUGHT]),
        ("cache", [f"what would number {n} be good for" for n in range(20)]),
    ):
        asked = Conversation(daemon)
        with asked.client:
            asked(said)
            asked.replies.clear()
            asked(list(islice(cycle(said), times)))
        asked.replies = [r for r in asked.replies if r["stage"] == stage]
        name = "cached" if stage == "cache" else stage
        rows += spread(f"daemon, {name} stage, inside", asked.inside())
    return rows


def memory(daemon: RunningDaemon, utterances: Sequence[str], answers: int) -> list[Row]:
    """Say what the daemon takes now, and how much more after so many answers."""
    status = daemon.ask(type="status")
    before = status["memory_bytes"]
    rows = [
        Row("resident memory", before / 1e6, "MB"),
        _private(status["pid"]),
    ]
    said = list(islice(cycle([*utterances, *EXACT]), answers))

    def ask(number: int) -> None:
        with Client(daemon.socket, 60.0) as client:
            for utterance in said[number::ASKING]:
                client.ask(type="interpret", utterance=utterance, timeout_s=60)

    together(ASKING, ask)
    after = daemon.ask(type="status")["memory_bytes"]
    note = f"{answers} answers"
    return [*rows, Row(targets.KEPT, after / before, "", note)]


def _private(pid: int) -> Row:
    name = "memory that is the daemon's alone"
    listed = Path(f"/proc/{pid}/smaps_rollup")
    if not listed.exists():
        return Row(name, None, note="not here: no /proc")
    sizes = [
        int(line.split()[1])
        for line in listed.read_text().splitlines()
        if line.startswith("Private_")
    ]
    return Row(name, sum(sizes) * 1024 / 1e6, "MB")


def clients(daemon: RunningDaemon, times: int) -> list[Row]:
    """Time `w` as a whole process, and the ways without Python, on an exact phrase."""
    python = [sys.executable, "-I", "-c", "pass"]
    w = [str(Path(sys.executable).with_name("w")), "open chrome"]
    asked = Conversation(daemon)
    with asked.client:
        answers = asked(["open chrome"] * (times + 5))[5:]
    ways: dict[str, tuple[list[str], str | None]]
    ways = {targets.PYTHON: (python, None), "w, a whole process, p50": (w, None)}
    line = json.dumps({"type": "interpret", "utterance": "open chrome"}) + "\n"
    netcat = _netcat(daemon, line)
    if netcat:
        ways["nc -U, a whole process, p50"] = (netcat, line)
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(times):
        for name, (argv, said) in ways.items():
            started = time.perf_counter()
            _run(argv, daemon, said)
            taken[name].append((time.perf_counter() - started) * 1e3)
    rows = [Row(targets.SOCKET, p50(answers))]
    rows += [Row(name, p50(times)) for name, times in taken.items()]
    if not netcat:
        rows.append(Row("nc -U, a whole process, p50", None, note="not here"))
    return [*rows, _zsh(daemon, times)]


def _run(argv: Sequence[str], daemon: RunningDaemon, said: str | None = None) -> str:
    # Users have no PYTHONPATH, and Python would look through it.
    environ = {k: v for k, v in daemon.environ.items() if k != "PYTHONPATH"}
    return subprocess.run(
        argv, env=environ, input=said, capture_output=True, text=True, check=True
    ).stdout


def _netcat(daemon: RunningDaemon, line: str) -> list[str] | None:
    """Find how the `nc` that is here is told to end after the reply."""
    socket = str(daemon.socket)
    for argv in (["nc", "-N", "-U", socket], ["nc", "-U", socket]):
        failed = (subprocess.SubprocessError, OSError)
        with contextlib.suppress(*failed):
            said = subprocess.run(
                argv, input=line, capture_output=True, text=True, timeout=5, check=True
            )
            if said.stdout.startswith('{"type":"interpretation"'):
                return argv
    return None


def _zsh(daemon: RunningDaemon, times: int) -> Row:
    name = "ws in a zsh that is open, p50"
    zsh = shutil.which("zsh")
    if zsh is None:
        return Row(name, None, note="not here: no zsh")
    function = str(ROOT / "client" / "shell" / "whispera.zsh")
    argv = [zsh, "-f", "-c", TIMED, "zsh", function, str(times)]
    return Row(name, p50([float(line) for line in _run(argv, daemon).split()]))


def together(count: int, do: Callable[[int], None]) -> None:
    """Do the same in so many threads, each with its number."""
    threads = [threading.Thread(target=do, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
