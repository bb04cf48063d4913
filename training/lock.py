"""One run at a time works on a user's dataset and adapters."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from whisperad.errors import BadAdapter


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Keep other runs out. Raises `BadAdapter` if one is at work.

    The lock goes with the process, however that ends.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / ".lock"
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            raise BadAdapter(
                f"{folder}: another run is at work there (process {file.read()}); wait"
                " for it or stop it"
            ) from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
