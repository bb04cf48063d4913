"""`make bench`: one table of speed and memory, every figure from the same run.

The daemon answers over its socket; beside it `mlx_lm.generate` answers the same
utterances on the same weights and adapter, warm and in process, with the same BLAS.
The table is also written as JSON (`--json FILE`).
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from client import connection
from tests.bench import load
from training.generate import Generator
from whisperad import catalogue as catalogues
from whisperad.catalogue import SHIPPED
from whisperad.settings import EMBEDDED_MODEL
from whisperad.wire import Paths

SEED = 23  # of the utterances; the daemon has seen none of them
PEER = Path(__file__).with_name("peer.py")
BARE = Path(__file__).with_name("bare.py")
COLD = 3  # times that the whole of mlx-lm is started for one command
EXACT = ("open chrome", "mute", "take a screenshot", "set the volume to fifty percent")


def main() -> int:
    """Measure, print, and write what `--json` asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200, help="utterances to say")
    parser.add_argument("--json", type=Path, help="where to write the table")
    options = parser.parse_args()
    generator = Generator(catalogues.load(SHIPPED), SHIPPED, "test")
    utterances = [e.utterance for e in generator.examples(options.rows, SEED)]
    # Short, because a socket's path has at most 103 bytes.
    with tempfile.TemporaryDirectory(prefix="whispera-", dir="/tmp") as home:
        table = _daemon(Path(home), utterances)
    table |= _peer(utterances)
    bare = _times(BARE, utterances)
    table["forward pass alone, p50 (ms)"] = statistics.median(bare)
    table["mlx_lm.generate, a process a command (ms)"] = _cold(utterances)
    for name in (
        "forward pass alone, p50 (ms)",
        "mlx_lm.generate, p50 (ms)",
        "mlx_lm.generate, a process a command (ms)",
    ):
        ratio = table["daemon, p50 (ms)"] / table[name]
        table[f"daemon, p50 / {name.removesuffix(' (ms)')}"] = ratio
    print(f"{platform.machine()}, {os.cpu_count()} cores, {datetime.now(UTC):%Y-%m-%d}")
    for name, value in table.items():
        print(f"{name:42}{value:10.2f}")
    if options.json:
        options.json.write_text(json.dumps(table, indent=2) + "\n")
    return 0


def _daemon(home: Path, utterances: list[str]) -> dict[str, float]:
    environ = {**os.environ, "WHISPERA_HOME": str(home)}
    environ.pop("WHISPERA_SOCKET", None)
    socket = Paths(environ).socket
    ready = [_start_to_answer(home, environ, socket) for _ in range(3)]
    with (home / "log").open("ab") as log:
        daemon = subprocess.Popen(
            [sys.executable, "-m", "whisperad"], env=environ, stderr=log
        )
        try:
            _first_answer(socket)
            said = [_interpret(socket, utterance) for utterance in utterances]
            times = [_milliseconds(reply) for reply in said]
            passes = [_number(reply, "timing", "passes") for reply in said]
            status = connection.answer(socket, {"type": "status"})
            stages = _stages(socket, utterances)
            under_load = load.throughput(socket, utterances)
            under_load |= load.idle(socket, utterances)
            under_load |= load.swaps(socket, home, utterances)
            client = _client(environ)
        finally:
            daemon.terminate()
            daemon.wait(10)
    resident = status["memory_bytes"]
    assert isinstance(resident, int)
    return {
        "start to first answer (s)": statistics.median(ready),
        "resident memory (MB)": resident / 1e6,
        "daemon, p50 (ms)": statistics.median(times),
        "daemon, p99 (ms)": load.p99(times),
        "passes a command, mean": statistics.fmean(passes),
        **stages,
        **under_load,
        **client,
    }


def _stages(socket: str, utterances: list[str]) -> dict[str, float]:
    """Time what needs no model."""
    exact = [_milliseconds(_interpret(socket, said)) for said in EXACT * 100]
    again = [_milliseconds(_interpret(socket, said)) for said in utterances]
    return {
        "exact phrases, p99 (ms)": load.p99(exact),
        "repeated, p99 (ms)": load.p99(again),
    }


def _start_to_answer(home: Path, environ: dict[str, str], socket: str) -> float:
    with (home / "log").open("ab") as log:
        started = time.perf_counter()
        daemon = subprocess.Popen(
            [sys.executable, "-m", "whisperad"], env=environ, stderr=log
        )
        try:
            _first_answer(socket)
            return time.perf_counter() - started
        finally:
            daemon.terminate()
            daemon.wait(10)


def _first_answer(socket: str) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            connection.answer(socket, {"type": "interpret", "utterance": "open chrome"})
            return
        except (connection.Unreachable, connection.DaemonError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.005)


def _interpret(socket: str, utterance: str) -> dict[str, object]:
    return connection.answer(socket, {"type": "interpret", "utterance": utterance})


def _milliseconds(reply: dict[str, object]) -> float:
    return _number(reply, "timing", "total_ms")


def _number(reply: dict[str, object], part: str, name: str) -> float:
    inner = reply[part]
    assert isinstance(inner, dict)
    return float(inner[name])


def _client(environ: dict[str, str]) -> dict[str, float]:
    """Time `w` as a whole process beside an interpreter that does nothing."""
    command = [str(Path(sys.executable).with_name("w")), "open chrome"]
    bare = [sys.executable, "-I", "-c", "pass"]
    times: dict[str, list[float]] = {"w": [], "bare": []}
    for _ in range(20):
        for name, argv in (("w", command), ("bare", bare)):
            started = time.perf_counter()
            subprocess.run(argv, env=environ, stdout=subprocess.DEVNULL, check=True)
            times[name].append((time.perf_counter() - started) * 1e3)
    return {
        "w as a whole process, p50 (ms)": statistics.median(times["w"]),
        "python3 -I -c pass, p50 (ms)": statistics.median(times["bare"]),
    }


def _peer(utterances: list[str]) -> dict[str, float]:
    times = _times(PEER, utterances)
    return {
        "mlx_lm.generate, p50 (ms)": statistics.median(times),
        "mlx_lm.generate, p99 (ms)": load.p99(times),
    }


def _times(script: Path, utterances: list[str]) -> list[float]:
    """Have a script in a process of its own answer, and give its milliseconds."""
    asked = subprocess.run(
        [sys.executable, str(script), str(EMBEDDED_MODEL)],
        input=json.dumps(utterances),
        capture_output=True,
        text=True,
        check=True,
    )
    times: list[float] = json.loads(asked.stdout.strip().split("\n")[-1])
    return times


def _cold(utterances: list[str]) -> float:
    """Time a process of mlx-lm for each command, as a shell script would have it."""
    times = []
    for utterance in utterances[:COLD]:
        command = [sys.executable, "-m", "mlx_lm", "generate"]
        command += ["--model", str(EMBEDDED_MODEL), "--prompt", utterance]
        command += ["--adapter-path", str(EMBEDDED_MODEL / "adapter")]
        started = time.perf_counter()
        subprocess.run(
            [*command, "--max-tokens", "48"], capture_output=True, check=True
        )
        times.append((time.perf_counter() - started) * 1e3)
    return statistics.median(times)


if __name__ == "__main__":
    sys.exit(main())
