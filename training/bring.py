"""Bring a model from the hub into `<data>/models`: check, fetch, quantise, name.

Its folder gets its name when it is complete; before, all is in a hidden folder.
"""

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

import msgspec
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from training import bases, hub, room
from training.bases import HALF_BITS, ORIGIN, PARTIAL, SCALE_BITS, Origin
from whisperad.errors import CannotFetch
from whisperad.settings import EMBEDDED_MODEL

IS_APPLE_SILICON = sys.platform == "darwin" and platform.machine() == "arm64"
# On a CPU only 32-bit products are fast: fewer bits would save disk, and nothing else.
USUAL_BITS = 8 if IS_APPLE_SILICON else HALF_BITS


def bring(models: Path, repo: str, bits: int | None) -> Path:
    """Give the folder of a model of the hub, fetched unless it is there already.

    Raises `CannotFetch` or `BadAdapter`; what was fetched before that is kept for the
    next time, and never used.
    """
    name = repo.split("/")[1]
    if bits not in (None, USUAL_BITS):
        name = f"{name}-{bits}bit"
    target = models / name
    if target.exists() or name == EMBEDDED_MODEL.name:
        known = bases.origin(target)
        if known is None or known.repo != repo or bits not in (None, known.bits):
            raise CannotFetch(
                f"{target} is in the way: it is not what would be made of {repo}; give"
                " that folder another name"
            )
        return target
    offered = hub.offer(repo)
    partial = models / PARTIAL / repo.replace("/", "--")
    source = _source(partial, offered.revision)
    (config,) = (file for file in offered.files if file.name == "config.json")
    hub.fetch(offered, config, source, lambda _: None)
    made_bits = _bits(bases.shape(source), repo, bits)
    _check_room(offered, source, repo, made_bits)
    _fetch(offered, source)
    made = _converted(partial, source, made_bits) if made_bits else source
    origin = Origin(repo, offered.revision, made_bits or round(bases.shape(made).bits))
    _name(made, target, origin)
    shutil.rmtree(partial)
    return target


def _source(partial: Path, revision: str) -> Path:
    """Give the folder to fetch a revision into, without those of any other."""
    if partial.exists():
        for other in partial.iterdir():
            if other.name != revision:
                shutil.rmtree(other)
    source = partial / revision
    source.mkdir(parents=True, exist_ok=True)
    return source


def _bits(found: bases.Shape, repo: str, asked: int | None) -> int | None:
    """Give how many bits to quantise to; None to leave the weights as they are."""
    if found.packed_bits:
        if asked not in (None, found.packed_bits):
            raise CannotFetch(
                f"{repo} is quantised to {found.packed_bits} bits already; take the"
                f" model that it was made from to have {asked}"
            )
        return None
    bits = asked or USUAL_BITS
    return None if bits == HALF_BITS else bits


def _check_room(offered: hub.Offer, source: Path, repo: str, bits: int | None) -> None:
    """Raise `CannotFetch` unless disk and memory take it."""
    weights = offered.weights_bytes
    own_bits = bases.shape(source).bits
    made = round(weights * (bits + SCALE_BITS) / own_bits) if bits else 0
    rest = offered.bytes - hub.fetched(offered, source)
    room.check_disk(rest + made, source, f"{repo}, fetched and made ready,")
    if bits:
        room.check_memory(weights + made, f"quantising {repo}")
    served = made or weights
    if not IS_APPLE_SILICON:
        served = round(weights * 32 / own_bits)
    room.check_memory(served, f"serving {repo}")


def _fetch(offered: hub.Offer, source: Path) -> None:
    """Fetch what is missing and show how far it has come."""
    columns = (
        *(TextColumn("{task.description}"), BarColumn(), DownloadColumn()),
        *(TransferSpeedColumn(), TimeRemainingColumn()),
    )
    had = hub.fetched(offered, source)
    with Progress(*columns, console=Console()) as bar:
        task = bar.add_task("fetching", total=offered.bytes, completed=had)
        for file in offered.files:
            hub.fetch(
                offered, file, source, lambda have: bar.update(task, completed=have)
            )
        bar.update(task, completed=offered.bytes)


def _converted(partial: Path, source: Path, bits: int) -> Path:
    """Quantise into a folder of its own. Raises `CannotFetch`."""
    target = partial / "converted"
    target.mkdir()
    log = target / "convert.log"
    arguments = ("-P", "-m", "training.convert", str(source), str(target), str(bits))
    print(f"quantising to {bits} bits …", flush=True)
    with log.open("wb") as output:
        process = subprocess.Popen(
            (sys.executable, *arguments), stdout=output, stderr=output
        )
        try:
            code = process.wait()
        except BaseException:
            process.terminate()
            process.wait()
            raise
    if code:
        last = log.read_text(errors="replace").strip().rpartition("\n")[2]
        raise CannotFetch(f"quantising ended with {code}: {last} (see {log})")
    log.unlink()
    for name in set(hub.KEPT) - {"config.json"}:
        if (source / name).exists():
            shutil.copy(source / name, target)
    return target


def _name(made: Path, target: Path, origin: Origin) -> None:
    """Say where a complete folder comes from and give it its name."""
    (made / ORIGIN).write_bytes(msgspec.json.encode(origin) + b"\n")
    for path in made.iterdir():
        with path.open("rb") as file:
            os.fsync(file.fileno())
    made.rename(target)
