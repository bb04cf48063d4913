"""How the daemon is: the reply to `status`."""

import msgspec

from whisperad.grants import Grants
from whisperad.protocol import Reply, UsedModel
from whisperad.settings import Limits


class ModelStatus(UsedModel, frozen=True):
    """What serves and how much memory its weights take."""

    bytes: int


class CatalogueStatus(msgspec.Struct, frozen=True):
    """How much is in the catalogue, and which one it is."""

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


class CurrentLimits(Limits, frozen=True, kw_only=True):
    """The limits that hold now."""

    open_files: int  # what the system allows us


class StatusReply(Reply, frozen=True, kw_only=True, tag="status"):
    """How the daemon is."""

    version: str
    protocol: int
    pid: int
    uptime_s: float
    platform: str
    can_execute: bool
    blas: str | None
    device: str
    model: ModelStatus
    catalogue: CatalogueStatus
    memory_bytes: int
    clients: int
    queue: int
    served: Served
    latency_ms: Latency
    socket: str
    limits: CurrentLimits
    problems: tuple[str, ...]
    grants: Grants | None = None  # where it was asked for them, and macOS has some
