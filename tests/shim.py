"""Shims: what the C library does for one process, as a test would have it."""

import subprocess
from pathlib import Path


def shim(source: str, folder: Path) -> Path:
    """Compile a library that is to be named in `LD_PRELOAD`."""
    (folder / "shim.c").write_text(source)
    compiled = ["cc", "-shared", "-fPIC", "-o", "shim.so", "shim.c", "-ldl"]
    subprocess.run(compiled, cwd=folder, check=True)
    return folder / "shim.so"
