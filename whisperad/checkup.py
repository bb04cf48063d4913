"""Checkup: what a daemon would find here, and what to do where that is trouble.

`python -m whisperad.checkup` prints it as JSON, for `whispera doctor`. It changes
nothing, needs no daemon, and never imports mlx.
"""

import json
import os
import shutil
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import msgspec

from whisperad import blas, catalogue, forms, model_checkup, settings
from whisperad.action import Action
from whisperad.catalogue import USER_FILE, Catalogue
from whisperad.errors import BadConfig, WhisperaError
from whisperad.finding import Finding, State, one_line
from whisperad.machine import Machine
from whisperad.pack import Setting, UserFile
from whisperad.settings import Preferences, Settings

# Below the first training and fetching models get scarce, below the second all stops.
DATA_BYTES = (2_000_000_000, 100_000_000)
STATE_BYTES = (100_000_000, 10_000_000)

_SLOW = "install OpenBLAS (apt install libopenblas0), then `whispera restart`"
_CONFIG = (
    "put it right, then `whispera reload`; a daemon that starts leaves the user's files"
    " out until then"
)


def check(environ: Mapping[str, str]) -> list[Finding]:
    """Make all checks, in the order in which one builds on another."""
    try:
        given = settings.read(environ)
    except BadConfig as error:
        step = "change or unset the variable, here and where the daemon is started"
        return [Finding("settings", "failed", one_line(error), step)]
    loaded, preferences, findings = configuration(given)
    folder = settings.model_folder(given, preferences)
    machine = Machine(
        given.platform, given.home, given.environ if given.can_execute else None
    )
    return [
        *findings,
        *_safely("model", lambda: model_checkup.check(folder, given.data)),
        *_safely("blas", lambda: [multiplication(environ.get("WHISPERA_BLAS"))]),
        *_safely("data space", lambda: [space("data", given.data, DATA_BYTES)]),
        *_safely("state space", lambda: [space("state", given.state, STATE_BYTES)]),
        *_safely("programs", lambda: programs(loaded, given, machine)),
    ]


def configuration(
    given: Settings,
) -> tuple[Catalogue | None, Preferences, list[Finding]]:
    """Load the configuration as a daemon does, and tell every mistake in it."""
    loaded: Catalogue | None = None
    mistakes: list[str] = []
    try:
        loaded = catalogue.load(given.shipped, given.config)
        own: Mapping[str, Setting] = loaded.settings
    except BadConfig as error:
        mistakes += error.mistakes
        own = _own_settings(given.config)
    mistakes += _settings_mistakes(own, given.config)
    if loaded is not None and not mistakes:
        told = f"{len(loaded.actions)} actions in {len(loaded.packs)} packs"
        preferences = settings.preferences(own, given.config)
        return loaded, preferences, [Finding("config", "ok", told)]
    # What a daemon does that starts now.
    try:
        loaded = catalogue.load(given.shipped)
    except BadConfig as error:
        loaded = None
        mistakes += [m for m in error.mistakes if m not in mistakes]
    findings = [Finding("config", "failed", one_line(m), _CONFIG) for m in mistakes]
    return loaded, Preferences(), findings


def multiplication(preferred: str | None) -> Finding:
    """Tell which BLAS a daemon would multiply matrices with."""
    found = blas.pick_blas(preferred).name
    if preferred and preferred != blas.REFERENCE and preferred not in found:
        told = f"WHISPERA_BLAS is {preferred}, which cannot be loaded; {found} is used"
        return Finding("blas", "warning", told, "unset WHISPERA_BLAS or correct it")
    if found.startswith("reference (slow"):
        return Finding("blas", "warning", "mlx's own, which is slow", _SLOW)
    return Finding("blas", "ok", found)


def space(name: str, folder: Path, wanted_bytes: tuple[int, int]) -> Finding:
    """Tell how much room is left for a folder, which need not be there yet."""
    there = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(there).free
    told = f"{free / 1e6:.0f} MB free at {folder}"
    little, least = wanted_bytes
    if free >= little:
        return Finding(f"{name} space", "ok", told)
    wanted = f"{told}, expected {little / 1e6:.0f} MB"
    state: State = "failed" if free < least else "warning"
    step = f"make room on the disk that {there} is on"
    return Finding(f"{name} space", state, wanted, step)


def programs(
    loaded: Catalogue | None, given: Settings, machine: Machine
) -> list[Finding]:
    """Tell, pack by pack, which programs its actions lack here."""
    if loaded is None:
        step = "see the configuration above"
        return [Finding("programs", "skipped", "no pack can be read", step)]
    if not given.can_execute:
        told = f"commands are proposed for {given.platform}, not for this machine"
        step = "unset WHISPERA_PLATFORM to have this machine looked at"
        return [Finding("programs", "skipped", told, step)]
    packs: dict[str, list[Action]] = defaultdict(list)
    for action in loaded.actions.values():
        packs[action.pack].append(action)
    lacking = []
    for pack, actions in packs.items():
        lacks = [_lacks(action, machine) for action in actions]
        missing = {program for programs in lacks for program in programs}
        if missing:
            count = sum(map(bool, lacks))
            lacking.append(_lacking(pack, count, len(actions), missing, given.config))
    whole = len(packs) - len(lacking)
    told = f"{whole} of {len(packs)} packs have all programs they need"
    return [Finding("programs", "ok", told), *lacking]


def _lacks(action: Action, machine: Machine) -> set[str]:
    """Give the programs without which an action has no way to run; none if it has."""
    ways = [
        {name for name in forms.programs(form) if "{" not in name}
        for form in action.forms.get(machine.platform, ())
    ]
    missing = [{name for name in way if machine.lacks(name)} for way in ways]
    return min(missing, key=len, default=set())


def _lacking(
    pack: str, count: int, total: int, missing: Iterable[str], config: Path
) -> Finding:
    named = ", ".join(sorted(missing))
    step = "install what you want to use of them"
    if count == total:
        user_file = config / USER_FILE
        step += f', or set "packs_off": ["{pack}"] in the settings of {user_file}'
    told = f"{count} of {total} actions lack a program: {named}"
    return Finding(f"pack {pack}", "warning", told, step)


def _own_settings(config: Path) -> Mapping[str, Setting]:
    """Give the settings of the user's file, none if it cannot be read."""
    path = config / USER_FILE
    try:
        if not path.is_file():  # reading a pipe might never end
            return {}
        return msgspec.json.decode(path.read_bytes(), type=UserFile).settings
    except (OSError, msgspec.DecodeError, ValueError, RecursionError):
        return {}


def _settings_mistakes(own: Mapping[str, Setting], config: Path) -> list[str]:
    """Check settings one by one, so that each that is wrong is told."""
    mistakes: list[str] = []
    for name, value in own.items():
        try:
            settings.preferences({name: value}, config)
        except BadConfig as error:
            mistakes += error.mistakes
    return mistakes


def _safely(name: str, look: Callable[[], list[Finding]]) -> list[Finding]:
    """Make a check; what stops it in the middle is a finding too."""
    try:
        return look()
    except (WhisperaError, OSError, ValueError) as error:
        step = "see that it is there and that you may read it"
        return [Finding(name, "failed", one_line(error), step)]


def main() -> int:
    """Print what is found and give the exit code."""
    written = json.dumps({"findings": msgspec.to_builtins(check(os.environ))})
    sys.stdout.write(written + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
