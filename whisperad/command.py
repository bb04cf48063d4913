"""Command: resolve an intent to the arguments to run. Starts no command.

Looks at files (what is installed, what a path means), so it belongs into a thread that
may wait.
"""

import shlex
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import msgspec

from whisperad import forms
from whisperad.action import Action
from whisperad.catalogue import Catalogue
from whisperad.errors import CannotRun
from whisperad.intent import Intent
from whisperad.machine import Machine
from whisperad.names import RealNames
from whisperad.pack import Form, Risk, Where
from whisperad.paths import confine
from whisperad.utterance import Utterance
from whisperad.values import COUNTED, Reader, Value, count


class Command(msgspec.Struct, frozen=True):
    """One program to run with its arguments, and what it gets besides them."""

    argv: tuple[str, ...]  # "@…" first: something the daemon does itself
    risk: Risk
    where: Where
    stdin: bytes | None = None
    stdin_file: str | None = None
    env: dict[str, str] = {}
    keep: str | None = None  # the name under which the daemon keeps it running
    replaces: bool = False  # a kept program of that name gives way to it
    touches: tuple[str, ...] = ()  # what to look at before it is agreed to
    stdin_open: bool = False  # there is nothing to read, but it does not end

    @property
    def shown(self) -> str:
        """Give it as a shell would be told, for people to read."""
        words = [f"{name}={shlex.quote(value)}" for name, value in self.env.items()]
        words.append(shlex.join(self.argv))
        if self.stdin:
            words.append(f"<<< {shlex.quote(self.stdin.decode(errors='replace'))}")
        if self.stdin_file is not None:
            words.append(f"< {shlex.quote(self.stdin_file)}")
        return " ".join(words)


class Resolution(msgspec.Struct, frozen=True):
    """What was said, what it means here, and what would do it."""

    said: dict[str, str | int]
    resolved: dict[str, str | int]
    commands: tuple[Command, ...]


class Resolver:
    """Resolves intents of one catalogue for one machine."""

    def __init__(
        self,
        catalogue: Catalogue,
        machine: Machine,
        now: Callable[[], datetime] = datetime.now,
    ) -> None:
        self._catalogue = catalogue
        self._machine = machine
        self.names = RealNames(catalogue.names, machine.platform, machine.applications)
        self._now = now

    def said(self, intent: Intent, utterance: Utterance) -> dict[str, str | int]:
        """Give an intent as the wire has it: whole numbers counted, the rest as words.

        Words that say no number stay words.
        """
        said: dict[str, str | int] = {"action": intent.action}
        action = self._catalogue.actions.get(intent.action)
        for name, words in intent.slots.items():
            slot = action.slots.get(name) if action else None
            counted = count(slot, words) if slot and slot.type in COUNTED else None
            said[name] = words.lower() if counted is None else counted
        return said

    def resolve(
        self, intent: Intent, utterance: Utterance, cwd: Path | None = None
    ) -> Resolution:
        """Give the commands that do what was meant, with all names filled in.

        Relative paths start at `cwd`, else at the home folder. Raises `UnknownName` if
        words stand for nothing we know, `CannotRun` if there is no command for them.
        """
        action = self._catalogue.actions[intent.action]  # the grammar admits no other
        now = self._now()
        reader = Reader(self._machine, self.names, cwd, now)
        values: dict[str, Value] = {}
        for name, slot in action.slots.items():
            if name in intent.slots:
                words = intent.slots[name]
                spoken = words if slot.type == "choice" else utterance.original(words)
                values[name] = reader.value(name, slot, spoken)
        if action.risk != "safe":
            self._spare(values, cwd)
        own = [name for name, slot in action.slots.items() if slot.within == "own"]
        for value in (values[name] for name in own if name in values):
            confine(Path(value.text), self._machine.home, cwd)
        resolved = {name: value.resolved for name, value in values.items()}
        return Resolution(
            self.said(intent, utterance),
            {"action": intent.action, **resolved},
            self._commands(action, values, now),
        )

    def _spare(self, values: dict[str, Value], cwd: Path | None) -> None:
        """Refuse to do something risky to a folder that everything of the user is in.

        Raises `CannotRun`.
        """
        home = self._machine.home
        spared = {home, *home.parents, *((cwd, *cwd.parents) if cwd else ())}
        for value in values.values():
            if value.is_path and Path(value.text) in spared:
                raise CannotRun(f"{value.text} is too much for one command")

    def _commands(
        self, action: Action, values: dict[str, Value], now: datetime
    ) -> tuple[Command, ...]:
        form, filling = self._form(action, values, now)
        filled = forms.fill(form, filling)
        touches = tuple(map(filling.fill, action.touches))
        return tuple(
            Command(
                argv,
                action.risk,
                action.where,
                # Of several steps the first is the one that is given something.
                filled.stdin if index == 0 else None,
                filled.stdin_file if index == 0 else None,
                filled.env,
                form.keep,
                form.replaces,
                touches if index == 0 else (),
                stdin_open=form.stdin_open,
            )
            for index, argv in enumerate(filled.lists)
        )

    def _form(
        self, action: Action, values: dict[str, Value], now: datetime
    ) -> tuple[Form, forms.Values]:
        """Choose the first form that is said enough for and installed, else the first."""
        platform = self._machine.platform
        first = None
        for form in action.forms.get(platform, ()):
            filling = forms.Values(
                form, action, values, lambda name: self._machine.constant(name, now)
            )
            if not forms.is_usable(form, filling):
                continue
            if not any(map(self._machine.lacks, forms.programs(form))):
                return form, filling
            first = first or (form, filling)
        if first is None:
            raise CannotRun(f'"{action.id}" has no command on {platform}')
        return first
