"""Spoken addresses: "github dot com slash trending" -> a URL, a host.

Only addresses of the web come out of speech: a scheme that runs or reads something on
this machine ("javascript", "file") is refused.
"""

import re
from collections.abc import Mapping
from urllib.parse import quote, urlsplit

from whisperad import spoken
from whisperad.errors import CannotRun

_SIGNS: Mapping[str, str] = {
    "dot": ".",
    "slash": "/",
    "dash": "-",
    "hyphen": "-",
    "minus": "-",
    "underscore": "_",
    "tilde": "~",
    "colon": ":",
    "at": "@",
}
_LABEL = r"[^\W_](?:[\w-]*[^\W_])?"
_IPV4 = r"\d{1,3}(?:\.\d{1,3}){3}"
_HOST = rf"(?:{_IPV4}|localhost|{_LABEL}(?:\.{_LABEL})*\.[^\W\d_]{{2,}})"
_URL = re.compile(
    rf"(?:(https?)://)?({_HOST})(:\d{{1,5}})?([/?#]\S*)?", flags=re.IGNORECASE
)
_SECURE_SHELL = re.compile(
    r"(?:ssh|git)://[\w.@:/~+-]+|[\w.-]+@[\w.-]+:[\w.~][\w./~+-]*"
)
_NAME = re.compile(rf"(?:[\w.-]+@)?(?:{_LABEL}(?:\.{_LABEL})*|\[?[0-9a-f:]{{2,39}}\]?)")
_LOCAL = re.compile(rf"localhost|{_IPV4}|.*\.local")
# What an encoded path may keep: what means something in a URL, and its escapes.
_URL_SIGNS = "/?#&=%+,;:@!$'()*~[]-._"


def with_signs(said: str, signs: frozenset[str] = frozenset(_SIGNS)) -> str:
    """Write the signs that are said as words, joined to what stands around them."""
    written, is_joined = "", True
    for word in re.sub(
        r"\bforward slash\b", "slash", said, flags=re.IGNORECASE
    ).split():
        is_sign = word.lower() in signs
        if not is_sign and not is_joined:
            written += " "
        written += _SIGNS[word.lower()] if is_sign else word
        is_joined = is_sign
    return written


def url(said: str) -> str | None:
    """Give the web address that is said; None for words that are no address.

    Raises `CannotRun` for an address that is not of the web.
    """
    ported = re.fullmatch(r"(.+?) (?:on )?port (.+)", said, flags=re.IGNORECASE)
    if ported and (port := spoken.integer(ported[2])):
        said = f"{ported[1]}:{port}"
    text = re.sub(r"\s+", "", with_signs(said))
    found = _URL.fullmatch(text)
    if found is None:
        scheme = re.match(r"([a-z][a-z0-9+.-]*):", text, flags=re.IGNORECASE)
        if scheme and scheme[1].lower() not in {"http", "https"}:
            raise CannotRun(
                f'"{said}" is no web address: expected http or https,'
                f' found "{scheme[1]}"'
            )
        return None
    if found[3] and not 0 < int(found[3][1:]) < 65536:
        return None
    host = found[2].lower()
    scheme_name = found[1] or ("http" if _LOCAL.fullmatch(host) else "https")
    rest = quote(found[4] or "/", safe=_URL_SIGNS)
    return f"{scheme_name.lower()}://{host}{found[3] or ''}{rest}"


def repository(said: str) -> str | None:
    """Give the address that is said of something to be cloned: web or secure shell."""
    text = re.sub(r"\s+", "", with_signs(said))
    return text if _SECURE_SHELL.fullmatch(text) else url(said)


def host(said: str) -> str | None:
    """Give the name of a machine; None for words that are none."""
    text = re.sub(r"\s+", "", with_signs(said)).lower()
    return text if _NAME.fullmatch(text) else None


def checked(address: str) -> str:
    """Give back an address of a user's map. Raises `CannotRun` unless it is of the web."""
    if urlsplit(address).scheme.lower() not in {"http", "https"}:
        raise CannotRun(f'"{address}" is no web address: expected http or https')
    return address


def search(template: str | None, address: str, query: str) -> str:
    """Give the address that searches a site: its own search, else a search engine's."""
    if template is not None:
        return checked(template).replace("{query}", quote(query, safe=""))
    return web_search(f"site:{urlsplit(address).hostname} {query}")


def web_search(query: str) -> str:
    """Give the address of a search of the whole web."""
    return f"https://www.google.com/search?q={quote(query, safe='')}"
