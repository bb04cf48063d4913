"""Base models on this machine: the embedded one and those in `<data>/models`.

Reads their descriptions only; `trial.py` finds out whether one can be served.
"""

from collections.abc import Iterable
from pathlib import Path

import msgspec

from whisperad import settings
from whisperad.adapter import (
    MANIFEST,
    adapter_folders,
    read_manifest,
    weights_hash,
)
from whisperad.errors import BadAdapter
from whisperad.settings import EMBEDDED_MODEL, Preferences, Settings

ORIGIN = "origin.json"  # written into a model's folder before it gets its name
OWN_ADAPTER = "adapter"  # in a base's folder: what it ships with
PARTIAL = ".partial"  # beside the models: what is not ready
FAMILY = "qwen2"
HALF_BITS = 16
SCALE_BITS = 0.5  # a weight: two numbers of 16 bits are kept for every 64 packed ones


class Origin(msgspec.Struct, frozen=True):
    """Where a downloaded model comes from, and what was made of it."""

    repo: str
    revision: str
    bits: int


class Packing(msgspec.Struct, frozen=True):
    """How weights are quantised; those of mlx-lm have no method."""

    bits: int = HALF_BITS
    quant_method: str | None = None


class Shape(msgspec.Struct, frozen=True):
    """What a base's `config.json` says, as far as it matters here."""

    model_type: str = ""
    dtype: str | None = None
    torch_dtype: str | None = None
    quantization: Packing | None = None
    quantization_config: Packing | None = None

    @property
    def packed_bits(self) -> int | None:
        """Give how many bits a weight is quantised to; None if it is not."""
        packing = self.quantization or self.quantization_config
        return packing.bits if packing else None

    @property
    def bits(self) -> float:
        """Give how many bits of the file a weight takes."""
        if self.packed_bits:
            return self.packed_bits + SCALE_BITS
        return 32 if "float32" in (self.dtype, self.torch_dtype) else HALF_BITS


class Base(msgspec.Struct, frozen=True):
    """A base model on this machine, as people and programs see it."""

    name: str
    kind: str  # "embedded", "downloaded", "own folder", "missing", "unfinished"
    in_use: bool
    bytes: int
    bits: int | None
    repo: str | None
    folder: str
    adapter: str | None  # one that was made for it


def shape(folder: Path) -> Shape:
    """Read `config.json`. Raises `BadAdapter` unless it is of a family we can serve."""
    file = folder / "config.json"
    try:
        found = msgspec.json.decode(file.read_bytes(), type=Shape)
    except OSError as error:
        raise BadAdapter(f"{file}: {error.strerror}") from error
    except (msgspec.DecodeError, RecursionError) as error:
        raise BadAdapter(f"{file}: {error}") from error
    if found.model_type != FAMILY:
        raise BadAdapter(
            f'{file}: model_type is "{found.model_type}", expected "{FAMILY}": only'
            " models of the Qwen2 and Qwen2.5 families can be served"
        )
    packing = found.quantization_config
    if found.quantization is None and packing and packing.quant_method:
        raise BadAdapter(
            f"{file}: quantised with {packing.quant_method}, which only other programs"
            " read; take the model that it was made from"
        )
    return found


def origin(folder: Path) -> Origin | None:
    """Read where a model comes from; None if it was not downloaded by us."""
    try:
        return msgspec.json.decode((folder / ORIGIN).read_bytes(), type=Origin)
    except (OSError, msgspec.DecodeError):
        return None


def weights_bytes(folder: Path) -> int:
    """Give the size of a base's weights."""
    return sum(file.stat().st_size for file in folder.glob("model*.safetensors"))


def adapter_for(folder: Path, data: Path) -> Path | None:
    """Give the adapter that a daemon would serve this base with; None if none fits."""
    return _first_fitting(folder, adapter_folders(folder, data))


def own_adapter(base: Path) -> Path | None:
    """Give the folder of the adapter that a base ships with.

    None if there is none, or it does not fit or is damaged.
    """
    folder = base / OWN_ADAPTER
    if not (folder / MANIFEST).is_file():
        return None  # saves reading all weights of a base
    try:
        manifest = read_manifest(folder)
        manifest.check_fits(folder, base.name, weights_hash(base))
        for _ in manifest.checking_weights(folder):
            pass
    except BadAdapter:
        return None
    return folder


def ground_hash(base: Path) -> str:
    """Hash what fitting begins with: a base and, if it ships with one, its adapter."""
    folder = own_adapter(base)
    adapter = read_manifest(folder).weights_hash if folder else ""
    return weights_hash(base) + adapter[:16]


def listed(given: Settings, chosen: Preferences) -> list[Base]:
    """List what there is: the embedded base first, what is unfinished last."""
    used = settings.model_folder(given, chosen)
    models = given.data / "models"
    folders = [path for path in _folders(models) if (path / "config.json").is_file()]
    if used not in (EMBEDDED_MODEL, *folders):
        folders.append(used)
    bases = [_described(EMBEDDED_MODEL, "embedded", used, given.data)]
    for folder in folders:
        kind = "downloaded" if origin(folder) else "own folder"
        bases.append(
            _described(folder, kind if folder.exists() else "missing", used, given.data)
        )
    for partial in _folders(models / PARTIAL):
        repo = partial.name.replace("--", "/", 1)
        size = _size(partial)
        bases.append(
            Base(repo, "unfinished", False, size, None, repo, str(partial), None)
        )
    return bases


def _described(folder: Path, kind: str, used: Path, data: Path) -> Base:
    try:
        bits: int | None = round(shape(folder).bits)
    except BadAdapter:
        bits = None
    known = origin(folder)
    return Base(
        folder.name,
        kind,
        folder == used,
        _size(folder),
        bits,
        known.repo if known else None,
        str(folder),
        _made_for(folder, data),
    )


def _made_for(folder: Path, data: Path) -> str | None:
    """Name the adapter that would be served, or else the newest made for this base."""
    made = sorted((data / "adapters").glob(f"*/{MANIFEST}"), reverse=True)
    candidates = [*adapter_folders(folder, data), *(path.parent for path in made)]
    adapter = _first_fitting(folder, candidates)
    return adapter.name if adapter else None


def _first_fitting(folder: Path, adapters: Iterable[Path]) -> Path | None:
    base_hash = None
    for adapter in adapters:
        try:
            manifest = read_manifest(adapter)
            if manifest.base != folder.name:
                continue  # saves reading all weights of a base
            base_hash = base_hash or weights_hash(folder)
            manifest.check_fits(adapter, folder.name, base_hash)
        except BadAdapter:
            continue
        return adapter
    return None


def _folders(parent: Path) -> list[Path]:
    if not parent.is_dir():
        return []
    found = (p for p in parent.iterdir() if p.is_dir() and not p.name.startswith("."))
    return sorted(found)


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
