"""Settings: everything the surroundings decide, read once at start.

The environment decides where things are; the `settings` of the user's file decide how
the daemon behaves and are read again with every reload.
"""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import msgspec

from whisperad.catalogue import SHIPPED, USER_FILE
from whisperad.errors import BadConfig
from whisperad.pack import Platform, Setting
from whisperad.wire import MAX_LINE_BYTES, Paths, home

EMBEDDED_MODEL = Path(__file__).parent / "models" / "whispera-tiny"

_PLATFORMS: Mapping[str, Platform] = {"darwin": "macos", "linux": "linux"}


class Settings(msgspec.Struct, frozen=True):
    """Where things are, what system this is, and the limits of everything."""

    platform: Platform
    can_execute: bool  # False: the platform is not this machine's own
    home: Path
    config: Path
    data: Path
    state: Path
    socket: Path
    shipped: Path = SHIPPED
    environ: dict[str, str] = {}  # that of the programs we start
    line_bytes: int = MAX_LINE_BYTES
    clients: int = 256
    queue: int = 256  # requests waiting for the model; each client has one at a time
    token_s: float = 60.0  # how long a confirmation token is good for
    drain_s: float = 5.0  # after it, a stopping daemon breaks off what still runs
    output_bytes: int = 16 * 1024  # of what a command prints, each stream


class Preferences(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The `settings` of the user's file."""

    # Overrides the threshold that the adapter was calibrated with.
    confidence_threshold: Annotated[float, msgspec.Meta(ge=0, le=1)] | None = None
    # A folder, or the name of one in `<data>/models`. Takes effect at the next start.
    model: Annotated[str, msgspec.Meta(min_length=1, pattern=r"^[^\0]*$")] | None = None
    packs_off: tuple[str, ...] = ()  # whose actions are not to be understood
    # Answer exact phrases, and what was said before, without the model.
    shortcuts: bool = True
    # What the history holds at most; with 0 rows nothing is kept.
    history_rows: Annotated[int, msgspec.Meta(ge=0, le=100_000)] = 1000
    history_days: Annotated[int, msgspec.Meta(ge=1, le=3650)] = 30


def read(environ: Mapping[str, str]) -> Settings:
    """Read the environment. Raises `BadConfig` if it says something impossible."""
    real = _PLATFORMS.get(sys.platform)
    asked = environ.get("WHISPERA_PLATFORM") or real
    platform = next((p for p in _PLATFORMS.values() if p == asked), None)
    if platform is None:
        expected = " or ".join(_PLATFORMS.values())
        raise BadConfig((f'WHISPERA_PLATFORM: expected {expected}, found "{asked}"',))
    paths = Paths(environ)
    return Settings(
        platform,
        platform == real,
        Path(home(environ)),
        Path(paths.config),
        Path(paths.data),
        Path(paths.state),
        Path(paths.socket),
        environ=dict(environ),
    )


def preferences(given: Mapping[str, Setting], config: Path) -> Preferences:
    """Check the user's settings. Raises `BadConfig` that names file and key."""
    try:
        return msgspec.convert(given, Preferences)
    except msgspec.ValidationError as error:
        place = f"{config / USER_FILE}: settings"
        raise BadConfig((f"{place}: {error}",)) from error


def model_folder(settings: Settings, preferences: Preferences) -> Path:
    """Give the folder of the base model that the user chose, or the embedded one."""
    if preferences.model is None:
        return EMBEDDED_MODEL
    if preferences.model.startswith("~/"):
        return settings.home / preferences.model[2:]
    # Joining with an absolute path gives that path.
    return settings.data / "models" / preferences.model
