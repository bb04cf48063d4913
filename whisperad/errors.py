"""Every exception Whispera raises, in one tree. Imports nothing.

WhisperaError
├── BadRequest        the peer sent something the protocol does not allow
├── BadConfig         a pack, map or settings file says something wrong
├── BadAdapter        an adapter or model folder cannot be served
├── CannotKeep        what is to be remembered cannot be written or read
├── CannotFetch       a model cannot be downloaded, or there is no room for it
├── UnknownName       a spoken name stands for nothing we know
├── UnknownToken      a confirmation token is spent, expired or made up
├── CannotRun         an action has no command here, or an argument is refused
├── Overloaded        the queue is full
├── TimedOut          a deadline passed before the answer was there
├── NotReady          the model is not loaded yet
└── CannotStart       the daemon cannot take its socket
"""


class WhisperaError(Exception):
    """Never raised itself; `code` travels in the reply and is stable."""

    code = "internal"


class BadRequest(WhisperaError):
    """Raise when a request does not fit the protocol."""

    code = "bad-request"


class TooLarge(BadRequest):
    """Raise when a line is longer than the protocol allows."""

    code = "too-large"


class BadVersion(BadRequest):
    """Raise when a request speaks another version of the protocol."""

    code = "bad-version"


class BadConfig(WhisperaError):
    """Raise with every mistake found in the configuration, one a line."""

    code = "bad-config"

    def __init__(self, mistakes: tuple[str, ...]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


class BadAdapter(WhisperaError):
    """Raise when a model or adapter folder is damaged or does not fit."""

    code = "bad-adapter"


class CannotKeep(WhisperaError):
    """Raise when what the daemon remembers cannot be written or read."""

    code = "internal"


class CannotFetch(WhisperaError):
    """Raise when a model cannot be downloaded, made ready or kept on this machine."""

    code = "cannot-fetch"


class UnknownName(WhisperaError):
    """Raise when a spoken name, zone, language or key stands for nothing we know."""

    code = "bad-request"


class UnknownToken(WhisperaError):
    """Raise when a confirmation token is spent, expired or was never given."""

    code = "unknown-token"


class CannotRun(WhisperaError):
    """Raise when an action has no command on this platform or a value is refused."""

    code = "bad-request"


class Overloaded(WhisperaError):
    """Raise when more requests wait than the queue holds."""

    code = "overloaded"


class TimedOut(WhisperaError):
    """Raise when a request's deadline passed before its answer was there."""

    code = "timeout"


class NotReady(WhisperaError):
    """Raise when the model is not loaded yet."""

    code = "not-ready"


class CannotStart(WhisperaError):
    """Raise when the daemon cannot take its socket; no client ever sees this."""

    code = "cannot-start"
