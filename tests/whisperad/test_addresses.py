"""Spoken addresses, and what is refused as one."""

import pytest

from whisperad import addresses
from whisperad.errors import CannotRun


@pytest.mark.parametrize(
    ("said", "url"),
    [
        ("github dot com", "https://github.com/"),
        ("GitHub.com/Torvalds", "https://github.com/Torvalds"),
        ("you tube dot com slash watch?v=dQw4", "https://youtube.com/watch?v=dQw4"),
        ("bbc dot co dot uk", "https://bbc.co.uk/"),
        ("http colon slash slash example.org", "http://example.org/"),
        ("localhost port three thousand", "http://localhost:3000/"),
        ("localhost colon 8080", "http://localhost:8080/"),
        ("192.168.1.1", "http://192.168.1.1/"),
        ("münchen.de/straße", "https://münchen.de/stra%C3%9Fe"),
        ("example.com/<script>", "https://example.com/%3Cscript%3E"),
    ],
)
def test_an_address_is_read(said: str, url: str) -> None:
    assert addresses.url(said) == url


@pytest.mark.parametrize(
    "said", ["foozle", "hacker news", "-rf", "example..com", "localhost:99999", "a b.c"]
)
def test_other_words_are_no_address(said: str) -> None:
    assert addresses.url(said) is None


@pytest.mark.parametrize(
    "said", ["file:///etc/passwd", "javascript:alert(1)", "x-apple.systempreferences:x"]
)
def test_only_the_web_is_opened(said: str) -> None:
    with pytest.raises(CannotRun, match="expected http or https"):
        addresses.url(said)


def test_a_site_without_a_search_is_searched_by_an_engine() -> None:
    own = "https://a.example/?q={query}"

    assert addresses.search(own, "", "salt & pepper/x") == (
        "https://a.example/?q=salt%20%26%20pepper%2Fx"
    )
    assert addresses.search(None, "https://a.example/x", "salt") == (
        "https://www.google.com/search?q=site%3Aa.example%20salt"
    )


def test_a_users_site_must_be_of_the_web() -> None:
    with pytest.raises(CannotRun, match="no web address"):
        addresses.checked("file:///etc/passwd")


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("git@github.com:a/b.git", "git@github.com:a/b.git"),
        ("ssh://git@host.example/a", "ssh://git@host.example/a"),
        ("github dot com slash a slash b", "https://github.com/a/b"),
        ("--upload-pack=touch x", None),
        ("ext::sh -c id", None),
    ],
)
def test_what_can_be_cloned(said: str, found: str | None) -> None:
    try:
        address = addresses.repository(said)
    except CannotRun:
        address = None

    assert address == found


@pytest.mark.parametrize(
    ("said", "host"),
    [
        ("raspberry pi dot local", "raspberrypi.local"),
        ("anna at server", "anna@server"),
        ("8.8.8.8", "8.8.8.8"),
        ("-oProxyCommand=x", None),
        ("a;b", None),
    ],
)
def test_a_host_is_read(said: str, host: str | None) -> None:
    assert addresses.host(said) == host


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ("john dot smith at gmail dot com", "john.smith@gmail.com"),
        ("info at example dot co dot uk", "info@example.co.uk"),
        ("Anna@Example.com", "anna@example.com"),
        ("anna at example.com", "anna@example.com"),
        ("john smith at gmail dot com", "johnsmith@gmail.com"),
        ("j underscore smith at mail dash host dot org", "j_smith@mail-host.org"),
        ("ada plus news at example dot com", "ada+news@example.com"),
        ("raj at the rate example dot in", "raj@example.in"),
        ("jean point luc at sign exemple point fr", "jean.luc@exemple.fr"),
        ("m.o'brien@example.com", None),
        ("anna", None),
        ("anna at work", None),
        ("my boss", None),
        ("555 0123", None),
        ("dash rf at example dot com", None),
        ("anna at a dot com and ben at b dot com", None),
        ("anna at example dot com?bcc=x@y.z", None),
        ("anna at dot com", None),
        ("anna dot dot x at example dot com", None),
        ("x" * 250 + "@example.com", None),
    ],
)
def test_an_e_mail_address_is_read(said: str, address: str | None) -> None:
    assert addresses.email(said) == address


def test_signs_are_said_as_words() -> None:
    assert addresses.with_signs("Docker dash Compose dot yml") == "Docker-Compose.yml"
    assert addresses.with_signs("dot bashrc") == ".bashrc"
    assert addresses.with_signs("dashboard dotted") == "dashboard dotted"
