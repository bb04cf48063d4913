"""Adapter folders: published whole, `current` and `previous` replaced atomically."""

import os
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from training.hashes import file_hash
from whisperad.adapter import MANIFEST, WEIGHTS, Manifest, read_manifest
from whisperad.errors import BadAdapter


def publish(partial: Path, manifest: Manifest, adapters: Path) -> Path:
    """Write the manifest and give the folder its name; it is complete from then on."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    digest = file_hash(partial / WEIGHTS)
    folder = adapters / f"{stamp}-{digest[:8]}"
    write_manifest(partial, msgspec.structs.replace(manifest, weights_hash=digest))
    for path in partial.iterdir():
        with path.open("rb") as file:
            os.fsync(file.fileno())
    partial.rename(folder)
    return folder


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write `manifest.json` so that it is never seen half."""
    partial = folder / (MANIFEST + ".partial")
    partial.write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=2))
    partial.replace(folder / MANIFEST)


def make_current(adapters: Path, folder: Path) -> None:
    """Point `current` at a folder and `previous` at what was current."""
    before = current(adapters)
    if (
        before is not None
        and before != folder.resolve()
        and _base_hash(before) == _base_hash(folder)  # one can go back to no other
    ):
        _point(adapters / "previous", before)
    _point(adapters / "current", folder)


def choose_for(adapters: Path, base_hash: str) -> None:
    """Have `current` and `previous` be those of a base, as they were when it was last.

    Those of another base are put aside under hidden names, for when that one is back.
    """
    for name in ("current", "previous"):
        link = adapters / name
        theirs = _base_hash(link)
        if theirs == base_hash:
            continue
        if theirs is not None:
            link.replace(_put_aside(link, theirs))
        kept = _put_aside(link, base_hash)
        if kept.is_symlink():
            kept.replace(link)


def rollback(adapters: Path) -> Path:
    """Swap `current` and `previous`. Raises `BadAdapter` if there is no previous."""
    previous = adapters / "previous"
    if not (previous / MANIFEST).is_file():
        raise BadAdapter(f"{previous}: there is no adapter to go back to")
    target = previous.resolve()
    make_current(adapters, target)
    return target


def current(adapters: Path) -> Path | None:
    """Give the folder that `current` points at, if it is there."""
    link = adapters / "current"
    return link.resolve() if (link / MANIFEST).is_file() else None


def _base_hash(folder: Path) -> str | None:
    """Give the hash of the base an adapter was made for; None if none is there."""
    try:
        return read_manifest(folder).base_hash
    except BadAdapter:
        return None


def _put_aside(link: Path, base_hash: str) -> Path:
    return link.with_name(f".{link.name}-{base_hash[:16]}")


def _point(link: Path, target: Path) -> None:
    partial = link.with_name(f".{link.name}.partial")
    partial.unlink(missing_ok=True)
    partial.symlink_to(os.path.relpath(target, link.parent), target_is_directory=True)
    partial.replace(link)
