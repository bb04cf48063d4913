"""Unhandled: what nobody caught is logged by its kind and place.

Its words are not: an exception's text, and what `asyncio` and other libraries say of
it, may hold what was said.
"""

import asyncio
import logging
import sys
import threading
import traceback
from collections.abc import Mapping
from types import TracebackType

from whisperad import log


def log_without_words() -> None:
    """Have exceptions and complaints of libraries logged so, in every thread."""
    sys.excepthook = _in_main
    sys.unraisablehook = lambda about: _log("unraisable", about.exc_value)
    threading.excepthook = lambda about: _log("thread", about.exc_value)
    logging.getLogger().addHandler(_Complaints(logging.WARNING))


def in_loop(loop: asyncio.AbstractEventLoop, about: Mapping[str, object]) -> None:
    """Log what an event loop has to say of an exception that nobody waited for."""
    error, task = about.get("exception"), about.get("task", about.get("future"))
    _log(
        "event loop",
        error if isinstance(error, BaseException) else None,
        # Its name may be a text of its own; that of its code is not.
        getattr(task.get_coro(), "__qualname__", None)
        if isinstance(task, asyncio.Task)
        else None,
    )


class _Complaints(logging.Handler):
    """Says where in a library something was complained of."""

    def emit(self, record: logging.LogRecord) -> None:
        """Log the place, and the exception if there is one."""
        error = record.exc_info[1] if record.exc_info else None
        _log(f"{record.name}, {record.pathname}:{record.lineno}", error)


def _in_main(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    _log("main thread", error)


def _log(where: str, error: BaseException | None, task: str | None = None) -> None:
    log.error(
        "unhandled",
        where=where,
        task=task,
        kind=type(error).__name__ if error else None,
        frames=traceback.format_tb(error.__traceback__) if error else [],
    )
