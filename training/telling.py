"""What the daemon serves and what `current` says: both change, or neither does."""

import subprocess
import sys
from pathlib import Path
from typing import Self

import msgspec

from training import adapters
from whisperad import wire
from whisperad.errors import BadAdapter

WAIT_S = 60  # for a daemon that reads all its packs anew, on a busy machine


class Links(msgspec.Struct, frozen=True):
    """Where `current` and `previous` point; None if there is no such link."""

    folder: Path
    current: str | None
    previous: str | None

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Look where they point now."""
        return cls(folder, _target(folder / "current"), _target(folder / "previous"))

    def restore(self) -> None:
        """Have them point there again."""
        _point(self.folder / "current", self.current)
        _point(self.folder / "previous", self.previous)


def reload(before: Links) -> str:
    """Have a running daemon read packs and adapter anew; say what came of it.

    Raises `BadAdapter` if it refuses, and `current` is again what it was before, or if
    it gives no answer.
    """
    try:
        # -P: a folder called `client` where we happen to be is not ours.
        asked = subprocess.run(
            [sys.executable, "-P", "-m", "client.cli", "reload", "all"],
            capture_output=True,
            text=True,
            timeout=WAIT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise BadAdapter(
            f"the daemon gave no answer in {WAIT_S} s, so it may serve the adapter"
            " before; see `whispera logs`, then run `whispera reload`"
        ) from error
    if asked.returncode == wire.EXIT_DONE:
        return "the daemon serves it"
    said = asked.stderr.strip()
    if asked.returncode == wire.EXIT_UNREACHABLE:
        return said
    before.restore()
    known = adapters.current(before.folder)
    raise BadAdapter(
        f"the daemon refused it: {said}; current is"
        f" {known.name if known else 'none'} again, as before"
    )


def _target(link: Path) -> str | None:
    return str(link.readlink()) if link.is_symlink() else None


def _point(link: Path, target: str | None) -> None:
    if target is None:
        link.unlink(missing_ok=True)
        return
    partial = link.with_name(f".{link.name}.partial")
    partial.unlink(missing_ok=True)
    partial.symlink_to(target, target_is_directory=True)
    partial.replace(link)
