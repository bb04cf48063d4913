"""Confirmations: plans that wait until somebody agrees to exactly them."""

import secrets
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import msgspec
from msgspec.structs import replace

from whisperad import touched
from whisperad.clock import steady_s
from whisperad.command import Command
from whisperad.errors import TimedOut, UnknownToken
from whisperad.found import Found
from whisperad.lookups import Lookups
from whisperad.protocol import Interpretation
from whisperad.touched import Touched

MAX_WAITING = 256  # the oldest gives way: nobody agrees to so many within a minute
MOST_S = 3.0  # for a look that was to be done long before
UNSEEN = Found(("what it touches could not be looked up in time",))


class Plan(msgspec.Struct, frozen=True):
    """What was understood, and all that is needed to do it."""

    reply: Interpretation
    commands: tuple[Command, ...]
    cwd: Path | None
    timeout_s: float  # for each command
    actions: tuple[str, ...] = ()  # which one each command belongs to
    said: str = ""  # what was understood so, for the history
    touched: Touched = Touched()  # what was named when it was asked


class Confirmations:
    """Gives out tokens, each good once and for a while, for one plan each."""

    def __init__(
        self, lifetime_s: float, home: Path, environ: Mapping[str, str]
    ) -> None:
        self._lifetime_s = lifetime_s
        self._home = home
        self._environ = environ
        self._lookups = Lookups("touched")
        self._waiting: dict[str, tuple[float, Plan]] = {}  # oldest first

    async def ask(self, plan: Plan) -> Interpretation:
        """Name what a plan would touch, and give the question with its token."""
        return self._question(plan, await self._touched(plan))

    async def agreed(self, token: str) -> Plan:
        """Give what was agreed to.

        If it would touch more by now than was named, the reply in it is another
        question, with a token of its own. Raises `UnknownToken`.
        """
        plan = self.redeem(token)
        now = await self._touched(plan)
        if now.goes_beyond(plan.touched):
            return replace(plan, reply=self._question(plan, now))
        return plan

    def stop(self) -> None:
        """Wait for no look that goes on."""
        self._lookups.stop()

    async def _touched(self, plan: Plan) -> Touched:
        """See what a plan would touch; what takes too long to look at is not named."""
        cwd, home = plan.cwd or self._home, self._home
        look = partial(touched.look, plan.commands, cwd, home, self._environ)
        try:
            return await self._lookups.find(time.monotonic() + MOST_S, look)
        except TimedOut:
            return Touched(tuple(UNSEEN for _ in plan.commands))

    def _question(self, plan: Plan, found: Touched) -> Interpretation:
        commands = tuple(
            replace(command, touches=one.shown)
            for command, one in zip(plan.reply.commands, found.found, strict=True)
        )
        plan = replace(
            plan, reply=replace(plan.reply, commands=commands), touched=found
        )
        token = self.issue(plan)
        return replace(plan.reply, outcome="needs_confirmation", token=token)

    def issue(self, plan: Plan) -> str:
        """Keep what waits and give the token that releases it."""
        if len(self._waiting) >= MAX_WAITING:
            del self._waiting[next(iter(self._waiting))]
        token = secrets.token_urlsafe(16)
        self._waiting[token] = (steady_s() + self._lifetime_s, plan)
        return token

    def redeem(self, token: str) -> Plan:
        """Give back what the token was issued for, once.

        Raises `UnknownToken` if it is spent, expired or was never given.
        """
        found = self._waiting.pop(token, None)
        if found is None:
            raise UnknownToken("the confirmation token is spent or was never given")
        ends, plan = found
        if ends <= steady_s():
            raise UnknownToken(
                f"the confirmation token is older than {self._lifetime_s:g} seconds;"
                " say it again"
            )
        return plan
