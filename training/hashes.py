"""Hashes of files, in hexadecimal SHA-256."""

import ast
import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

_ROOT = Path(__file__).parent.parent
_OURS = ("training", "whisperad")
_DRAWING = ("training/dataset.py", "training/generate.py", "training/taught.py")


def file_hash(path: Path) -> str:
    """Hash one file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def wording_hash(config: Path, catalogue_hash: str) -> str:
    """Hash all that decides the examples: catalogue, `none`, samples, and the code."""
    digest = hashlib.sha256(catalogue_hash.encode())
    for path in drawing():
        digest.update(path.as_posix().encode() + b"\0")
        digest.update((_ROOT / path).read_bytes() + b"\0")
    for folder in ("none", "samples", "wording"):
        for path in sorted((config / folder).glob("*.toml")):
            digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


@cache
def drawing() -> tuple[Path, ...]:
    """List the modules that shape examples: those that draw them, and all they import.

    Of files, not of what is loaded: that differs from one program to another.
    """
    found: set[Path] = set()
    waiting = [Path(name) for name in _DRAWING]
    while waiting:
        path = waiting.pop()
        if path not in found and (_ROOT / path).is_file():
            found.add(path)
            waiting += _imported(_ROOT / path)
    return tuple(sorted(found))


def _imported(module: Path) -> Iterator[Path]:
    """Give where modules of ours would be that a module imports, or names in them."""
    for node in ast.walk(ast.parse(module.read_bytes())):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            inner = [f"{node.module}.{alias.name}" for alias in node.names]
            names = [node.module, *inner]
        for name in names:
            if name.split(".")[0] in _OURS:
                yield Path(name.replace(".", "/") + ".py")
