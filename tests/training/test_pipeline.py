"""`whispera-train retrain` as it is typed: killed at every step, it ends well at last."""

import os
import re
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.running import RunningDaemon
from whisperad.adapter import MANIFEST, read_manifest

ROOT = Path(__file__).parent.parent.parent
COMMAND = (sys.executable, "-m", "training.cli", "retrain")
SMALL = ("--rows", "3000", "--iters", "400", "--batch-size", "4", "--force")

pytestmark = pytest.mark.timeout(400)  # whole runs, on a base that knows nothing


@pytest.fixture
def serving(stopped: RunningDaemon) -> RunningDaemon:
    """Give a daemon on a small base, without an adapter."""
    return stopped.start()


def _run(daemon: RunningDaemon, *options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*COMMAND, *options],
        cwd=ROOT,
        env={**daemon.environ, "COLUMNS": "120"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def _kill_when(daemon: RunningDaemon, is_there: Callable[[], bool]) -> None:
    process = _run(daemon, *SMALL)
    while not is_there():
        assert process.poll() is None, process.communicate()
        time.sleep(0.005)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def test_killed_at_each_step_it_ends_well_at_last(serving: RunningDaemon) -> None:
    data = serving.home / "data"
    adapters, fitting = data / "adapters", data / "adapters" / ".fitting"
    steps: dict[str, Callable[[], bool]] = {
        "generate": lambda: (data / "dataset" / "train.partial").exists(),
        "fit": lambda: any(fitting.glob("checkpoint-*")),
        "measure": lambda: (fitting / MANIFEST).exists(),
    }
    for is_there in steps.values():
        _kill_when(serving, is_there)
        assert not (adapters / "current").exists()
        assert serving.ask(type="reload")["adapter"] is None
    done = _run(serving, *SMALL)
    output, errors = done.communicate()
    (folder,) = adapters.glob("2*")

    assert done.returncode == 0, errors
    assert (adapters / "current").resolve() == folder
    assert read_manifest(folder).iterations == 400
    assert f"current is {folder.name}" in output
    assert serving.ask(type="status")["model"]["adapter"] == folder.name
    assert not fitting.exists()
    page = (folder / "report.html").read_text()
    assert "<polyline" in page
    assert "There was no adapter before it." in page


def test_two_runs_keep_out_of_each_others_way(serving: RunningDaemon) -> None:
    first = _run(serving, *SMALL)
    while not (serving.home / "data" / "dataset" / "train.partial").exists():
        assert first.poll() is None, first.communicate()
        time.sleep(0.01)
    second = _run(serving, *SMALL)
    _, errors = second.communicate()
    os.killpg(first.pid, signal.SIGINT)
    output, _ = first.communicate()

    assert second.returncode == 1
    assert f"another run is at work there (process {first.pid})" in errors
    assert first.returncode == 130
    assert "stopped; the same command goes on from here" in output


def test_a_full_disk_is_said_and_nothing_is_chosen(serving: RunningDaemon) -> None:
    def fill() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    done = subprocess.run(
        [*COMMAND, *SMALL],
        cwd=ROOT,
        env=serving.environ,
        capture_output=True,
        text=True,
        preexec_fn=fill,
        check=False,
    )

    assert done.returncode == 1
    said = " ".join(done.stderr.split())
    assert re.search(r"no room left in .* \(File too large\); free some, then", said)
    assert "Traceback" not in done.stderr
    assert not (serving.home / "data" / "adapters" / "current").exists()


@pytest.mark.parametrize(
    ("iterations", "minutes"), [("1000000", r"\d+ minutes"), ("1", "a minute")]
)
def test_without_openblas_it_says_how_long_it_takes(
    serving: RunningDaemon, iterations: str, minutes: str
) -> None:
    environ = {**serving.environ, "WHISPERA_BLAS": "reference", "COLUMNS": "100"}
    process = subprocess.Popen(
        [*COMMAND, "--rows", "10", "--iters", iterations],
        cwd=ROOT,
        env=environ,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    lines = [process.stdout.readline() for _ in range(2)]
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    steps = r"generate \d+\.\d, fit \d+\.\d, measure \d+\.\d"

    assert re.match(rf"all of it \({steps}\) takes about {minutes} on this", lines[0])
    assert "reference BLAS" in lines[1]
