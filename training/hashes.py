"""Hashes of files, in hexadecimal SHA-256."""

import hashlib
from pathlib import Path


def file_hash(path: Path) -> str:
    """Hash one file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
