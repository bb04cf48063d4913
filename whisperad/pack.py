"""Action packs as they stand in TOML files: the types, and nothing that checks sense.

`config/schema/pack.json` is generated from `PackFile`.
"""

from typing import Annotated, Literal

import msgspec

SlotType = Literal[
    "app",
    "branch",
    "choice",
    "contact",
    "device",
    "duration",
    "folder",
    "host",
    "integer",
    "language",
    "package",
    "path",
    "percent",
    "pid",
    "port",
    "process",
    "site",
    "text",
    "url",
]
Risk = Literal["safe", "confirm", "danger"]
Where = Literal["daemon", "client"]
Platform = Literal["macos", "linux"]

RISKS: tuple[Risk, ...] = ("safe", "confirm", "danger")  # rising

# One argument, or a group of arguments left out when one of its slots was not said.
Argument = str | tuple[str, ...]
Arguments = tuple[Argument, ...]

Setting = int | float | bool | str | tuple[str, ...]


class Slot(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A named hole in an action."""

    type: SlotType
    optional: bool = False
    values: tuple[str, ...] = ()  # of a choice
    said: dict[str, tuple[str, ...]] = {}  # choice value -> words that mean it
    min: int | None = None
    max: int | None = None
    unit: str | None = None
    spelt: bool = False  # a name without blanks, whose signs are said: "api dash v2"
    within: Literal["own"] | None = None  # of a path: only where the user's files are
    default: int | str | None = None  # fills the arguments when nothing was said
    samples: str | None = None  # the sample list that the data generator draws from
    examples: tuple[str, ...] = ()  # more values for the data generator


class Say(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A phrase with more to it: choice slots its words imply, how usual it is."""

    say: str
    slots: dict[str, str] = {}
    weight: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 1  # drawn like so many others


class Form(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One way to do an action: a program and its arguments, never a shell."""

    argv: Arguments = ()
    steps: tuple[Arguments, ...] = ()
    applescript: str | None = None
    args: Arguments = ()  # of the AppleScript's `on run argv`
    stdin: str | None = None
    stdin_file: str | None = None
    stdin_open: bool = False  # nothing to read, yet no end: some programs stop there
    env: dict[str, str] = {}
    keep: str | None = None  # the name under which the daemon keeps it running
    replaces: bool = (
        False  # a kept program of that name gives way; else it is in the way
    )
    needs: str | None = None  # a program that must be there, when argv[0] is not it
    map: dict[str, dict[str, str]] = {}  # slot -> value -> what stands for it here


class ActionFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One `[[action]]` table."""

    id: str
    phrases: tuple[str | Say, ...]
    summary: str = ""
    slots: dict[str, SlotType | Slot] = {}
    risk: Risk = "safe"
    critical: bool = False
    private: bool = False  # its words are not for the history
    inverse: str | None = None
    touches: tuple[str, ...] = ()  # what a question names: a kind, and of what
    macos: Form | tuple[Form, ...] = ()
    linux: Form | tuple[Form, ...] = ()


class PackFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file of `config/actions/` or of the user's `actions/` folder."""

    pack: str
    action: tuple[ActionFile, ...]
    summary: str = ""
    where: Where = "daemon"
    rules: dict[str, str] = {}


class UserFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`whispera_config.json`, the user's own names and settings."""

    apps: dict[str, str] = {}
    folders: dict[str, str] = {}
    sites: dict[str, str] = {}
    settings: dict[str, Setting] = {}


class Site(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A web site: its address, its search address with `{query}`, its other names."""

    url: str
    search: str | None = None
    also: tuple[str, ...] = ()


class SitesFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`config/names/sites.toml`."""

    sites: dict[str, Site]


class NamesFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`config/names/apps.toml` and `folders.toml`: what is said -> what it is called."""

    macos: dict[str, str] = {}
    linux: dict[str, str] = {}
