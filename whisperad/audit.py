"""Audit: a line in the log before each effect, and one that says how it ended.

An effect that only begins was cut off together with the daemon. No line holds words; a
hash tells whether it was exactly some command.
"""

import hashlib
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Literal

from whisperad import log
from whisperad.command import Command
from whisperad.process import Outcome

How = Literal["done", "failed", "timed-out", "handed-over", "broken-off"]


class Ending:
    """How an effect ended; broken off, unless somebody says otherwise."""

    how: How = "broken-off"
    exit_code: int | None = None

    def came(self, outcome: Outcome) -> None:
        """Take note of what came of it."""
        self.exit_code = outcome.exit_code
        self.how = "done" if outcome.exit_code == 0 else "failed"
        if outcome.timed_out:
            self.how = "timed-out"


@contextmanager
def effect(action: str, command: Command, *, is_private: bool) -> Iterator[Ending]:
    """Log that an effect begins and, whatever happens, how it ended.

    Of a private one there is no hash: a short text could be guessed until it fits.
    """
    about: dict[str, log.Value] = {
        "number": secrets.token_hex(4),  # the same in both lines
        "action": action,
        "program": command.argv[0],
        "risk": command.risk,
        "argv_sha256": None if is_private else fingerprint(command.argv),
    }
    ending = Ending()
    log.info("effect-begins", **about)
    try:
        yield ending
    finally:
        log.info("effect", **about, ended=ending.how, exit_code=ending.exit_code)


def fingerprint(argv: Sequence[str]) -> str:
    """Give the SHA-256 of arguments, each with a zero byte after it."""
    data = "".join(f"{argument}\0" for argument in argv)
    return hashlib.sha256(data.encode(errors="surrogatepass")).hexdigest()
