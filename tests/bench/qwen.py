"""`make qwen`: a random model of Qwen2.5-0.5B's shape, from a stand-in hub to answers.

Measures what a user would wait for and what it takes: fetching, making ready, starting,
answering, memory, disk. The weights are random, so its answers mean nothing, but each
pass costs what it costs the real model.
"""

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from client import connection
from tests.bench import qwen_shaped
from tests.stand_in_hub import Hub
from whisperad.wire import Paths

REPO = "Qwen/Qwen2.5-0.5B-Shaped"
UTTERANCES = ("open chrome", "set the volume to fifty percent", "mute", "lock it") * 3
WHISPERA = (sys.executable, "-m", "client.cli")


def main() -> int:
    """Measure and print; arguments are passed on, such as `--bits 8`."""
    with tempfile.TemporaryDirectory(prefix="whispera-", dir="/tmp") as name:
        home = Path(name)
        original = qwen_shaped.write(home / "original")
        environ = {**os.environ, "WHISPERA_HOME": name, "HF_HOME": f"{name}/hf"}
        environ.pop("WHISPERA_SOCKET", None)
        with Hub(REPO, original) as hub:
            environ["HF_ENDPOINT"] = hub.url
            started = time.perf_counter()
            command = [*WHISPERA, "model", "use", REPO, *sys.argv[1:]]
            subprocess.run(command, env=environ, check=True)
            table = {"whispera model use (s)": time.perf_counter() - started}
        subprocess.run([*WHISPERA, "model", "list"], env=environ, check=True)
        try:
            table |= _served(environ)
        finally:
            subprocess.run([*WHISPERA, "stop"], env=environ, check=True)
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    )
    for row, value in table.items():
        print(f"{row:42}{value:10.2f}")
    return 0


def _served(environ: Mapping[str, str]) -> dict[str, float]:
    started = time.perf_counter()
    subprocess.run([*WHISPERA, "start"], env=environ, check=True)
    ready = time.perf_counter() - started
    socket = Paths(environ).socket
    replies = [
        connection.answer(
            socket,
            {"type": "interpret", "utterance": utterance, "timeout_s": 60},
            60,
        )
        for utterance in UTTERANCES
    ]
    timings = [reply["timing"] for reply in replies]
    passes = [timing["passes"] for timing in timings if isinstance(timing, dict)]
    model_ms = [timing["model_ms"] for timing in timings if isinstance(timing, dict)]
    status = connection.answer(socket, {"type": "status"})
    model, resident = status["model"], status["memory_bytes"]
    assert isinstance(model, dict)
    assert isinstance(resident, int)
    return {
        "start to ready (s)": ready,
        "weights in memory (MB)": model["bytes"] / 1e6,
        "resident memory (MB)": resident / 1e6,
        "a pass, mean (ms)": sum(model_ms) / sum(passes),
        "passes an answer, mean": statistics.fmean(passes),
        "an answer, p50 (ms)": statistics.median(model_ms),
    }


if __name__ == "__main__":
    sys.exit(main())
