"""The working folder: where commands of the shell run when no client says where.

It may be on a disk that stops answering, so nobody waits for it for long.
"""

import asyncio
import time
from functools import partial
from pathlib import Path

from whisperad import log
from whisperad.errors import TimedOut
from whisperad.lookups import Lookups
from whisperad.process import Outcome

LOOK_S = 0.5  # a folder that answers takes no thousandth of it


class WorkingFolder:
    """A folder that was chosen once and is remembered in a file."""

    def __init__(self, file: Path, home: Path, lookups: Lookups) -> None:
        self._file = file
        self._home = home
        self._lookups = lookups
        self._chosen: Path | None = None
        self._look: asyncio.Future[bool] | None = None  # whether it is there
        self._look_ends = 0.0  # who asks after that does not wait for it

    def read(self) -> None:
        """Take up what was chosen before."""
        try:
            self._chosen = Path(self._file.read_text(errors="surrogateescape"))
        except OSError:
            self._chosen = None

    async def path(self) -> Path:
        """Give the chosen folder while it is there and answers, else the home folder."""
        chosen = self._chosen
        if chosen is None:
            return self._home
        # Of looks that hang there is one: each takes a thread for good.
        if self._look is None or self._look.done():
            self._look = self._lookups.begin(chosen.is_dir)
            self._look_ends = time.monotonic() + LOOK_S
        look = self._look
        await asyncio.wait({look}, timeout=max(0.0, self._look_ends - time.monotonic()))
        return chosen if look.done() and look.result() else self._home

    async def choose(self, folder: Path) -> Outcome:
        """Take another folder from now on."""
        try:
            is_there = await self._lookups.find(
                time.monotonic() + LOOK_S, partial(self._keep, folder)
            )
        except TimedOut as error:
            return Outcome(1, stderr=f"{folder}: {error}")
        if not is_there:
            return Outcome(1, stderr=f"{folder} is no folder")
        self._chosen = folder
        self._look = None
        return Outcome(0, stdout=f"{folder}\n")

    async def shown(self) -> Outcome:
        """Say which folder it is."""
        return Outcome(0, stdout=f"{await self.path()}\n")

    def _keep(self, folder: Path) -> bool:
        """Write a folder down for the next start, if it is one; tell whether it is."""
        if not folder.is_dir():
            return False
        begun = self._file.with_suffix(".partial")
        try:
            begun.touch(mode=0o600)
            begun.write_text(str(folder), errors="surrogateescape")
            begun.replace(self._file)
        except OSError as error:
            log.warning("working-folder-not-kept", error=str(error))
        return True
