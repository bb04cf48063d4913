"""`make fuzz`: a million broken requests for a real daemon, in parts.

Each part has a seed of its own. With `--json FILE` what is done is written after each,
and the same command goes on after the last one that is there; to begin anew, delete the
file. `--minutes` ends it before. Bytes that show a mistake are added to the corpus.
"""

import argparse
import math
import signal
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from tests import tiny_base
from tests.end_to_end import fuzz, mutations
from tests.end_to_end.fuzz import Fault, Fuzzer, Size
from tests.running import RunningDaemon

FOUND = mutations.CORPUS / "found.jsonl"
PARTS = 20
WARM = 10_000  # lines after which the daemon has its size, at most


@dataclass
class Run:
    """How far a run has come, and what it found."""

    seed: int
    shortcuts: bool
    wanted_lines: int
    executes: bool = False
    began: str = field(default_factory=lambda: f"{datetime.now(UTC):%Y-%m-%d %H:%M}")
    parts: int = 0
    lines: int = 0
    seconds: float = 0.0
    replies: dict[str, int] = field(default_factory=dict)
    sizes: list[Size] = field(default_factory=list)  # after each part
    fault: str | None = None
    exit_code: int | None = None  # of the daemon, when all was sent

    @property
    def asked(self) -> tuple[object, ...]:
        """What makes two runs the same."""
        return (self.seed, self.shortcuts, self.wanted_lines, self.executes)

    @property
    def is_well(self) -> bool:
        """Whether nothing was wrong with all that was to be sent, or time was for."""
        return self.fault is None and self.exit_code == 0

    def add(self, fuzzer: Fuzzer, seconds: float, size: Size, *, is_whole: bool) -> str:
        """Count a part, as done if it is whole, and give a line about it."""
        self.parts += is_whole
        self.lines += fuzzer.sent
        self.seconds += seconds
        self.replies = dict((Counter(self.replies) + fuzzer.replies).most_common())
        self.sizes.append(size)
        return (
            f"{self.lines:9} lines, {fuzzer.sent / seconds:6.0f} a second,"
            f" {size.memory_bytes / 2**20:6.1f} MiB, {size.files} files\n"
        )

    def save(self, file: Path | None) -> None:
        """Write all of it, so that it is never half there."""
        if file is not None:
            partial = file.with_suffix(".partial")
            partial.write_bytes(msgspec.json.format(msgspec.json.encode(self)) + b"\n")
            partial.replace(file)


def main() -> int:
    """Fuzz a daemon of a small random base and tell how it went."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--shortcuts", action="store_true", help="as users have it")
    parser.add_argument("--execute", action="store_true", help="run stand-ins")
    parser.add_argument("--minutes", type=float, default=math.inf)
    parser.add_argument("--json", type=Path, help="where to write how it goes")
    given = parser.parse_args()
    asked = Run(given.seed, given.shortcuts, given.lines, given.execute)
    run = begun(given.json, asked)
    if run.parts:
        sys.stdout.write(f"going on after {run.lines} lines\n")
    with tempfile.TemporaryDirectory(prefix="w-", dir="/tmp") as folder:
        base = tiny_base.write_base(Path(folder) / "random")
        daemon = fuzz.started(
            Path(folder), base, shortcuts=given.shortcuts, executes=given.execute
        )
        try:
            _send(daemon, run, given.json, given.minutes * 60)
        except Fault as fault:
            case = mutations.Case("found", fault.data.decode("latin-1"), end="")
            with FOUND.open("ab") as kept:
                kept.write(msgspec.json.encode(case) + b"\n")
            run.fault = str(fault)
            log = daemon.events()[-3:]
            sys.stdout.write(f"{fault}\nkept in {FOUND}; the log: {log}\n")
        finally:
            daemon.stop()
            run.save(given.json)
    sys.stdout.write(f"{run.replies}, exit code {run.exit_code}\n")
    return 0 if run.is_well else 1


def begun(file: Path | None, new: Run) -> Run:
    """Give the run that a file tells of, if it is the same one and is not over."""
    if file is None or not file.exists():
        return new
    run = msgspec.json.decode(file.read_bytes(), type=Run)
    is_same = run.asked == new.asked
    return run if is_same and run.parts < PARTS and run.fault is None else new


def _send(daemon: RunningDaemon, run: Run, file: Path | None, most_s: float) -> None:
    """Send what is left of a run to a fresh daemon. Raises `Fault`."""
    part_lines, began = run.wanted_lines // PARTS, time.monotonic()
    first = Fuzzer(daemon, run.seed)
    for case in mutations.corpus():
        first.send(case.bytes())
    is_warm = first.run(min(WARM, run.wanted_lines // 4), began + most_s / 3)
    first.tidy()
    before = size = first.size()
    is_whole = True
    while run.parts < PARTS and is_whole:
        fuzzer = Fuzzer(daemon, run.seed * 1000 + run.parts + 1)
        started = time.monotonic()
        is_whole = fuzzer.run(part_lines, began + most_s)
        seconds = time.monotonic() - started
        fuzzer.tidy()
        size = fuzzer.size()
        sys.stdout.write(run.add(fuzzer, seconds, size, is_whole=is_whole))
        sys.stdout.flush()
        run.save(file)
    if is_warm:
        fuzz.check_size(before, size)
    else:
        sys.stdout.write("too short to tell whether memory grows\n")
    code = daemon.stop(signal.SIGTERM)
    if daemon.events("internal"):
        raise Fault("a mistake of the daemon's own, see its log", b"")
    run.exit_code = code


if __name__ == "__main__":
    sys.exit(main())
