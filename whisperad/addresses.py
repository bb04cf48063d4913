"""Spoken addresses: "github dot com slash trending" -> a URL, a host, an e-mail address.

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
    "plus": "+",
}
_WRITTEN = frozenset(_SIGNS) - {"plus"}  # "c plus plus dot example" keeps its words
_MAILED = frozenset(("dot", "dash", "hyphen", "minus", "underscore", "at", "plus"))
# How else the signs of an e-mail address are called.
_MAIL_WORDS: Mapping[str, str] = {
    r"\bat the rate(?: of)?\b|\bat sign\b": "at",
    r"\b(?:point|period|full stop)\b": "dot",
    r"\bunder score\b": "underscore",
}
_LABEL = r"[^\W_](?:[\w-]*[^\W_])?"
_IPV4 = r"\d{1,3}(?:\.\d{1,3}){3}"
_HOST = rf"(?:{_IPV4}|localhost|{_LABEL}(?:\.{_LABEL})*\.[^\W\d_]{{2,}})"
_URL = re.compile(
    rf"(?:(https?)://(?={_LABEL}(?:[:/.]|$)))?({_HOST}|(?<=//){_LABEL})"
    r"(:\d{1,5})?([/?#]\S*)?",
    flags=re.IGNORECASE,
)
_SECURE_SHELL = re.compile(
    r"(?:ssh|git)://[\w.@:/~+-]+|[\w.-]+@[\w.-]+:[\w.~][\w./~+-]*"
)
_OWNED = re.compile(r"[\w-]+/[\w.-]+")
_DIGITS: Mapping[str, str] = {
    word: str(digit)
    for digit, word in enumerate(
        "zero one two three four five six seven eight nine ten".split()
    )
} | {"oh": "0"}
_NAME = re.compile(rf"(?:[\w.-]+@)?(?:{_LABEL}(?:\.{_LABEL})*|\[?[0-9a-f:]{{2,39}}\]?)")
_MAIL = re.compile(
    rf"\w+(?:[.+-]\w+)*@{_LABEL}(?:\.{_LABEL})*\.[^\W\d_]{{2,}}", flags=re.IGNORECASE
)
_LONGEST_MAIL = 254  # characters, as the protocol of mail has it
_LOCAL = re.compile(rf"localhost|{_IPV4}|.*\.local")
# What an encoded path may keep: what means something in a URL, and its escapes.
_URL_SIGNS = "/?#&=%+,;:@!$'()*~[]-._"


def with_signs(said: str, signs: frozenset[str] = _WRITTEN) -> str:
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
    ported = re.fullmatch(
        r"(.+?) (?:on )?(?:port|colon) (.+)", said, flags=re.IGNORECASE
    )
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
    """Give the address that is said of something to be cloned: web or secure shell.

    "owner/name" is a repository of GitHub.
    """
    text = re.sub(r"\s+", "", with_signs(said))
    if _OWNED.fullmatch(text):
        return f"https://github.com/{text}"
    return text if _SECURE_SHELL.fullmatch(text) else url(said)


def host(said: str) -> str | None:
    """Give the name of a machine; None for words that are none."""
    labels = re.split(r"\bdot\b", said.lower())
    if len(labels) > 1:  # "one nine two dot …" is an address, "server two" a name
        said = ".".join(map(_digits, labels))
    text = re.sub(r"\s+", "", with_signs(said)).lower()
    return text if _NAME.fullmatch(text) else None


def _digits(label: str) -> str:
    """Write a part of an address that is said in numbers: "one six eight", "twenty"."""
    words = label.split()
    if words and all(word in _DIGITS for word in words):
        return "".join(_DIGITS[word] for word in words)
    number = spoken.integer(label.strip())
    return label.strip() if number is None else str(number)


def email(said: str) -> str | None:
    """Give the e-mail address that is said; None for words that are none.

    A name stays a name: "anna at work" is somebody in a list of contacts.
    """
    for words, sign in _MAIL_WORDS.items():
        said = re.sub(words, sign, said, flags=re.IGNORECASE)
    text = re.sub(r"\s+", "", with_signs(said, _MAILED)).lower()
    return text if len(text) <= _LONGEST_MAIL and _MAIL.fullmatch(text) else None


def spelt(said: str) -> str:
    """Write a name that has no blanks, such as that of a branch or a container."""
    return re.sub(r"\s+", "-", with_signs(said))


def bucket(said: str) -> str | None:
    """Give the address of an object in S3; None for words that are none."""
    text = re.sub(r"\s+", "", with_signs(said))
    return text if re.fullmatch(r"s3://[\w.*?/@+=~-]+", text) else None


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
