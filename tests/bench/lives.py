"""Lives: a daemon that is killed now and then, for clients that lose no other reply."""

import shutil
import signal
import threading
from collections.abc import Callable
from pathlib import Path

from tests.bench import errands
from tests.running import RunningDaemon
from whisperad.adapter import MANIFEST, WEIGHTS


class Lives:
    """The lives of one daemon, which are numbered."""

    def __init__(self, daemon: RunningDaemon) -> None:
        self._daemon = daemon
        self._number = 0
        self._is_up = threading.Event()
        self._is_up.set()
        # Held by who changes what a daemon reads as it starts.
        self.changing = threading.Lock()

    def current(self) -> int:
        """Wait for a daemon that answers, and give the number of its life."""
        number = self._number  # before the wait: a kill behind it ends this life too
        self._is_up.wait()
        return number

    def is_over(self, number: int) -> bool:
        """Tell whether the daemon of that life was killed, or is about to be."""
        return number != self._number

    def end(self, mend: Callable[[], None]) -> None:
        """Kill the daemon, whatever it does, mend its files and start it again."""
        self._is_up.clear()
        self._number += 1
        try:
            self._daemon.stop(signal.SIGKILL)
            with self.changing:
                mend()
                self._daemon.start()
        finally:
            self._is_up.set()


def point(adapters: Path, name: str) -> None:
    """Make an adapter the current one."""
    (adapters / "next").symlink_to(name)
    (adapters / "next").replace(adapters / "current")


def started(home: Path, base: Path, adapter: Path) -> RunningDaemon:
    """Start a daemon on a base, with two copies of an adapter and one cut short."""
    adapters = home / "data" / "adapters"
    for name in ("one", "two", "broken"):
        shutil.copytree(adapter, adapters / name)
    weights = adapters / "broken" / WEIGHTS
    weights.write_bytes(weights.read_bytes()[:-100])
    assert (adapters / "one" / MANIFEST).exists()
    point(adapters, "one")
    settings = {"settings": {"model": str(base)}}
    return RunningDaemon(home, settings, errands.surroundings(home)).start()
