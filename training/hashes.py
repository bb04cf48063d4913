"""Hashes of files, in hexadecimal SHA-256."""

import hashlib
from pathlib import Path

_DRAWING = (
    "compounds.py",
    "dataset.py",
    "generate.py",
    "phrasing.py",
    "samples.py",
    "spoken.py",
    "synonyms.py",
    "templates.py",
    "wordings.py",
)


def file_hash(path: Path) -> str:
    """Hash one file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def wording_hash(config: Path, catalogue_hash: str) -> str:
    """Hash all that decides the examples: catalogue, `none`, samples, and the code."""
    digest = hashlib.sha256(catalogue_hash.encode())
    for name in _DRAWING:
        digest.update(Path(__file__).with_name(name).read_bytes())
    for folder in ("none", "samples", "wording"):
        for path in sorted((config / folder).glob("*.toml")):
            digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]
