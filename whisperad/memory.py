"""Memory: what the daemon keeps of what was said, and the requests about it."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from typing import TypeVar, assert_never

from whisperad import private
from whisperad.catalogue import Catalogue
from whisperad.errors import CannotKeep
from whisperad.history import History, HistoryReply, Limits, Row, moment
from whisperad.intent import Intent
from whisperad.protocol import (
    ClearHistory,
    Forget,
    Interpretation,
    OkReply,
    Remembering,
    Reply,
    Taught,
    Teach,
)
from whisperad.protocol import History as HistoryRequest
from whisperad.serving import Serving
from whisperad.settings import Preferences, Settings
from whisperad.taught import Taught as Lessons
from whisperad.taught import TaughtReply
from whisperad.utterance import normalise

T = TypeVar("T")


class Memory:
    """What was taught and what was said, in files and in a thread of their own."""

    def __init__(self, settings: Settings, serving: Serving) -> None:
        self._serving = serving
        self._pool = ThreadPoolExecutor(1, "memory")
        self._lessons = Lessons(settings.data)
        self._history = History(settings.state, self._pool)

    @property
    def problems(self) -> tuple[str, ...]:
        """What the user should know of."""
        return self._lessons.problems + self._history.problems

    async def start(self) -> None:
        """Read what was taught and open the history; what fails is a problem, no more.

        Done again, it takes over what the user's file says by now.
        """
        limits = _limits(self._serving.configuration.preferences)
        for job in (self._lessons.load, lambda: self._history.keep(limits)):
            with suppress(CannotKeep):  # which was logged
                await self._wait(job)

    async def stop(self) -> None:
        """Write what waits and close the files."""
        for job in (self._lessons.close, self._history.close):
            self._pool.submit(job)
        await asyncio.to_thread(self._pool.shutdown)

    def meaning(self, text: str) -> tuple[Intent, ...] | None:
        """Give what a normalised text was taught to mean; None if it was not."""
        return self._lessons.meaning(text, self._serving.configuration.catalogue)

    def record(self, reply: Interpretation, said: str) -> None:
        """Have an interpretation kept, without waiting for it."""
        actions = self._serving.configuration.catalogue.actions
        utterance, intents = private.told(reply, said, actions)
        row = Row(
            moment(datetime.now(UTC)),
            utterance,
            intents,
            reply.outcome,
            reply.stage,
            reply.confidence,
            reply.timing.total_ms,
        )
        self._history.record(row)

    async def answer(self, request: Remembering) -> Reply:
        """Answer a request about it. Raises `BadRequest` and `CannotKeep`."""
        catalogue = self._serving.configuration.catalogue
        lessons, history = self._lessons, self._history
        match request:
            case Taught():
                return TaughtReply(id=request.id, rows=lessons.rows(catalogue))
            case Teach():
                utterance = normalise(request.utterance)
                intent = request.intent
                await self._wait(lambda: lessons.teach(utterance, intent, catalogue))
                return self._ok(request, catalogue)
            case Forget():
                utterance = normalise(request.utterance)
                await self._wait(lambda: lessons.forget(utterance))
                return self._ok(request, catalogue)
            case ClearHistory():
                await self._wait(history.clear)
                return self._ok(request, catalogue)
            case HistoryRequest():
                limit = request.limit
                rows = await self._wait(lambda: history.rows(limit))
                return HistoryReply(id=request.id, rows=rows)
        assert_never(request)

    async def _wait(self, job: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, job)

    def _ok(self, request: Remembering, catalogue: Catalogue) -> OkReply:
        adapter = self._serving.model.adapter
        return OkReply(id=request.id, adapter=adapter, catalogue_hash=catalogue.hash)


def _limits(preferences: Preferences) -> Limits:
    return Limits(preferences.history_rows, preferences.history_days)
