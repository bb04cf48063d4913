"""Fixtures that more than one folder of tests uses: the real thing at its smallest."""

import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import tiny_base
from tests.running import RunningDaemon
from tests.setting import Setting


def _short_dir() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="w-", dir="/tmp"))
    yield folder
    shutil.rmtree(folder)


# A shell ignores control-C for what it starts in the background, and so would all that
# the tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def short_dir() -> Iterator[Path]:
    """Give a folder with a short path: macOS allows a socket's path 103 bytes."""
    yield from _short_dir()


@pytest.fixture(scope="module")
def shared_short_dir() -> Iterator[Path]:
    """Give a folder with a short path to all tests of a file."""
    yield from _short_dir()


@pytest.fixture(scope="session")
def random_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a small base with random weights: it understands nothing, but at once."""
    return tiny_base.write_base(tmp_path_factory.mktemp("models") / "random")


@pytest.fixture(scope="module")
def daemon(shared_short_dir: Path, random_base: Path) -> Iterator[RunningDaemon]:
    """Give a daemon that proposes macOS commands, for all tests of a file."""
    running = RunningDaemon(
        shared_short_dir,
        {"settings": {"model": str(random_base), "shortcuts": False}},
        {"WHISPERA_PLATFORM": "macos"},
    ).start()
    yield running
    running.stop()


@pytest.fixture
def setting(short_dir: Path, random_base: Path) -> Setting:
    """Give the surroundings of a daemon in this process."""
    return Setting(short_dir, random_base)


@pytest.fixture
def stopped(short_dir: Path, random_base: Path) -> Iterator[RunningDaemon]:
    """Give a daemon that is not started yet."""
    running = RunningDaemon(
        short_dir, {"settings": {"model": str(random_base), "shortcuts": False}}
    )
    yield running
    if hasattr(running, "process"):
        running.stop()
