"""What tests of the daemon's parts share."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.whisperad.checking import write_settings
from tests.whisperad.echo_host import Talk, converse


@pytest.fixture
def talk(short_dir: Path) -> Callable[[Talk], None]:
    """Give a function that runs a conversation with an echo host."""
    return lambda say: converse(say, short_dir)


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """Give surroundings in which there is nothing of the user's yet."""
    home = str(tmp_path / "home")
    return {"HOME": home, "WHISPERA_HOME": home, "PATH": os.environ["PATH"]}


@pytest.fixture
def own_base(tmp_path: Path, random_base: Path) -> Path:
    """Give a base that a test may damage."""
    return shutil.copytree(random_base, tmp_path / "home" / "data" / "models" / "mine")


@pytest.fixture
def user_file(tmp_path: Path, own_base: Path) -> Path:
    """Give the user's file, which chooses that base."""
    return write_settings(
        tmp_path / "home" / "config" / "whispera_config.json", model="mine"
    )
