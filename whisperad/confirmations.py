"""Confirmations: plans that wait until somebody agrees to exactly them."""

import secrets
from pathlib import Path

import msgspec

from whisperad.clock import steady_s
from whisperad.command import Command
from whisperad.errors import UnknownToken
from whisperad.protocol import Interpretation

MAX_WAITING = 256  # the oldest gives way: nobody agrees to so many within a minute


class Plan(msgspec.Struct, frozen=True):
    """What was understood, and all that is needed to do it."""

    reply: Interpretation
    commands: tuple[Command, ...]
    cwd: Path | None
    timeout_s: float  # for each command
    said: str = ""  # what was understood so, for the history


class Confirmations:
    """Gives out tokens, each good once and for a while, for one plan each."""

    def __init__(self, lifetime_s: float) -> None:
        self._lifetime_s = lifetime_s
        self._waiting: dict[str, tuple[float, Plan]] = {}  # oldest first

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
