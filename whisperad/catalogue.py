"""Load and check `config/` and the user's files into one immutable `Catalogue`.

Every mistake in every file is found before anything is refused: `BadConfig` lists
them with file and key.
"""

import hashlib
import os
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import rtoml

from whisperad import checks, switches
from whisperad.action import Action, Phrases
from whisperad.errors import BadConfig
from whisperad.pack import (
    RISKS,
    ActionFile,
    Form,
    NamesFile,
    PackFile,
    Platform,
    Setting,
    Site,
    SitesFile,
    Slot,
    UserFile,
)

T = TypeVar("T")
_NO_TOML = (rtoml.TomlParsingError, RecursionError)
MAX_ACTIONS = 1500  # a grammar takes hardly more choices at one place
USER_FILE = "whispera_config.json"
SHIPPED = Path(__file__).parent.parent / "config"


class Names(msgspec.Struct, frozen=True):
    """What people say -> what it is called, the user's own before the shipped."""

    own_apps: dict[str, str]
    apps: dict[str, dict[str, str]]  # platform -> spoken -> real
    own_folders: dict[str, str]
    folders: dict[str, dict[str, str]]
    own_sites: dict[str, str]
    sites: dict[str, Site]


class Catalogue(msgspec.Struct, frozen=True):
    """All packs and maps, loaded and checked."""

    actions: dict[str, Action]
    packs: dict[str, str]  # name -> summary
    rules: dict[str, dict[str, str]]  # file -> rule -> template
    names: Names
    settings: dict[str, Setting]  # of the user's file
    hash: str  # of all that was read, 16 hexadecimal digits
    packs_off: dict[str, str] = {}  # name -> summary; their actions are not here
    packs_hash: str = ""  # of what decides the actions alone

    def shrink(self) -> None:
        """Hold phrases in less memory: they take longer to be looked at."""
        for action in self.actions.values():
            if isinstance(action.phrases, Phrases):
                action.phrases.shrink()


class _Reader:
    """Reads files, collecting mistakes instead of stopping at the first."""

    def __init__(self) -> None:
        self.mistakes: list[str] = []
        self.digest = hashlib.sha256()

    def text(self, path: Path) -> str | None:
        try:
            if not path.is_file():  # nobody may ever write into a pipe
                raise OSError(0, "expected a file")
            data = path.read_bytes()
            self.digest.update(os.fsencode(path.name) + b"\0" + data + b"\0")
            return data.decode()
        except OSError as error:
            self.mistakes.append(f"{path}: {error.strerror}")
        except UnicodeDecodeError as error:
            self.mistakes.append(f"{path}: {error}")
        return None

    def toml(self, path: Path, kind: type[T]) -> T | None:
        text = self.text(path)
        if text is None:
            return None
        try:
            return msgspec.convert(rtoml.loads(text), kind)
        except (*_NO_TOML, msgspec.ValidationError) as error:
            self.mistakes.append(f"{path}: {error}")
            return None

    def packs(self, folder: Path) -> list[Path]:
        """List the packs in a folder, which need not be there."""
        if not os.path.lexists(folder):
            return []
        try:
            found = sorted(path for path in folder.iterdir() if path.suffix == ".toml")
        except OSError as error:
            self.mistakes.append(f"{folder}: {error.strerror}")
            return []
        # Editors and file systems keep notes of their own beside a file.
        return [path for path in found if not path.name.startswith(".")]


def load(shipped: Path = SHIPPED, user: Path | None = None) -> Catalogue:
    """Load the shipped configuration and the user's own beside it.

    Raises `BadConfig` with all mistakes. The phrases of shipped packs are parsed by
    `check_phrases`, which tests and training call, not here: that takes longer than
    all the rest of a start.
    """
    reader = _Reader()
    actions: dict[str, Action] = {}
    packs: dict[str, str] = {}
    rules: dict[str, dict[str, str]] = {}
    for folder in filter(None, (shipped, user)):
        for path in reader.packs(folder / "actions"):
            _read_pack(reader, path, folder == user, actions, packs, rules)
    packs_read = reader.digest.copy()
    names, settings = _names(reader, shipped, user)
    reader.mistakes += checks.check_inverses(actions)
    if len(actions) > MAX_ACTIONS:
        reader.mistakes.append(
            f"expected at most {MAX_ACTIONS} actions in all packs, found {len(actions)}"
        )
    off, mistakes = switches.packs_off(settings, packs)
    reader.mistakes += [f"{user and user / USER_FILE}: {m}" for m in mistakes]
    packs_read.update(repr(sorted(off)).encode())
    if reader.mistakes:
        raise BadConfig(tuple(reader.mistakes))
    return Catalogue(
        switches.left_on(actions, off),
        {name: summary for name, summary in packs.items() if name not in off},
        rules,
        names,
        settings,
        reader.digest.hexdigest()[:16],
        off,
        packs_read.hexdigest()[:16],
    )


def user_settings(user: Path) -> dict[str, Setting]:
    """Give the settings of the user's file as they stand; none if that is broken."""
    return _user_file(_Reader(), user).settings


def check_phrases(catalogue: Catalogue) -> None:
    """Parse every phrase of every action. Raises `BadConfig` with all mistakes."""
    mistakes = [
        mistake
        for action in catalogue.actions.values()
        for mistake in checks.check_phrases(
            action.phrases, action.slots, catalogue.rules
        )
    ]
    if mistakes:
        raise BadConfig(tuple(mistakes))


def _read_pack(
    reader: _Reader,
    path: Path,
    is_user: bool,
    actions: dict[str, Action],
    packs: dict[str, str],
    rules: dict[str, dict[str, str]],
) -> None:
    pack = _decode_pack(reader, path)
    if pack is None:
        return
    if not is_user and pack.pack in packs:
        reader.mistakes.append(f'{path}: pack "{pack.pack}" is there twice')
    packs.setdefault(pack.pack, pack.summary)
    rules[str(path)] = pack.rules
    for entry in pack.action:
        action = _action(entry, pack, path)
        earlier = actions.get(entry.id)
        place = f'{path}: action "{entry.id}"'
        if earlier is not None and not is_user:
            reader.mistakes.append(f'{place} is in pack "{earlier.pack}" too')
            continue
        if earlier is not None:
            if RISKS.index(action.risk) < RISKS.index(earlier.risk):
                reader.mistakes.append(
                    f'{place}: risk is "{action.risk}", but a user pack cannot go'
                    f' below the shipped "{earlier.risk}"'
                )
                continue
            action = _overridden(earlier, action)
        reader.mistakes += checks.check_action(action, place)
        if is_user:
            reader.mistakes += checks.check_phrases(action.phrases, action.slots, rules)
        actions[entry.id] = action


def _decode_pack(reader: _Reader, path: Path) -> PackFile | None:
    """Decode a pack action by action, so that each broken one is reported."""
    text = reader.text(path)
    if text is None:
        return None
    try:
        raw: dict[str, Any] = rtoml.loads(text)
    except _NO_TOML as error:
        reader.mistakes.append(f"{path}: {error}")
        return None
    entries = raw.pop("action", None)
    if not isinstance(entries, list) or not entries:
        reader.mistakes.append(f'{path}: expected at least one "[[action]]"')
        return None
    try:
        head = msgspec.convert({**raw, "action": []}, PackFile)
    except msgspec.ValidationError as error:
        reader.mistakes.append(f"{path}: {error}")
        head = PackFile(pack=path.stem, action=())
    actions: list[ActionFile] = []
    for number, entry in enumerate(entries, 1):
        name = entry.get("id", number) if isinstance(entry, dict) else number
        try:
            actions.append(msgspec.convert(entry, ActionFile))
        except msgspec.ValidationError as error:
            reader.mistakes.append(f'{path}: action "{name}": {error}')
    return msgspec.structs.replace(head, action=tuple(actions))


def _action(entry: ActionFile, pack: PackFile, path: Path) -> Action:
    forms: dict[str, tuple[Form, ...]] = {}
    platforms: tuple[tuple[Platform, Form | tuple[Form, ...]], ...] = (
        ("macos", entry.macos),
        ("linux", entry.linux),
    )
    for platform, given in platforms:
        forms[platform] = (given,) if isinstance(given, Form) else given
    slots = {
        name: slot if isinstance(slot, Slot) else Slot(slot)
        for name, slot in entry.slots.items()
    }
    return Action(
        entry.id,
        pack.pack,
        entry.summary,
        slots,
        entry.risk,
        pack.where,
        entry.critical,
        entry.inverse,
        Phrases(str(path), entry.phrases),
        forms,
        entry.touches,
        entry.private,
    )


def _overridden(shipped: Action, user: Action) -> Action:
    """Give a shipped action the user's phrases and commands, keeping what it is."""
    return msgspec.structs.replace(
        shipped,
        risk=user.risk,
        private=shipped.private or user.private,
        phrases=user.phrases or shipped.phrases,
        forms={
            platform: user.forms.get(platform) or forms
            for platform, forms in shipped.forms.items()
        },
    )


def _names(
    reader: _Reader, shipped: Path, user: Path | None
) -> tuple[Names, dict[str, Setting]]:
    apps = reader.toml(shipped / "names" / "apps.toml", NamesFile)
    folders = reader.toml(shipped / "names" / "folders.toml", NamesFile)
    sites = reader.toml(shipped / "names" / "sites.toml", SitesFile)
    own = _user_file(reader, user) if user is not None else UserFile()
    maps = [read or NamesFile() for read in (apps, folders)]
    return Names(
        {spoken.lower(): real for spoken, real in own.apps.items()},
        {"macos": maps[0].macos, "linux": maps[0].linux},
        {spoken.lower(): real for spoken, real in own.folders.items()},
        {"macos": maps[1].macos, "linux": maps[1].linux},
        {spoken.lower(): real for spoken, real in own.sites.items()},
        sites.sites if sites else {},
    ), own.settings


def _user_file(reader: _Reader, user: Path) -> UserFile:
    path = user / USER_FILE
    text = reader.text(path) if os.path.lexists(path) else None
    try:
        return msgspec.json.decode(text or "{}", type=UserFile)
    except (msgspec.DecodeError, RecursionError) as error:
        reader.mistakes.append(f"{path}: {error}")
        return UserFile()
