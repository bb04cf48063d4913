"""What the tests of `whispera doctor` share: asking it, and who may do what."""

import json
import os
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from client.finding import Finding

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
NOT_AS_ROOT = pytest.mark.skipif(os.geteuid() == 0, reason="root may do everything")

Found = dict[str, list[Finding]]  # by the name of what was looked at
Examine = Callable[..., Found]


def read(said: subprocess.CompletedProcess[str]) -> Found:
    """Give what the doctor found; its exit code says whether anything failed."""
    findings = [Finding(**check) for check in json.loads(said.stdout)["checks"]]
    has_failed = any(finding.state == "failed" for finding in findings)
    assert (said.returncode, said.stderr) == (int(has_failed), "")
    assert all(one.next_step for one in findings if one.state in {"warning", "failed"})
    by_name: Found = {}
    for finding in findings:
        by_name.setdefault(finding.name, []).append(finding)
    return by_name


def states(findings: Found) -> set[str]:
    """Give the states of all that was found."""
    return {one.state for found in findings.values() for one in found}


def open_socket(path: Path) -> None:
    """Make a socket that everybody may write to."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
    path.chmod(0o666)
