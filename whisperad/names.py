"""Names: what is said -> what it is called, for apps, folders and sites.

The user's map comes first, then what is installed, then the shipped map, then the
nearest name. A name is never matched because it contains what was said.
"""

import re
from collections.abc import Iterable, Mapping
from typing import TypeVar

from whisperad import likeness
from whisperad.applications import Application, Applications
from whisperad.catalogue import Names
from whisperad.pack import Platform, Site

T = TypeVar("T")
_FOLDER_WORDS = re.compile(r"^(?:my|the|our) | (?:folder|directory)$")
_SITE_WORDS = re.compile(r"^the | (?:website|web site|site|page|homepage)$")
_MAKER = re.compile(rf"^(?:{'|'.join(likeness.MAKERS)}) ", re.I)
_YEAR = re.compile(r" 20\d\d$")
_DOTTED_ID = re.compile(r"[\w-]+(?:\.[\w-]+){2,}")


class RealNames:
    """The names of one catalogue on one platform, ready to be looked up."""

    def __init__(
        self, names: Names, platform: Platform, applications: Applications
    ) -> None:
        self._platform = platform
        self._applications = applications
        self._own_apps = _keyed(names.own_apps)
        shipped = names.apps.get(platform, {})
        self._apps = _keyed({real: real for real in shipped.values()} | shipped)
        self._folders = _keyed(names.folders.get(platform, {}))
        self._folders.update(_keyed(names.own_folders))
        self._sites = _sites(names)
        self._installed: tuple[Application, ...] = ()
        self._by_key: dict[str, Application] = {}

    def application(self, said: str) -> Application:
        """Give the application that is meant, or one called as it was said."""
        self.refresh()
        wanted = key(said)
        if (app := self._known_app(wanted)) is not None:
            return app
        known = dict.fromkeys((*self._own_apps, *self._by_key, *self._apps))
        near = {self._known_app(name) for name in likeness.nearest(wanted, known)}
        return (near.pop() if len(near) == 1 else None) or self._called(said)

    def folder(self, said: str) -> str | None:
        """Give the path that a map has for a folder's name."""
        return self._folders.get(key(_FOLDER_WORDS.sub("", said.lower())))

    def near_folder(self, said: str) -> str | None:
        """Give the path that a map has for the name nearest to a folder's."""
        return _lookup(key(_FOLDER_WORDS.sub("", said.lower())), self._folders)

    def site(self, said: str) -> Site | None:
        """Give the site that a map has under this name, or under the nearest one."""
        return _lookup(key(_SITE_WORDS.sub("", said.lower())), self._sites)

    def knows(self, kind: str, said: str) -> bool:
        """Whether an app, folder or site is called so, to the letter; reads no files."""
        wanted = key(said)
        if kind == "app":
            return self._known_app(wanted) is not None
        return wanted in (self._folders if kind == "folder" else self._sites)

    def _known_app(self, wanted: str) -> Application | None:
        """Give the application that a key stands for; the user's own keys come first."""
        if wanted in self._own_apps:
            return self._called(self._own_apps[wanted])
        if wanted in self._by_key:
            return self._by_key[wanted]
        return self._called(self._apps[wanted]) if wanted in self._apps else None

    def refresh(self) -> None:
        """Take note of what is installed now; reads files."""
        installed = self._applications.current()
        if installed is not self._installed:
            self._by_key = _by_key(installed)
            self._installed = installed

    def _called(self, name: str) -> Application:
        """Give the installed application of a real name or id, else one of the words."""
        name = name.removesuffix(".desktop").removesuffix(".app")
        app = self._by_key.get(key(name))
        if app is not None:
            return app
        if _DOTTED_ID.fullmatch(name):
            last = name.rsplit(".", 1)[-1]
            return Application(name, name, last, last)
        if self._platform == "macos":
            return Application(name, name, name, name)
        # Entries that are not from a reverse domain are called like this.
        entry_id = re.sub(r"\s+", "-", name.lower())
        return Application(name, entry_id, entry_id, entry_id)


def key(name: str) -> str:
    """Give what two spellings of a name share: no case, no blanks, few signs."""
    plain = name.casefold()
    return re.sub(r"[^\w+#]|_", "", plain.replace("&", "and")) or plain


def nearest(wanted: str, known: Iterable[str]) -> str | None:
    """Give the one known key that `wanted` is a slip from; None between two as near."""
    found = likeness.nearest(wanted, dict.fromkeys(known))
    return found[0] if len(found) == 1 else None


def short_names(name: str) -> tuple[str, ...]:
    """Give what else a name is called: "Adobe Photoshop 2026" is photoshop."""
    name = _YEAR.sub("", name)
    return (name, _MAKER.sub("", name))


def _lookup(wanted: str, known: Mapping[str, T]) -> T | None:
    """Give what a key stands for, or the nearest keys do if that is the same."""
    if wanted in known:
        return known[wanted]
    near = [known[name] for name in likeness.nearest(wanted, known)]
    return near[0] if near and all(one == near[0] for one in near) else None


def _keyed(names: Mapping[str, str]) -> dict[str, str]:
    return {key(said): real for said, real in names.items()}


def _by_key(installed: tuple[Application, ...]) -> dict[str, Application]:
    """Index applications by name, then id and program, the earlier before the later."""
    found: dict[str, Application] = {}
    for app in installed:
        found.setdefault(key(app.name), app)
    for app in installed:
        for other in (app.id, app.id.rsplit(".", 1)[-1], app.process):
            found.setdefault(key(other), app)
    for app in installed:
        for other in short_names(app.name):
            found.setdefault(key(other), app)
    return found


def _sites(names: Names) -> dict[str, Site]:
    """Index sites by all their names, the user's own before the shipped."""
    known: dict[str, Site] = {}
    for name, site in names.sites.items():
        known[key(name)] = site
    for site in names.sites.values():
        for other in site.also:
            known.setdefault(key(other), site)
    for name, address in names.own_sites.items():
        url = address if "://" in address else f"https://{address}"
        start = re.sub(r"(?<=[^:/])/.*", "/", url) if "{query}" in url else url
        known[key(name)] = Site(start, url if "{query}" in url else None)
    return known
