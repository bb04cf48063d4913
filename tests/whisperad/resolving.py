"""Intents as commands, on a machine and at a time of a test's own."""

from datetime import datetime
from pathlib import Path

from whisperad import catalogue
from whisperad.catalogue import Catalogue
from whisperad.command import Resolution, Resolver
from whisperad.intent import Intent
from whisperad.machine import Machine
from whisperad.pack import Platform
from whisperad.utterance import normalise

NOW = datetime(2026, 11, 22, 14, 5, 9)
SHIPPED = catalogue.load()


def resolve(
    loaded: Catalogue,
    said: str,
    action: str,
    slots: dict[str, str],
    *,
    platform: Platform = "linux",
    home: Path = Path("/home/ada"),
    path: Path | None = None,
) -> Resolution:
    """Give what an intent comes to; without a `path` every program is there."""
    machine = Machine(platform, home, None if path is None else {"PATH": str(path)})
    resolver = Resolver(loaded, machine, lambda: NOW)
    return resolver.resolve(Intent(action, slots), normalise(said))


def argv(resolution: Resolution) -> list[str]:
    """Give the arguments of its one command."""
    assert len(resolution.commands) == 1
    return list(resolution.commands[0].argv)
