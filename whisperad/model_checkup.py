"""Whether the base and its adapter can be served, as far as their files tell.

Reads files only and never imports mlx: a base may be larger than the memory.
"""

import os
from pathlib import Path

import msgspec

from whisperad.adapter import (
    WEIGHTS,
    adapter_folders,
    read_manifest,
    read_scale,
    weights_hash,
)
from whisperad.errors import BadAdapter
from whisperad.finding import Finding, one_line
from whisperad.settings import EMBEDDED_MODEL

_SIZE_BYTES = 8  # a safetensors file begins with the size of its header
_MAX_HEADER_BYTES = 100_000_000  # the format allows no more

_REINSTALL = "install Whispera again: its own files are damaged"
_ANOTHER_BASE = (
    "fetch it again, or choose another of `whispera model list`, with"
    " `whispera model use NAME`; then `whispera restart`"
)
_ANOTHER_ADAPTER = (
    "go back with `whispera-train rollback`, or make another with `make retrain`; then"
    " `whispera reload adapter`"
)


class _Tensor(msgspec.Struct, frozen=True):
    dtype: str
    shape: tuple[int, ...]
    data_offsets: tuple[int, int]


def check(folder: Path, data: Path) -> list[Finding]:
    """Look at the base in a folder, then at the adapters that a daemon would try."""
    base = Path(os.path.realpath(folder))  # what the daemon calls it by
    problems = _base_problems(base)
    if problems:
        is_ours = base == Path(os.path.realpath(EMBEDDED_MODEL))
        step = _REINSTALL if is_ours else _ANOTHER_BASE
        return [
            Finding("model", "failed", "; ".join(problems), step),
            Finding(
                "adapter", "skipped", "the model comes first", "see the model above"
            ),
        ]
    digest = weights_hash(base)
    size = sum(file.stat().st_size for file in base.glob("model*.safetensors"))
    told = f"{base.name}, {size / 1e6:.1f} MB, weights {digest[:8]}, in {base}"
    return [Finding("model", "ok", told), *_adapters(base, digest, data)]


def weights_problem(file: Path) -> str | None:
    """Say why a safetensors file cannot be read or is not whole; None if it is."""
    try:
        with file.open("rb") as opened:
            size = int.from_bytes(opened.read(_SIZE_BYTES), "little")
            if size > _MAX_HEADER_BYTES:
                return f"{file}: expected a safetensors file, found something else"
            header = opened.read(size)
            rest = file.stat().st_size - _SIZE_BYTES - size
        entries = msgspec.json.decode(header, type=dict[str, msgspec.Raw])
        entries.pop("__metadata__", None)
        tensors = [msgspec.json.decode(e, type=_Tensor) for e in entries.values()]
    except OSError as error:
        return f"{file}: {error.strerror}"
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        return f"{file}: its header is damaged: {one_line(error)}"
    if not tensors:
        return f"{file}: there are no weights in it"
    expected = max(tensor.data_offsets[1] for tensor in tensors)
    if rest != expected:
        return f"{file}: expected {expected} bytes of weights, found {rest}"
    return None


def _base_problems(base: Path) -> list[str]:
    if not base.is_dir():
        return [f"{base}: there is no such folder"]
    files = sorted(base.glob("model*.safetensors"))
    found = [_json_problem(base / name) for name in ("config.json", "tokenizer.json")]
    found += [weights_problem(file) for file in files]
    if not files:
        found.append(f'{base}: expected weights in "model.safetensors", found none')
    return [problem for problem in found if problem]


def _json_problem(file: Path) -> str | None:
    try:
        msgspec.json.decode(file.read_bytes(), type=dict[str, msgspec.Raw])
    except OSError as error:
        return f"{file}: {error.strerror}"
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        return f"{file}: {one_line(error)}"
    return None


def _adapters(base: Path, digest: str, data: Path) -> list[Finding]:
    """Look at adapters until one can serve, as the daemon does."""
    findings: list[Finding] = []
    for folder in adapter_folders(base, data):
        problem = _adapter_problem(folder, base.name, digest)
        if problem is None:
            known = read_manifest(folder).weights_hash[:8]
            weights = f"weights {known}" if known else "no hash of its weights known"
            told = f"{folder.name}, made for {base.name}, {weights}, in {folder.parent}"
            return [*findings, Finding("adapter", "ok", told)]
        is_ours = folder == EMBEDDED_MODEL / "adapter"
        step = _REINSTALL if is_ours else _ANOTHER_ADAPTER
        findings.append(Finding("adapter", "failed", problem, step))
    if findings:
        return findings
    told = f"{base.name} has none, and understands little without"
    return [Finding("adapter", "warning", told, "make one with `make retrain`")]


def _adapter_problem(folder: Path, base: str, digest: str) -> str | None:
    if not folder.is_dir():
        return f"{folder}: there is no such folder, but a link leads to it"
    try:
        manifest = read_manifest(folder)
        manifest.check_fits(folder, base, digest)
        read_scale(folder)
        problem = weights_problem(folder / WEIGHTS)
        if problem is None:
            for _ in manifest.checking_weights(folder):
                pass
    except BadAdapter as error:
        return one_line(error).partition("; run ")[0]
    return problem
