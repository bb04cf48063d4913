"""The service of this system: a LaunchAgent on macOS, systemd user units elsewhere."""

import sys
from collections.abc import Mapping, Sequence

from launchd.agent import LaunchAgent
from launchd.service import Program, Service
from launchd.units import UserUnits


def service(command: Sequence[str], environ: Mapping[str, str]) -> Service:
    """Give the service that runs a command; it may be installed or not."""
    program = Program(command, environ)
    return LaunchAgent(program) if sys.platform == "darwin" else UserUnits(program)
