"""Fitting, as the other steps see it: a process of its own that can be gone on with.

What it has done lies in a hidden folder beside the adapters. A run that was stopped or
killed is gone on with from its last checkpoint, unless it was to do something else.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from training import room
from training.plan import Plan
from whisperad.adapter import WEIGHTS
from whisperad.errors import BadAdapter

LOSSES = "losses.jsonl"  # what the process reports, a line each
ORDER = "order.json"  # what it was told to do
CHECKPOINT = "checkpoint-*.safetensors"
LOG = "fit.log"
LOOK_S = 0.1  # between looks at what it reports
ENVIRON = {
    # For glibc's malloc(3): memory that was freed is kept for the next array, as large as
    # it is. Asking the system for it anew took a third of the time.
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_MAX_": "0",
    "MALLOC_TRIM_THRESHOLD_": str(2**40),
    # How far mlx looks ahead for what can be done at the same time, in arrays: far enough
    # for all parts of a batch to go on side by side.
    "MLX_BFS_MAX_WIDTH": "400",
}

Figures = dict[str, float]
Progress = Callable[[Figures], None]


class Order(msgspec.Struct, frozen=True):
    """What is fitted, with what: two runs with the same order give the same adapter.

    Hashes: of the base's weights, the catalogue, all that the dataset is drawn from, and
    the dataset itself.
    """

    base: str
    catalogue: str
    wording: str
    dataset: str
    plan: Plan

    def check(self, base: str, catalogue: str, wording: str, dataset: str) -> None:
        """Raise `BadAdapter` unless all that was fitted still is what there is."""
        anew = "run generate and fit again"
        for what, fitted, found, step in (
            ("base", self.base, base, "run fit again"),
            ("catalogue", self.catalogue, catalogue, anew),
            ("wording", self.wording, wording, anew),
            ("dataset", self.dataset, dataset, "run fit again"),
        ):
            if fitted != found:
                raise BadAdapter(
                    f"what was fitted is for another {what} ({fitted[:8]}) than there"
                    f" is now ({found[:8] or 'none'}); {step}"
                )


def begin(adapters: Path, order: Order) -> Path:
    """Give the folder to fit into: that of a run to go on with, or an empty one."""
    partial = adapters / ".fitting"
    encoded = msgspec.json.encode(order)
    kept = partial / ORDER
    if not kept.is_file() or kept.read_bytes() != encoded:
        if partial.exists():
            shutil.rmtree(partial)
        partial.mkdir(parents=True)
        kept.write_bytes(encoded)
    return partial


def order(adapters: Path) -> Order:
    """Read what the fitted adapter was made of. Raises `BadAdapter` if there is none."""
    partial = adapters / ".fitting"
    try:
        read = msgspec.json.decode((partial / ORDER).read_bytes(), type=Order)
    except (OSError, msgspec.DecodeError) as error:
        raise BadAdapter(f"{partial}: nothing was fitted; run fit first") from error
    if not (partial / WEIGHTS).is_file():
        raise BadAdapter(f"{partial}: not fitted to the end; run fit again")
    return read


def fit(
    base: Path,
    dataset: Path,
    partial: Path,
    plan: Plan,
    progress: Progress,
    hosts: Path | None = None,
) -> list[Figures]:
    """Fit in a process of its own; give its figures. Raises `BadAdapter`.

    With `hosts`, a file as `mlx.launch` reads it, in one process on each host; paths
    must be the same on all of them.
    """
    if not (partial / WEIGHTS).is_file():
        arguments = [str(base), str(dataset), str(partial)]
        arguments.append(msgspec.json.encode(plan).decode())
        with _running([*_program(hosts), *arguments], partial) as process:
            seen = 0
            while process.poll() is None:
                time.sleep(LOOK_S)
                figures = losses(partial)
                for line in figures[seen:]:
                    progress(line)
                seen = len(figures)
        if process.returncode != 0 or not (partial / WEIGHTS).is_file():
            raise BadAdapter(_ending(process.returncode, partial))
        _tidy(partial)
    return losses(partial)


def losses(partial: Path) -> list[Figures]:
    """Read what a process has reported; a line that is not whole yet is left out."""
    try:
        lines = (partial / LOSSES).read_bytes().splitlines()
    except FileNotFoundError:
        return []
    found: list[Figures] = []
    for line in lines:
        try:
            found.append(msgspec.json.decode(line, type=Figures))
        except msgspec.DecodeError:
            continue
    return found


def done(partial: Path) -> int:
    """Say how many iterations need not be done again."""
    return max((number for number, _ in checkpoints(partial)), default=0)


def checkpoints(partial: Path) -> list[tuple[int, Path]]:
    """List the checkpoints and their iterations, the latest first."""
    found = [(int(p.stem.rpartition("-")[2]), p) for p in partial.glob(CHECKPOINT)]
    return sorted(found, reverse=True)


def _program(hosts: Path | None) -> list[str]:
    if hosts is None:
        return [sys.executable, "-m", "training.fit"]
    launch = Path(sys.executable).with_name("mlx.launch")
    if not launch.is_file():
        raise BadAdapter(f"{launch}: expected mlx's launcher there, found none")
    command = [str(launch), "--hostfile", str(hosts), "--backend", "ring"]
    return [*command, "--python", sys.executable, "--", "-m", "training.fit"]


@contextmanager
def _running(arguments: list[str], partial: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a process; end it if we end."""
    with (partial / LOG).open("wb") as output:
        process = subprocess.Popen(
            arguments,
            stdin=subprocess.PIPE,  # open for as long as it runs: mlx.launch listens
            stdout=output,
            stderr=output,
            env={**ENVIRON, **os.environ},
            start_new_session=True,  # control-C is ours to deal with
        )
        try:
            yield process
        except BaseException:
            process.terminate()
            raise
        finally:
            process.wait()
            assert process.stdin is not None
            process.stdin.close()


def _ending(code: int, partial: Path) -> str:
    log = partial / LOG
    lines = log.read_text(errors="replace").strip().split("\n")
    if room.is_full(partial, lines[-1]):
        return room.none_left(partial, lines[-1])
    return f"fitting ended with {code}: {lines[-1]} (see {log})"


def _tidy(partial: Path) -> None:
    for _, path in checkpoints(partial):
        path.unlink()
    (partial / LOG).unlink(missing_ok=True)
