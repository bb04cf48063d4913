"""`make bench`: one table of speed and memory, every figure from the same run.

The daemon answers over its socket; beside it answer, on the same utterances and weights
and with the same BLAS, a bare forward pass and what people would use else. `--json FILE`
saves all of it, `--page docs/speed.md` puts it there. With `--check` the exit code says whether every target holds.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path

from tests.bench import growth, load, servers, stages, table, targets
from tests.bench.contenders import (
    MOST_TOKENS,
    TURN,
    Base,
    Contender,
    daemon,
    running,
    script,
    settle,
    timed,
)
from tests.bench.figures import Row, judge, p50, spread
from tests.running import Message
from training.generate import Generator
from whisperad import catalogue as catalogues
from whisperad.catalogue import SHIPPED
from whisperad.settings import EMBEDDED_MODEL

SEED = 23  # of the utterances; the daemon has seen none of them


class Extent(argparse.Namespace):
    """How much is measured, from the command line."""

    rows: int
    model: Path
    adapter: Path | None
    utterances: Path | None
    json: Path | None
    page: Path | None
    quick: bool
    check: bool


def main() -> int:
    """Measure, print, and write what `--json` asks for."""
    extent = _extent()
    base = Base(extent.model, extent.adapter)
    machine, date = table.machine(), table.now()
    # Short, because a socket's path has at most 103 bytes.
    with tempfile.TemporaryDirectory(prefix="w-", dir="/tmp") as scratch:
        rows, blas = measure(Path(scratch), base, extent)
    report = table.Report(
        date,
        machine,
        table.versions(),
        blas,
        base.folder.name,
        {name: _plain(value) for name, value in vars(extent).items()},
        judge(rows, targets.WANTED, targets.AGAINST),
    )
    table.show(report)
    if extent.json:
        table.save(report, extent.json)
    if extent.page:
        table.insert(report, extent.page)
    return 1 if extent.check and report.missed() else 0


def measure(scratch: Path, base: Base, extent: Extent) -> tuple[list[Row], str]:
    """Give all rows, and the BLAS that the daemon has."""
    told("daemon, mlx-lm and a bare pass, in turns")
    said = _said(extent)
    unseen = _unseen(scratch / "first", base, said, extent.rows)
    rows = _contest(scratch, base, unseen, extent)
    rows += _cold(base, unseen[: 1 if extent.quick else 5])
    told("starts, stages, clients, memory")
    rows += stages.starts(scratch / "s", base, 1 if extent.quick else 7)
    served = running(scratch / "d", base)
    try:
        settle(served)
        blas = str(served.ask(type="status")["blas"])
        rows += stages.without_model(served, 100 if extent.quick else 1000)
        rows += stages.clients(served, 5 if extent.quick else 40)
        varied = said if base.is_small else said[:TURN]
        rows += stages.memory(served, varied, 500 if extent.quick else 100_000)
    finally:
        served.stop()
    told("under load, with swaps, after pauses")
    served = running(scratch / "l", base, {"shortcuts": False})
    try:
        settle(served)
        seconds = 0.5 if extent.quick else 10.0
        rows += load.throughput(served, said, seconds)
        rows += load.swaps(served, base, said, seconds)
        rows += load.idle(served, said, _pauses(extent))
    finally:
        served.stop()
    told("more actions, longer utterances")
    rows += growth.actions(scratch, base, 10 if extent.quick else 200)
    rows += growth.words(scratch, base, 5 if extent.quick else 40)
    return rows, blas


def told(what: str) -> None:
    """Say what is measured now, to who waits for it."""
    print(f"… {what}", file=sys.stderr, flush=True)


def _unseen(home: Path, base: Base, said: Sequence[str], count: int) -> list[str]:
    """Give utterances that only the model understands, some for warming up first."""
    kept: list[Message] = []
    with daemon(home, base, kept) as asked:
        asked(said)
    stage = [reply["stage"] for reply in kept]
    by_model = (u for u, s in zip(said, stage, strict=True) if s == "model")
    return list(islice(by_model, TURN + count))


def _contest(
    scratch: Path, base: Base, unseen: Sequence[str], extent: Extent
) -> list[Row]:
    """Have everybody answer the same utterances, a few at a time, in turns."""
    fused = base.write(scratch / "fused")
    replies: list[Message] = []
    contenders: dict[str, Contender] = {
        "bare forward pass": partial(script, "bare.py", base.folder, base),
        "daemon, model stage": partial(daemon, scratch / "c", base, replies),
        targets.GENERATE: partial(script, "peer.py", fused, base),
        targets.SERVER: partial(servers.mlx_server, fused, base),
    }
    times = timed(contenders, unseen, at_once=base.is_small)
    rows = [row for name, taken in times.items() for row in spread(name, taken)]
    counted = [reply["timing"]["passes"] for reply in replies[TURN:]]
    rows.insert(4, Row(targets.PASSES, statistics.fmean(counted), ""))
    try:
        llama = partial(servers.llama_server, fused, base, scratch)
        times = timed({targets.LLAMA: llama}, unseen, at_once=True)
    except servers.NotHere as reason:
        names = (f"{targets.LLAMA}, p50", f"{targets.LLAMA}, p99")
        return [*rows, *(Row(name, None, note=str(reason)) for name in names)]
    return rows + spread(targets.LLAMA, times[targets.LLAMA])


def _cold(base: Base, utterances: Sequence[str]) -> list[Row]:
    """Time a process of mlx-lm for each command, as a shell script would have it."""
    times = []
    for utterance in utterances:
        command = [sys.executable, "-m", "mlx_lm", "generate", "--prompt", utterance]
        command += ["--model", str(base.folder), "--max-tokens", str(MOST_TOKENS)]
        if base.adapter:
            command += ["--adapter-path", str(base.adapter)]
        started = time.perf_counter()
        subprocess.run(command, capture_output=True, check=True)
        times.append((time.perf_counter() - started) * 1e3)
    return [Row(targets.COLD, p50(times), note=f"of {len(times)}")]


def _said(extent: Extent) -> list[str]:
    """Give utterances, each once: of a file, or drawn as tests of an adapter are."""
    if extent.utterances:
        lines = extent.utterances.read_text(encoding="utf-8").splitlines()
        return list(dict.fromkeys(_utterance(line) for line in lines if line.strip()))
    generator = Generator(catalogues.load(SHIPPED), SHIPPED, "test")
    drawn = generator.examples(2 * (TURN + extent.rows), SEED)
    return list(dict.fromkeys(example.utterance for example in drawn))


def _utterance(line: str) -> str:
    """Read a line: an utterance, or an object that has one."""
    return str(json.loads(line)["utterance"]) if line.startswith("{") else line


def _pauses(extent: Extent) -> Iterator[int]:
    """Give the seconds of nothing, one after the other."""
    yield from [0, 1] * (3 if extent.quick else 10)
    yield from [10] * (1 if extent.quick else 4)
    yield from [] if extent.quick else [60, 60]


def _extent() -> Extent:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200, help="utterances to say")
    parser.add_argument("--model", type=Path, default=EMBEDDED_MODEL, help="a base")
    parser.add_argument("--adapter", type=Path, help="by default `adapter` in the base")
    parser.add_argument("--utterances", type=Path, help="a file, one a line, to say")
    parser.add_argument("--json", type=Path, help="where to write the table")
    parser.add_argument("--page", type=Path, help="a page to put the table into")
    parser.add_argument("--quick", action="store_true", help="less of everything")
    parser.add_argument("--check", action="store_true", help="fail if a target does")
    extent = parser.parse_args(namespace=Extent())
    extent.model = extent.model.resolve()
    within = extent.model / "adapter"
    if extent.adapter is None and within.is_dir():
        extent.adapter = within
    return extent


def _plain(value: object) -> bool | int | str | None:
    return value if isinstance(value, bool | int | None) else str(value)


if __name__ == "__main__":
    sys.exit(main())
