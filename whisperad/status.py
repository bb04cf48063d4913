"""How the daemon is: the reply to `status`."""

import msgspec

from whisperad.protocol import Reply, UsedModel


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
    problems: tuple[str, ...]
