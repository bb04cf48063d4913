"""What tests of the daemon's parts share."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.whisperad.echo_host import Talk, converse


@pytest.fixture
def talk(short_dir: Path) -> Callable[[Talk], None]:
    """Give a function that runs a conversation with an echo host."""
    return lambda say: converse(say, short_dir)
