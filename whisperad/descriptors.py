"""File descriptors: one for each client, and some for what we do for them."""

import resource
import sys
from contextlib import suppress

RESERVED = 40  # for our own files, and those of a few programs that run
# macOS starts agents with 256, hardly more than our clients take.
LEAST = 1024


def allowed() -> int:
    """Give how many we may have open."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return sys.maxsize if soft == resource.RLIM_INFINITY else soft


def allow(clients: int) -> None:
    """Have the system allow us as many as so many clients need, if it does so at all."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = max(LEAST, clients + LEAST // 2)
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if allowed() < wanted:
        with suppress(OSError, ValueError):  # macOS has another limit behind this one
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
