"""Fixtures of the tests in which everything is real, the embedded model too."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end import lessons
from tests.end_to_end.home import Home
from tests.running import RunningDaemon


@pytest.fixture
def home(short_dir: Path) -> Iterator[Home]:
    """Give a home of its own, with a daemon as soon as something is typed."""
    made = Home(short_dir)
    yield made
    made.close()


@pytest.fixture
def taught(stopped: RunningDaemon) -> Iterator[RunningDaemon]:
    """Give a daemon that was taught what needs no model."""
    yield from lessons.given(stopped)
