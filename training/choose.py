"""Choose the base model: `python -m training.choose list|use …`, for `whispera model`.

`use` brings a base into `<data>/models` if need be, tries it, names it in the user's
file, and restarts a daemon that runs. Until the last step nothing has changed.
"""

import fcntl
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import msgspec

from training import adapters, bases, bring, room, user_file
from training.trial import Trial
from whisperad import settings as surroundings
from whisperad.adapter import weights_hash
from whisperad.errors import BadAdapter, CannotFetch, UnknownName, WhisperaError
from whisperad.settings import EMBEDDED_MODEL, Settings

REPO = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")
RECOMMENDED = "Qwen/Qwen2.5-0.5B-Instruct"
DENSE_BITS = 32  # a weight's, as a CPU computes with it
INTERRUPTED = 130


def use(name: str, bits: int | None) -> int:
    """Serve this base from now on; give the exit code. Raises `WhisperaError`."""
    given = surroundings.read(os.environ)
    user_file.preferences(given.config)  # a broken file is better known at once
    with _alone(given.data / "models"):
        folder = _folder(given, name, bits)
        _check_memory(folder)
        print(f"trying {folder.name} …", flush=True)
        tried = _tried(folder)
        changed = user_file.name_model(given.config, _setting(given, folder))
        adapters.choose_for(given.data / "adapters", weights_hash(folder))
    print(
        f"in use: {folder.name}, {room.told(tried.bytes)} in memory, about"
        f" {tried.milliseconds:.0f} ms an answer on {tried.device}"
    )
    adapter = bases.adapter_for(folder, given.data)
    if adapter:
        print(f"adapter: {adapter.name}")
    else:
        print(
            "adapter: none was made for it yet, and without one it understands little;"
            " `make retrain` or `whispera-train retrain` makes one"
        )
    return _restart(folder.name, changed)


def list_(as_json: bool) -> int:
    """Print what models there are; give the exit code. Raises `WhisperaError`."""
    given = surroundings.read(os.environ)
    found = bases.listed(given, user_file.preferences(given.config))
    if as_json:
        print(json.dumps({"models": msgspec.to_builtins(found)}, ensure_ascii=False))
        return 0
    rows = [
        (
            "*" if base.in_use else "",
            base.name,
            base.kind,
            room.told(base.bytes),
            f"{base.bits}-bit" if base.bits else "",
            _adapter_told(base),
        )
        for base in found
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = zip(row, widths, strict=True)
        print("  ".join(cell.ljust(width) for cell, width in cells).rstrip())
    return 0


def _adapter_told(base: bases.Base) -> str:
    if base.kind == "unfinished":
        return f"`whispera model use {base.name}` goes on"
    return f"adapter {base.adapter}" if base.adapter else "no adapter"


def _folder(given: Settings, name: str, bits: int | None) -> Path:
    """Give the folder of a base, fetching it first if it is on the hub only."""
    here = _here(given, name)
    if here is not None:
        known = bases.origin(here)
        if bits not in (None, known.bits if known else None):
            raise CannotFetch(
                f"{name} is on this machine as it is; to have it with {bits} bits, say"
                f" {known.repo if known else 'owner/name'} --bits {bits}"
            )
        bases.shape(here)
        return here
    if REPO.fullmatch(name):
        return bring.bring(given.data / "models", name, bits)
    known_names = ", ".join(
        base.name
        for base in bases.listed(given, user_file.preferences(given.config))
        if base.kind not in ("missing", "unfinished")
    )
    raise UnknownName(
        f'no model here is called "{name}", there is {known_names}; one of the hub has'
        f" its owner before its name, such as {RECOMMENDED}"
    )


def _here(given: Settings, name: str) -> Path | None:
    """Give the folder of a base that is on this machine; None if it is not."""
    if name == EMBEDDED_MODEL.name:
        return EMBEDDED_MODEL
    if name.startswith("/"):
        if not Path(name).is_dir():
            raise UnknownName(f"{name}: expected the folder of a model, found none")
        return Path(os.path.normpath(name))
    folder = given.data / "models" / name
    is_name = "/" not in name and not name.startswith(".")
    return folder if is_name and folder.is_dir() else None


def _setting(given: Settings, folder: Path) -> str | None:
    """Give what the user's file says for a base; nothing for the embedded one."""
    if folder == EMBEDDED_MODEL:
        return None
    return folder.name if folder.parent == given.data / "models" else str(folder)


def _check_memory(folder: Path) -> None:
    """Raise `CannotFetch` if there is not the memory to serve a base."""
    size = bases.weights_bytes(folder)
    if not bring.IS_APPLE_SILICON:
        size = round(size * DENSE_BITS / bases.shape(folder).bits)
    room.check_memory(size, f"serving {folder.name}")


def _tried(folder: Path) -> Trial:
    """Try a base in a process of its own. Raises `BadAdapter`."""
    ran = subprocess.run(
        (sys.executable, "-P", "-m", "training.trial", str(folder)),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    if ran.returncode < 0:
        raise BadAdapter(
            f"{folder}: trying it ended with signal {-ran.returncode}; that was perhaps"
            " too little memory"
        )
    if ran.returncode:
        raise BadAdapter(ran.stderr.decode(errors="replace").strip())
    return msgspec.json.decode(ran.stdout, type=Trial)


def _restart(name: str, changed: bool) -> int:
    """Restart a daemon that serves another base; give the exit code."""
    whispera = (sys.executable, "-P", "-m", "client.cli")
    asked = subprocess.run(
        (*whispera, "status", "--json"), capture_output=True, check=False
    )
    if asked.returncode:
        print("no daemon runs; `whispera start` starts one with it")
        return 0
    if not changed and json.loads(asked.stdout)["model"]["base"] == name:
        print("the daemon serves it already")
        return 0
    return subprocess.run((*whispera, "restart"), check=False).returncode


@contextmanager
def _alone(models: Path) -> Iterator[None]:
    """Hold a lock, so that two of us never write the same files."""
    models.mkdir(parents=True, exist_ok=True)
    with (models / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CannotFetch("another `whispera model use` is at work") from error
        yield


def _stop(number: int, frame: FrameType | None) -> None:
    """End as control-C does, so that what we started ends too."""
    raise KeyboardInterrupt


def main() -> int:
    """Do what the arguments ask and give the exit code."""
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGHUP, _stop)
    try:
        match sys.argv[1:]:
            case ["list", *flags]:
                return list_("--json" in flags)
            case ["use", name, *bits]:
                return use(name, int(bits[0]) if bits else None)
        raise AssertionError(f"expected list or use, found {sys.argv[1:]}")
    except WhisperaError as error:
        print(error, file=sys.stderr)
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        print(f"{place}{error.strerror or error}", file=sys.stderr)
    except KeyboardInterrupt:
        print("stopped; say it again to go on", file=sys.stderr)
        return INTERRUPTED
    return 1


if __name__ == "__main__":
    sys.exit(main())
