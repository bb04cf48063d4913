"""Where a path may lead: as its action declares, whatever was said and linked."""

import tempfile
from datetime import datetime
from pathlib import Path

import pytest

from whisperad import catalogue
from whisperad.command import Resolver
from whisperad.errors import CannotRun, UnknownName
from whisperad.intent import Intent
from whisperad.machine import Machine
from whisperad.pack import Platform
from whisperad.paths import confine
from whisperad.utterance import normalise

NOW = datetime(2026, 11, 22, 14, 5, 9)
SHIPPED = catalogue.load()
PLATFORMS: tuple[Platform, ...] = ("macos", "linux")
PATHS = [
    (action.id, name)
    for action in SHIPPED.actions.values()
    for name, slot in action.slots.items()
    if slot.type in {"path", "folder"}
]
OUTSIDE = (
    *("/etc/passwd", "/etc", "/", "/usr/bin/", "../../../../../etc/passwd", "/boot/x"),
    *(
        "out/passwd",
        "~/out/passwd",
        "out/../out/passwd",
        "~/a/../../../../../../../etc/passwd",
    ),
    *("in/loop/out/passwd", "~root/x/../../../../../../../etc/passwd"),
)
OTHERS = {"integer": "ten", "percent": "ten", "choice": "", "app": "chrome"}


@pytest.fixture
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a home with links that lead out of it."""
    home = tmp_path_factory.mktemp("home")
    (home / "in").mkdir()
    (home / "in" / "file").touch()
    (home / "in" / "loop").symlink_to(home)
    (home / "out").symlink_to("/etc")
    return home


def path(home: Path, action: str, slot: str, said: str, platform: Platform) -> str:
    """Give what a spoken path resolves to. Raises as the resolver does."""
    slots = {
        name: given.values[0] if given.values else OTHERS.get(given.type, "one")
        for name, given in SHIPPED.actions[action].slots.items()
        if not given.optional and name != slot
    }
    resolver = Resolver(SHIPPED, Machine(platform, home, None), lambda: NOW)
    intent = Intent(action, {**slots, slot: said})
    found = resolver.resolve(intent, normalise("said"), home)
    return str(found.resolved[slot])


def test_what_removes_declares_where() -> None:
    declared = {
        (action.id, name): slot.within
        for action in SHIPPED.actions.values()
        for name, slot in action.slots.items()
        if slot.within
    }

    assert declared == {("trash_file", "path"): "own", ("delete_file", "path"): "own"}
    assert declared.keys() <= set(PATHS)


@pytest.mark.parametrize("said", OUTSIDE)
@pytest.mark.parametrize("action", ["trash_file", "delete_file"])
@pytest.mark.parametrize("platform", PLATFORMS)
def test_what_lies_elsewhere_is_not_removed(
    home: Path, action: str, said: str, platform: Platform
) -> None:
    with pytest.raises(CannotRun, match=r"not in a folder of yours|too much"):
        path(home, action, "path", said, platform)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("in/file", "in/file"),
        ("~/in/file/", "in/file"),
        ("in/../in/./file", "in/file"),
        ("in/loop/in/file", "in/loop/in/file"),
        ("in/loop/", "in/loop"),  # the link itself, whose home stays
        ("out", "out"),
        ("out/", "out"),
        ("nothing here", "nothing here"),
    ],
)
def test_what_is_ones_own_is(home: Path, said: str, meant: str) -> None:
    assert path(home, "delete_file", "path", said, "linux") == f"{home}/{meant}"


def test_other_volumes_and_the_working_folder_are_ones_own(tmp_path: Path) -> None:
    home = Path("/home/ada")
    for allowed in ("/media/ada/stick/x", "/Volumes/Stick/x", "/mnt/x"):
        confine(Path(allowed), home, None)
    confine(tmp_path, home, None)
    confine(Path("/srv/site/x"), home, Path("/srv/site"))
    for place in ("/media", tempfile.gettempdir(), "/srv/site", "/srv"):
        with pytest.raises(CannotRun):
            confine(Path(place), home, Path("/srv/site"))
    with pytest.raises(CannotRun):
        confine(Path("/etc/passwd"), home, Path("/"))


@pytest.mark.parametrize(("action", "slot"), PATHS)
def test_every_path_is_absolute_and_plain(home: Path, action: str, slot: str) -> None:
    """The command sees no "..", no "~" and no option, whatever was said."""
    for said in ("in/../in/file", "~/in/file/", "/var/../usr", "~", "-rf", "in//loop"):
        for platform in PLATFORMS:
            try:
                found = path(home, action, slot, said, platform)
            except (CannotRun, UnknownName):
                continue

            assert found.startswith("/"), found
            assert not {"..", "."} & set(found.split("/")), found
            assert found == "/" or not found.endswith("/"), found
