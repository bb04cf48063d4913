"""Hashes of files, in hexadecimal SHA-256."""

import hashlib
from pathlib import Path


def file_hash(path: Path) -> str:
    """Hash one file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def wording_hash(config: Path, catalogue_hash: str) -> str:
    """Hash all that examples are drawn from: the catalogue, `none` and the samples."""
    digest = hashlib.sha256(catalogue_hash.encode())
    for folder in ("none", "samples"):
        for path in sorted((config / folder).glob("*.toml")):
            digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]
