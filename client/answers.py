"""What the daemon tells about itself, as structs: how it is and what it can do.

Only what `whispera` shows is here; other fields are ignored.
"""

from typing import TypeVar

import msgspec

from client.connection import DaemonError


class Model(msgspec.Struct, frozen=True):
    """The base and the adapter that answer."""

    base: str
    adapter: str | None
    bytes: int


class Catalogue(msgspec.Struct, frozen=True):
    """How much can be said."""

    actions: int
    packs: int
    hash: str


class Served(msgspec.Struct, frozen=True):
    """How many interpretations were given, by outcome and by stage."""

    outcome: dict[str, int]
    stage: dict[str, int]


class Latency(msgspec.Struct, frozen=True):
    """How long understanding took of late, in milliseconds; None before the first."""

    p50: float | None
    p99: float | None


class Limits(msgspec.Struct, frozen=True, omit_defaults=True):
    """How much of everything there may be; None from a daemon that does not tell."""

    line_bytes: int | None = None
    clients: int | None = None
    queue: int | None = None
    read_timeout_s: float | None = None
    idle_timeout_s: float | None = None
    command_timeout_s: float | None = None
    programs: int | None = None
    output_bytes: int | None = None
    timers: int | None = None
    history_rows: int | None = None
    history_days: int | None = None
    open_files: int | None = None


class Status(msgspec.Struct, frozen=True):
    """How the daemon is."""

    version: str
    pid: int
    uptime_s: float
    platform: str
    blas: str | None
    device: str
    model: Model
    catalogue: Catalogue
    memory_bytes: int
    clients: int
    queue: int
    served: Served
    latency_ms: Latency
    socket: str
    can_execute: bool = True
    limits: Limits = Limits()
    problems: tuple[str, ...] = ()


class Action(msgspec.Struct, frozen=True):
    """Something that can be said, with examples."""

    id: str
    pack: str
    summary: str
    risk: str
    examples: tuple[str, ...]


class Pack(msgspec.Struct, frozen=True):
    """A pack; the actions of one that is off cannot be said."""

    name: str
    summary: str
    is_on: bool


class Actions(msgspec.Struct, frozen=True):
    """Everything that can be said."""

    actions: tuple[Action, ...]
    packs: tuple[Pack, ...] = ()


class Reloaded(msgspec.Struct, frozen=True):
    """What serves after a reload."""

    adapter: str | None
    catalogue_hash: str


class Timing(msgspec.Struct, frozen=True):
    """What an answer cost."""

    total_ms: float
    passes: int
    chosen_tokens: int


class NearPhrase(msgspec.Struct, frozen=True):
    """The phrase of an action that comes nearest to what was said."""

    template: str
    file: str
    line: int
    is_match: bool
    wording: str
    likeness: float


class Explained(msgspec.Struct, frozen=True):
    """How an utterance was understood, beside what it means."""

    timing: Timing
    threshold: float
    respelt: str = ""  # what was read instead of what was typed, if that was mended
    phrases: tuple[NearPhrase, ...] = ()


Intent = dict[str, object]


class TaughtRow(msgspec.Struct, frozen=True):
    """An utterance that was taught; it is not used if its action is gone."""

    utterance: str
    intent: Intent | tuple[Intent, ...]
    time: str
    is_used: bool = True


class Taught(msgspec.Struct, frozen=True):
    """All that was taught, oldest first."""

    rows: tuple[TaughtRow, ...]


class HistoryRow(msgspec.Struct, frozen=True):
    """Something that was said and what came of it."""

    time: str
    utterance: str
    intents: tuple[Intent, ...]
    outcome: str
    stage: str
    confidence: float
    duration_ms: float


class History(msgspec.Struct, frozen=True):
    """What was said, newest first."""

    rows: tuple[HistoryRow, ...]


_Answer = TypeVar("_Answer", bound=msgspec.Struct)


def read(message: object, kind: type[_Answer]) -> _Answer:
    """Read a reply, or a part of one. Raises `DaemonError` if it is something else."""
    try:
        return msgspec.convert(message, kind)
    except msgspec.ValidationError as error:
        raise DaemonError(f"the daemon speaks another protocol: {error}") from error
