"""Values: the words of a slot -> what they mean here, by the slot's type."""

import html
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from math import ceil
from pathlib import Path
from urllib.parse import quote

import msgspec

from whisperad import addresses, keys, languages, spoken, times, zones
from whisperad.errors import CannotRun, UnknownName
from whisperad.machine import Machine
from whisperad.names import RealNames
from whisperad.pack import Slot
from whisperad.paths import Paths

TIMES = "clock_times"  # the sample list whose slots hold a time of the day
COUNTED = frozenset({"percent", "integer", "port", "pid"})  # whole numbers on the wire
MAX_DURATION_S = 366 * 86400
# "tomorrow at six" wakes in the morning, but nobody meets or is reminded then.
_MEETING_HOUR = 7
_UNITS_S: Mapping[str | None, int] = {"s": 1, "min": 60, "h": 3600, None: 60}
_SPELT = frozenset({"branch", "package"})  # names without blanks, signs said as words
_JOINERS = "\u200c\u200d"  # characters without a form that emoji and scripts need


class Value(msgspec.Struct, frozen=True):
    """What a slot says, in all the ways a command may want it."""

    resolved: str | int
    text: str  # for an argument
    views: Mapping[str, str] = {}
    is_path: bool = False
    # Words from outside must not become an option; what the catalogue says may.
    is_trusted: bool = False


def count(slot: Slot, said: str) -> int | None:
    """Read a slot that is a whole number; None for words that say none."""
    return spoken.percent(said) if slot.type == "percent" else spoken.integer(said)


def fixed(text: str | int) -> Value:
    """Give the value of something that the catalogue says."""
    return Value(text, str(text), is_trusted=True)


def clean(text: str) -> str:
    """Drop what does not show from a text, and turn line ends and tabs into blanks.

    A new line that is typed into a window would be the return key.
    """
    text = "".join(
        " " if character in "\t\n\v\f\r\x85" else character for character in text
    )
    return "".join(
        character
        for character in text
        if unicodedata.category(character) not in {"Cc", "Cf", "Cs"}
        or character in _JOINERS
    ).strip()


class Reader:
    """Reads slots for one machine, one catalogue's names, one folder, one moment."""

    def __init__(
        self, machine: Machine, names: RealNames, cwd: Path | None, now: datetime
    ) -> None:
        self._names = names
        self._paths = Paths(names, machine, cwd)
        self._now = now

    def value(self, name: str, slot: Slot, said: str) -> Value:
        """Give what the words mean, or raise `UnknownName` or `CannotRun`.

        `said` has its own case; lists, paths and messages need it.
        """
        said = clean(said)
        if not said:
            raise UnknownName(f"nothing was said for {name}")
        match slot.type:
            case "choice":
                return fixed(said)
            case "percent" | "integer" | "port" | "pid":
                return _number(slot, said)
            case "duration":
                return _duration(slot, said)
            case "app":
                app = self._names.application(said)
                views = {"id": app.id, "process": app.process, "window": app.window}
                return Value(app.name, app.name, views)
            case "folder":
                return _path(self._paths.folder(said))
            case "path":
                return self._path(said)
            case "site":
                return self._site(said)
            case "url" | "host":
                return _address(slot, said)
            case "language":
                return _language(said)
            case "contact":
                return _contact(said)
        if slot.type == "text" and (name == "time" or slot.samples == TIMES):
            is_alarm = slot.samples == TIMES
            return self._time(said, times.EARLIEST_HOUR if is_alarm else _MEETING_HOUR)
        return _words(slot, said)

    def _path(self, said: str) -> Value:
        remote = addresses.bucket(said)
        return Value(remote, remote) if remote else _path(self._paths.path(said))

    def _time(self, said: str, earliest: int) -> Value:
        moment = times.moment(said, self._now, earliest)
        if moment is None:
            raise UnknownName(
                f'"{said}" is no time; say one like "half past six" or "tomorrow at ten"'
            )
        return Value(moment.isoformat(), moment.isoformat(), is_trusted=True)

    def _site(self, said: str) -> Value:
        site = self._names.site(said)
        url = addresses.checked(site.url) if site else addresses.url(said)
        template = site.search if site else None
        if url is None:  # as the address bar of a browser has it
            url = addresses.web_search(said)
            template = addresses.web_search(f"{said} ") + "{query}"
        return Value(
            url, url, {"url": url, "template": template or ""}, is_trusted=True
        )


def view(value: Value, name: str, query: str) -> str:
    """Give a value in the way a placeholder asks for; `query` is what a site looks for.

    Raises `UnknownName` if the words stand for nothing of that kind.
    """
    if name == "search":
        return addresses.search(value.views["template"] or None, value.text, query)
    if name in value.views:
        return value.views[name]
    match name:
        case "":
            return value.text
        case "url":
            # The name of a file may be no text, but its bytes have a URL.
            data = value.text.encode(errors="surrogateescape")
            return quote(data, safe="/" if value.is_path else "")
        case "html":
            return html.escape(value.text)
        case "zone":
            zone = zones.zone(value.text)
            if zone is None:
                raise UnknownName(f'no time zone is known for "{value.text}"')
            return zone
    return _key(value.text, name)


def _key(said: str, name: str) -> str:
    pressed = keys.combination(said, is_mac=name != "keysym")
    if pressed is None:
        raise UnknownName(f'no key is called "{said}"')
    if name == "keysym":
        return pressed.keysym
    if pressed.code is None:
        raise UnknownName(f'a Mac has no key "{said}"')
    return str(pressed.code) if name == "code" else pressed.modifiers


def _words(slot: Slot, said: str) -> Value:
    if slot.type in _SPELT or slot.spelt:
        said = addresses.spelt(said)
    elif slot.type == "process":
        said = addresses.with_signs(said)
    if slot.type == "package" and said.endswith("-"):
        raise UnknownName(f'"{said}" is no package')  # apt-get would remove it
    if slot.type == "package" and "/" not in said:
        said = said.lower()  # as the registries have them; a path of Go keeps its case
    return Value(said, said)


def _number(slot: Slot, said: str) -> Value:
    number = count(slot, said)
    if number is None:
        raise UnknownName(f'"{said}" is no {slot.type}')
    if slot.type == "percent":
        number = max(slot.min or 0, min(number, 100 if slot.max is None else slot.max))
        return Value(number, str(number), {"fraction": str(number / 100)})
    low, high = {"port": (1, 65535), "pid": (1, 2**22)}.get(slot.type, (None, None))
    low = low if slot.min is None else slot.min
    high = high if slot.max is None else slot.max
    if (low is not None and number < low) or (high is not None and number > high):
        raise CannotRun(f"expected {slot.type} from {low} to {high}, found {number}")
    return Value(number, str(number))


def _duration(slot: Slot, said: str) -> Value:
    span = spoken.duration(said, _UNITS_S.get(slot.unit, 60))
    if span is None:
        raise UnknownName(f'"{said}" is no time span; say one like "ten minutes"')
    if not 0 < span <= MAX_DURATION_S:
        raise CannotRun(f'expected a time span of up to a year, found "{said}"')
    return Value(ceil(span), str(ceil(span)))


def _path(path: Path) -> Value:
    return Value(str(path), str(path), is_path=True)


def _address(slot: Slot, said: str) -> Value:
    read = addresses.repository if slot.type == "url" else addresses.host
    found = read(said)
    if found is None:
        raise UnknownName(f'"{said}" is no {slot.type}')
    return Value(found, found)


def _contact(said: str) -> Value:
    """Give an address that is spelt out; a name is looked up by who knows the names."""
    address = addresses.email(said)
    if address is None:
        return Value(said, said)
    return Value(address, address, {"url": quote(address, safe="@")})


def _language(said: str) -> Value:
    found = languages.language(said)
    if found is None:
        raise UnknownName(f'no language is called "{said}"')
    return Value(found[0], found[0], {"code": found[1]})
