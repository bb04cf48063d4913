"""Requests and replies: what is let in, and what is said of the rest."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from whisperad import protocol
from whisperad.errors import BadRequest, BadVersion
from whisperad.protocol import (
    Actions,
    Confirm,
    ErrorReply,
    Interpret,
    OkReply,
    Reload,
    Status,
)


def test_an_interpret_request_has_the_documented_defaults() -> None:
    request = protocol.decode(b'{"type":"interpret","utterance":"open chrome"}')

    assert request == Interpret(
        id=None,
        v=1,
        utterance="open chrome",
        execute=False,
        cwd=None,
        runs_here=False,
        timeout_s=10.0,
    )


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b'{"type":"status","id":7,"v":1}', Status(id=7)),
        (b'{"type":"status","id":"a"}\r', Status(id="a")),
        (b'{"type":"actions"}', Actions()),
        (b'{"type":"reload"}', Reload(what="all")),
        (b'{"type":"reload","what":"adapter"}', Reload(what="adapter")),
        (b'{"type":"confirm","token":"t"}', Confirm(token="t")),
    ],
)
def test_every_request_is_read(line: bytes, expected: protocol.AnyRequest) -> None:
    assert protocol.decode(line) == expected


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"", "truncated"),
        (b"[]", "Expected `object`, got `array`"),
        (b"open chrome", "malformed"),
        (b"{}", "missing required field `type`"),
        (b'{"type":"sing"}', "Invalid value 'sing' - at `$.type`"),
        (b'{"type":"status","verbose":true}', "unknown field `verbose`"),
        (b'{"type":"status","id":true}', "got `bool` - at `$.id`"),
        (b'{"type":"status","id":1.5}', "got `float` - at `$.id`"),
        (b'{"type":"status","id":99999999999999999999}', "$.id"),
        (b'{"type":"status","v":"1"}', "$.v"),
        (b'{"type":"interpret"}', "missing required field `utterance`"),
        (b'{"type":"interpret","utterance":5}', "$.utterance"),
        (b'{"type":"interpret","utterance":"a","timeout_s":0}', "$.timeout_s"),
        (b'{"type":"interpret","utterance":"a","timeout_s":1e9}', "$.timeout_s"),
        (b'{"type":"interpret","utterance":"a","execute":1}', "$.execute"),
        (b'{"type":"interpret","utterance":"a","cwd":"src"}', 'path, found "src"'),
        (b'{"type":"interpret","utterance":"a","cwd":"/\\u0000"}', "absolute path"),
        (b'{"type":"reload","what":"everything"}', "$.what"),
        (b'{"x":' + b"[" * 60_000, "recursion"),
    ],
)
def test_a_request_that_does_not_fit_says_why(line: bytes, message: str) -> None:
    with pytest.raises(BadRequest) as caught:
        protocol.decode(line)

    assert message in str(caught.value)


def test_an_utterance_of_ten_thousand_characters_is_refused_with_its_length() -> None:
    line = b'{"type":"interpret","utterance":"' + b"x" * 10_000 + b'"}'

    with pytest.raises(BadRequest) as caught:
        protocol.decode(line)

    assert str(caught.value) == (
        "utterance: expected at most 2000 characters, found 10000"
    )


@pytest.mark.parametrize(
    "line",
    [
        b'{"type":"status","v":2}',
        b'{"type":"dance","v":2,"style":"tango"}',
        b'{"type":"status","v":0}',
    ],
)
def test_another_version_is_told_so_whatever_else_it_says(line: bytes) -> None:
    with pytest.raises(BadVersion) as caught:
        protocol.decode(line)

    assert str(caught.value).startswith("expected version 1 of the protocol, found ")


@pytest.mark.parametrize(
    ("line", "id_"),
    [
        (b'{"type":"sing","id":7}', 7),
        (b'{"id":"a","x":[1]}', "a"),
        (b'{"type":"status","id":[1]}', None),
        (b'{"type":"status"}', None),
        (b"no json", None),
        (b'{"x":' + b"[" * 60_000, None),
    ],
)
def test_the_id_of_a_broken_request_is_still_found(line: bytes, id_: object) -> None:
    assert protocol.id_of(line) == id_


@given(st.binary())
def test_any_bytes_are_a_request_or_a_bad_request(line: bytes) -> None:
    try:
        request = protocol.decode(line)
    except BadRequest:
        request = None

    assert request is None or request.v == 1
    protocol.encode(ErrorReply(id=protocol.id_of(line), code="x", message="y"))


@given(st.text(), st.booleans(), st.integers(-(2**63), 2**63 - 1) | st.text())
def test_a_request_survives_its_line(
    utterance: str, here: bool, id_: int | str
) -> None:
    request = Interpret(id=id_, utterance=utterance[:2000], runs_here=here)
    line = msgspec.json.encode(request)

    assert protocol.decode(line) == request


def test_a_reply_is_one_line_with_its_type_first() -> None:
    line = protocol.encode(OkReply(id=3, adapter=None, catalogue_hash="ab\n"))

    assert line == (b'{"type":"ok","id":3,"adapter":null,"catalogue_hash":"ab\\n"}\n')


def test_a_name_that_is_no_text_does_not_cost_the_reply() -> None:
    line = protocol.encode(ErrorReply(id="ü", code="bad-config", message="/a\udcff"))

    assert json.loads(line) == {
        "type": "error",
        "id": "ü",
        "code": "bad-config",
        "message": "/a?",
    }


def test_what_was_sent_does_not_all_come_back() -> None:
    with pytest.raises(BadRequest) as caught:
        protocol.decode(b'{"type":"' + b"x" * 60_000 + b'"}')

    assert str(caught.value).endswith("x' - at `$.type`")
    assert len(str(caught.value)) < 300
