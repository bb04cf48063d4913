"""The working folder: where commands of the shell run when no client says where."""

from pathlib import Path

from whisperad import log
from whisperad.process import Outcome


class WorkingFolder:
    """A folder that was chosen once and is remembered in a file."""

    def __init__(self, file: Path, home: Path) -> None:
        self._file = file
        self._home = home
        self._chosen: Path | None = None

    def read(self) -> None:
        """Take up what was chosen before."""
        try:
            self._chosen = Path(self._file.read_text(errors="surrogateescape"))
        except OSError:
            self._chosen = None

    @property
    def path(self) -> Path:
        """The chosen folder while it is there, else the home folder."""
        chosen = self._chosen
        return chosen if chosen is not None and chosen.is_dir() else self._home

    def choose(self, folder: Path) -> Outcome:
        """Take another folder from now on."""
        if not folder.is_dir():
            return Outcome(1, stderr=f"{folder} is no folder")
        self._chosen = folder
        partial = self._file.with_suffix(".partial")
        try:
            partial.touch(mode=0o600)
            partial.write_text(str(folder), errors="surrogateescape")
            partial.replace(self._file)
        except OSError as error:
            log.warning("working-folder-not-kept", error=str(error))
        return Outcome(0, stdout=f"{folder}\n")

    def shown(self) -> Outcome:
        """Say which folder it is."""
        return Outcome(0, stdout=f"{self.path}\n")
