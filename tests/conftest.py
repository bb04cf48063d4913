"""Fixtures that more than one folder of tests uses: the real thing at its smallest."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def short_dir() -> Iterator[Path]:
    """Give a folder with a short path: macOS allows a socket's path 103 bytes."""
    folder = Path(tempfile.mkdtemp(prefix="w-", dir="/tmp"))
    yield folder
    shutil.rmtree(folder)
