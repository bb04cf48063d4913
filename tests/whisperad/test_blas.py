"""Which BLAS is used is decided before mlx is imported, and can be asked for."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

_REPORT = """
import os
before = dict(os.environ)
from whisperad.weights import BLAS, mx
BLAS.limit_threads(1)
a = mx.random.normal((256, 256))
far = mx.abs(a @ mx.linalg.inv(a, stream=mx.cpu) - mx.eye(256)).max().item()
print(BLAS.name, far < 0.1, dict(os.environ) == before, sep="|")
"""


def _report(preferred: str) -> list[str]:
    ran = subprocess.run(
        [sys.executable, "-c", _REPORT],
        cwd=ROOT,
        env={"WHISPERA_BLAS": preferred, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    return ran.stdout.strip().split("|")


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS has its own")
def test_mlx_keeps_its_own_blas_when_asked_to() -> None:
    assert _report("reference") == ["reference (asked for)", "True", "True"]


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS has its own")
@pytest.mark.parametrize("preferred", ["", "libnothing.so.7", "libc.so.6"])
def test_a_preferred_library_that_is_no_blas_is_passed_over(preferred: str) -> None:
    name, right, environment_kept = _report(preferred)

    assert name.startswith(("OpenBLAS", "libmkl", "reference (slow"))
    assert (right, environment_kept) == ("True", "True")
