"""Execution: do what a plan says, in one of a few places, with a line for each effect."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from whisperad import audit
from whisperad.action import Action
from whisperad.confirmations import Plan
from whisperad.errors import Overloaded
from whisperad.runner import Effects, Outcome
from whisperad.settings import Limits


class Execution:
    """Carries plans out, so many at a time."""

    def __init__(
        self, effects: Effects, actions: Callable[[], Mapping[str, Action]]
    ) -> None:
        """`actions` gives those of the catalogue that serves."""
        self._effects = effects
        self._actions = actions
        self._running = 0
        self.most = Limits().programs

    @contextmanager
    def place(self) -> Iterator[None]:
        """Take a place for a plan. Raises `Overloaded` if there is none."""
        if self._running >= self.most:
            raise Overloaded(f"{self._running} requests run programs; try again")
        self._running += 1
        try:
            yield
        finally:
            self._running -= 1

    async def run(self, plan: Plan) -> list[Outcome]:
        """Run commands one after the other, up to the first that fails."""
        outcomes: list[Outcome] = []
        for action, command in zip(plan.actions, plan.commands, strict=True):
            # The client's folder is for what belongs into the client's shell.
            cwd = plan.cwd if command.where == "client" else None
            private = self._is_private(action)
            with audit.effect(action, command, is_private=private) as ending:
                outcome = await self._effects.perform(command, plan.timeout_s, cwd)
                ending.came(outcome)
            outcomes.append(outcome)
            if outcome.exit_code != 0:
                break
        return outcomes

    def hand_over(self, plan: Plan) -> None:
        """Take note that the client runs it; what comes of it we are not told."""
        for action, command in zip(plan.actions, plan.commands, strict=True):
            private = self._is_private(action)
            with audit.effect(action, command, is_private=private) as ending:
                ending.how = "handed-over"

    def _is_private(self, action: str) -> bool:
        actions = self._actions()
        # One that a reload has taken away may have been.
        return action not in actions or actions[action].private
