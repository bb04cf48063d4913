"""Names: what is said -> what it is called, for apps, folders and sites.

The user's map comes first, then what is installed, then the shipped map, then the
nearest name. A name is never matched because it contains what was said.
"""

import re
from collections.abc import Iterable, Mapping
from typing import TypeVar

from rapidfuzz.distance import OSA

from whisperad.applications import Application, Applications
from whisperad.catalogue import Names
from whisperad.pack import Platform, Site

T = TypeVar("T")
_FOLDER_WORDS = re.compile(r"^(?:my|the|our) | (?:folder|directory)$")
_SITE_WORDS = re.compile(r"^the | (?:website|web site|site|page|homepage)$")
_MAKER = re.compile(r"^(?:adobe|apple|google|microsoft|mozilla|gnu|jetbrains) ", re.I)
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
        self._refresh()
        wanted = key(said)
        near = self._known_app(wanted)
        if near is None:
            near = nearest(wanted, [*self._own_apps, *self._by_key, *self._apps])
        if near is None:
            return self._called(said)
        if near in self._own_apps:
            return self._called(self._own_apps[near])
        return self._by_key.get(near) or self._called(self._apps[near])

    def folder(self, said: str) -> str | None:
        """Give the path that a map has for a folder's name."""
        return self._folders.get(key(_FOLDER_WORDS.sub("", said.lower())))

    def near_folder(self, said: str) -> str | None:
        """Give the path that a map has for the name nearest to a folder's."""
        near = nearest(key(_FOLDER_WORDS.sub("", said.lower())), self._folders)
        return None if near is None else self._folders[near]

    def site(self, said: str) -> Site | None:
        """Give the site that a map has under this name, or under the nearest one."""
        return _lookup(key(_SITE_WORDS.sub("", said.lower())), self._sites)

    def _known_app(self, wanted: str) -> str | None:
        for known in (self._own_apps, self._by_key, self._apps):
            if wanted in known:
                return wanted
        return None

    def _refresh(self) -> None:
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
    """Give the one known key that `wanted` is a slip of the tongue or the fingers from.

    One slip is allowed in a name of four letters, two from nine on. "photoshop" is far
    from "photos", and "edge" is inside "hedge" without being meant.
    """
    slips = 0 if len(wanted) < 4 else 1 if len(wanted) < 9 else 2
    if not slips:
        return None
    found = sorted(
        (distance, name)
        for name in dict.fromkeys(known)
        if (distance := OSA.distance(wanted, name, score_cutoff=slips)) <= slips
        and not _contains(wanted, name)
    )
    if not found or (len(found) > 1 and found[0][0] == found[1][0]):
        return None
    return found[0][1]


def _contains(wanted: str, name: str) -> bool:
    """Tell whether one holds the other and is more than its plural or a slip."""
    longer, shorter = sorted((wanted, name), key=len, reverse=True)
    if shorter not in longer or longer in {shorter + "s", shorter + shorter[-1:]}:
        return False
    return len(shorter) < 6 or len(longer) - len(shorter) > 1


def _lookup(wanted: str, known: Mapping[str, T]) -> T | None:
    if wanted in known:
        return known[wanted]
    near = nearest(wanted, known)
    return None if near is None else known[near]


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
    for app in installed:  # "Adobe Photoshop 2026" is called photoshop
        name = _YEAR.sub("", app.name)
        for other in (name, _MAKER.sub("", name)):
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
