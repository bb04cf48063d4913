"""The reply to `status`, put together from all who know a part of it."""

import os

from whisperad import descriptors, tally, wire
from whisperad.grants import Grants
from whisperad.protocol import Id
from whisperad.serving import Serving
from whisperad.settings import Limits, Settings
from whisperad.status import CatalogueStatus, CurrentLimits, ModelStatus, StatusReply
from whisperad.tally import Tally


def status(
    id_: Id,
    settings: Settings,
    serving: Serving,
    work: Tally,
    *,
    uptime_s: float,
    clients: int,
    queue: int,
    socket: str,
    problems: tuple[str, ...],
    grants: Grants | None,
) -> StatusReply:
    """Tell how the daemon is."""
    model, catalogue = serving.model, serving.configuration.catalogue
    return StatusReply(
        id=id_,
        version=wire.VERSION,
        protocol=wire.PROTOCOL,
        pid=os.getpid(),
        uptime_s=round(uptime_s, 3),
        platform=settings.platform,
        can_execute=settings.can_execute,
        blas=model.blas,
        device=model.device,
        model=ModelStatus(model.base, model.adapter, model.bytes),
        catalogue=CatalogueStatus(
            len(catalogue.actions), len(catalogue.packs), catalogue.hash
        ),
        memory_bytes=tally.memory_bytes(),
        clients=clients,
        queue=queue,
        served=work.served(),
        latency_ms=work.latency(),
        socket=socket,
        limits=_limits(serving),
        problems=serving.problems + problems,
        grants=grants,
    )


def _limits(serving: Serving) -> CurrentLimits:
    given = {name: getattr(serving.limits, name) for name in Limits.__struct_fields__}
    given["queue"] = serving.queue  # that of the start
    return CurrentLimits(**given, open_files=descriptors.allowed())
