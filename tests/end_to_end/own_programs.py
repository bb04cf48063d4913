"""Programs of a test's own, which a daemon runs from its home."""

import json
import os
import signal
from collections.abc import Mapping
from contextlib import suppress

from tests.running import RunningDaemon, eventually


def give(daemon: RunningDaemon, programs: Mapping[str, str], **packs: str) -> None:
    """Write scripts into a daemon's home, and packs, in which `{0}` is that home."""
    daemon.environ["HOME"] = str(daemon.home)
    for name, script in programs.items():
        program = daemon.home / name
        program.parent.mkdir(exist_ok=True)
        program.write_text(script)
        program.chmod(0o755)
    folder = daemon.user_file.parent / "actions"
    folder.mkdir()
    for name, pack in packs.items():
        (folder / f"{name}.toml").write_text(pack.format(daemon.home))


def begun(daemon: RunningDaemon, said: str, name: str, timeout_s: float = 50) -> int:
    """Say something that starts a program, and give the number that it writes down."""
    line = {"utterance": said, "execute": True, "timeout_s": timeout_s}
    daemon.client().send(json.dumps({"type": "interpret", **line}).encode() + b"\n")
    assert eventually((daemon.home / name).exists)
    return written(daemon, name)


def written(daemon: RunningDaemon, name: str) -> int:
    """Give the number that a program has written down."""
    return int((daemon.home / name).read_text())


def end(daemon: RunningDaemon, *names: str) -> None:
    """End those programs that are left."""
    for name in names:
        with suppress(FileNotFoundError, ProcessLookupError):
            os.kill(written(daemon, name), signal.SIGKILL)
