"""Settings: everything the surroundings decide, read once at start.

The environment decides where things are; the `settings` of the user's file decide how
the daemon behaves and are read again with every reload.
"""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import msgspec

from whisperad.catalogue import SHIPPED, USER_FILE, user_settings
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
    token_s: float = 60.0  # how long a confirmation token is good for
    drain_s: float = 5.0  # after it, a stopping daemon breaks off what still runs


def _within(
    least: float, most: float, text: str, since: str = "reload"
) -> msgspec.Meta:
    """Say what a setting may be, what it is, and when a change of it counts."""
    described = f"{text}. A change counts from the next {since} on."
    return msgspec.Meta(ge=least, le=most, description=described)


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How much of everything there may be, unless the user's `settings` say otherwise."""

    line_bytes: Annotated[
        int,
        _within(4096, MAX_LINE_BYTES, "Bytes in a request's line, on new connections"),
    ] = MAX_LINE_BYTES
    clients: Annotated[int, _within(1, 10_000, "Connections at the same time")] = 256
    queue: Annotated[
        int, _within(1, 10_000, "Requests that wait for the model", "start")
    ] = 256
    read_timeout_s: Annotated[
        float,
        _within(
            0.1,
            3600,
            "Seconds in which a line that was begun has to end; at most one second"
            " while all connections are taken",
        ),
    ] = 30.0
    idle_timeout_s: Annotated[
        float,
        _within(
            0.1,
            7 * 86400,
            "Seconds after which a connection is closed that asks nothing or does not"
            " read its replies; at most 30 while all connections are taken",
        ),
    ] = 600.0
    command_timeout_s: Annotated[
        float,
        _within(
            0.1,
            3600,
            "Seconds that a program may run, whatever the request says; then it and"
            " all it started are ended",
        ),
    ] = 3600.0
    programs: Annotated[
        int, _within(1, 1000, "Requests whose programs run at the same time")
    ] = 64
    output_bytes: Annotated[
        int, _within(1024, 2**20, "Bytes kept of each stream that a program prints")
    ] = 16 * 1024
    timers: Annotated[int, _within(1, 1000, "Timers and alarms that are set")] = 200
    history_rows: Annotated[
        int, _within(0, 100_000, "Rows of the history; with 0 nothing is kept")
    ] = 1000
    history_days: Annotated[int, _within(1, 3650, "Days of the history")] = 30


class Preferences(Limits, frozen=True, forbid_unknown_fields=True):
    """The `settings` of the user's file."""

    confidence_threshold: (
        Annotated[
            float,
            _within(
                0,
                1,
                "Below this confidence nothing runs, whatever threshold the adapter"
                " was calibrated with",
            ),
        ]
        | None
    ) = None
    model: (
        Annotated[
            str,
            msgspec.Meta(
                min_length=1,
                pattern=r"^[^\0]*$",
                description="The base: a folder, or the name of one in `models` where the"
                " data are. A change counts from the next start on.",
            ),
        ]
        | None
    ) = None
    packs_off: Annotated[
        tuple[str, ...],
        msgspec.Meta(description="Packs whose actions are not to be understood."),
    ] = ()
    shortcuts: Annotated[
        bool,
        msgspec.Meta(
            description="Answer exact phrases, and what was said before, without the"
            " model."
        ),
    ] = True


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
    """Check the user's settings. Raises `BadConfig` that names file and every key."""
    mistakes = []
    for key, value in given.items():
        try:
            msgspec.convert({key: value}, Preferences)
        except msgspec.ValidationError as error:
            found = (
                "" if key not in Preferences.__struct_fields__ else f", found {value!r}"
            )
            mistakes.append(f"{config / USER_FILE}: settings: {error}{found}")
    if mistakes:
        raise BadConfig(tuple(mistakes))
    return msgspec.convert(given, Preferences)


def likely_preferences(settings: Settings) -> Preferences:
    """Give what the user's file says by itself, or the defaults if that is wrong."""
    try:
        return preferences(user_settings(settings.config), settings.config)
    except BadConfig:
        return Preferences()


def model_folder(settings: Settings, preferences: Preferences) -> Path:
    """Give the folder of the base model that the user chose, or the embedded one."""
    if preferences.model is None:
        return EMBEDDED_MODEL
    if preferences.model.startswith("~/"):
        return settings.home / preferences.model[2:]
    # Joining with an absolute path gives that path.
    return settings.data / "models" / preferences.model
