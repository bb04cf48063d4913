"""Files that are replaced at once: whoever reads one finds all of it or the one before."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path


def write(path: Path, data: bytes) -> None:
    """Replace a file, readable by its owner alone. Raises `OSError`; then it stays."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(
        dir=path.parent, prefix=_half(path), delete=False
    ) as file:
        try:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).replace(path)
        except OSError:
            Path(file.name).unlink(missing_ok=True)
            raise
    _sync_names(path.parent)


def clear(path: Path) -> None:
    """Remove what somebody left who was killed while writing this file."""
    with suppress(OSError):
        for half in path.parent.glob(f"{_half(path)}*"):
            half.unlink()


def _half(path: Path) -> str:
    """Give how the names of files begin that are not all written yet."""
    return f".{path.stem}-"


def _sync_names(folder: Path) -> None:
    """Have the disk know which file has which name in a folder."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
