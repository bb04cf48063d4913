"""The server, from outside: a real daemon process and whatever clients may send."""

import json
import socket
import stat
import time

import pytest

from tests.running import RunningDaemon

INTERPRET = {"type": "interpret", "utterance": "open chrome"}


def test_half_a_line_is_not_a_request(daemon: RunningDaemon) -> None:
    with daemon.client() as client:
        client.send(b'{"type":"sta')
        client.socket.settimeout(0.2)
        with pytest.raises(TimeoutError):
            client.socket.recv(1)
        client.socket.settimeout(8)
        client.send(b'tus","id":1}\n')

        assert client.receive()["id"] == 1


def test_half_a_line_at_the_end_gets_an_error(daemon: RunningDaemon) -> None:
    with daemon.client() as client:
        client.send(b'{"type":"status"}')
        client.socket.shutdown(socket.SHUT_WR)

        reply = client.receive()
        assert (reply["type"], reply["code"]) == ("error", "bad-request")
        assert reply["message"] == "expected a newline, found the end after 17 bytes"
        assert client.at_end()


def test_invalid_utf8_gets_an_error_and_the_end(daemon: RunningDaemon) -> None:
    with daemon.client() as client:
        client.send(b'{"type":"status","id":"\xff"}\n{"type":"status"}\n')

        reply = client.receive()
        assert (reply["type"], reply["code"]) == ("error", "bad-request")
        assert "expected UTF-8" in reply["message"]
        assert client.at_end()


def test_a_line_of_a_mebibyte_gets_an_error_and_the_end(daemon: RunningDaemon) -> None:
    with daemon.client() as client:
        utterance = b'{"type":"interpret","utterance":"' + b"x" * 1_048_576 + b'"}\n'
        client.send(utterance)

        reply = client.receive()
        assert (reply["type"], reply["code"]) == ("error", "too-large")
        assert "at most 65536 bytes" in reply["message"]
        assert client.at_end()


def test_a_line_of_the_largest_size_is_read(daemon: RunningDaemon) -> None:
    with daemon.client() as client:
        blank = 65_536 - len('{"type":"status","id":2}')
        client.send(b'{"type":"status",' + b" " * blank + b'"id":2}\n')

        assert client.receive()["id"] == 2


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({"type": "sing", "id": 5}, "Invalid value 'sing'"),
        ({"type": "status", "id": 5, "verbose": True}, "unknown field `verbose`"),
        ({"type": "interpret", "id": 5}, "missing required field `utterance`"),
        ({"type": "interpret", "id": 5, "utterance": "a" * 10_000}, "found 10000"),
        ({"type": "teach", "id": 5, "utterance": "a", "intent": {}}, '"action"'),
        (
            {"type": "teach", "id": 5, "utterance": "a"},
            "missing required field `intent`",
        ),
        ({"type": "history", "id": 5, "limit": 0}, "Expected `int` >= 1"),
    ],
)
def test_a_bad_request_is_named_and_the_connection_goes_on(
    daemon: RunningDaemon, request_: dict[str, object], message: str
) -> None:
    with daemon.client() as client:
        reply = client.ask(**request_)
        after = client.ask(type="status", id="after")

    assert (reply["type"], reply["code"]) == ("error", "bad-request")
    assert reply["id"] == 5
    assert message in reply["message"]
    assert (after["type"], after["id"]) == ("status", "after")


def test_an_empty_line_is_a_bad_request(daemon: RunningDaemon) -> None:
    with daemon.client() as client:
        client.send(b"\n")

        assert client.receive()["code"] == "bad-request"


def test_another_version_is_refused_and_the_connection_goes_on(
    daemon: RunningDaemon,
) -> None:
    with daemon.client() as client:
        reply = client.ask(type="status", v=2, id=1)

        assert (reply["code"], reply["id"]) == ("bad-version", 1)
        assert client.ask(type="status", v=1)["type"] == "status"


@pytest.mark.parametrize("utterance", ["", "   ", "?!", "\u200b"])
def test_an_utterance_without_a_word_is_no_command(
    daemon: RunningDaemon, utterance: str
) -> None:
    reply = daemon.ask(type="interpret", utterance=utterance)

    assert reply["outcome"] == "none"
    assert reply["intents"] == reply["resolved"] == reply["commands"] == []
    assert reply["timing"]["passes"] == 0


@pytest.mark.parametrize(
    "utterance",
    ["🎉🎉", "öffne 🦊 bitte", "e\u0301", "\U0001f469\u200d\U0001f680", "\0\1"],
)
def test_emoji_and_other_signs_are_answered(
    daemon: RunningDaemon, utterance: str
) -> None:
    reply = daemon.ask(type="interpret", utterance=utterance)

    assert reply["type"] == "interpretation"


def test_the_longest_utterance_is_answered(daemon: RunningDaemon) -> None:
    reply = daemon.ask(type="interpret", utterance="open chrome " * 166)

    assert reply["type"] == "interpretation"


def test_pipelined_requests_are_answered_in_order(daemon: RunningDaemon) -> None:
    lines = []
    for number in range(100):
        kind = INTERPRET if number % 3 else {"type": "status"}
        lines.append(json.dumps({**kind, "id": number}).encode() + b"\n")
    with daemon.client() as client:
        client.send(b"".join(lines))
        client.socket.shutdown(socket.SHUT_WR)
        ids = [client.receive()["id"] for _ in range(100)]

        assert ids == list(range(100))
        assert client.at_end()


@pytest.mark.timeout(60)  # as many answers of a base that is never sure
def test_two_hundred_clients_at_once_are_all_answered(daemon: RunningDaemon) -> None:
    clients = [daemon.client() for _ in range(200)]
    for number, client in enumerate(clients):
        request = {**INTERPRET, "id": number, "timeout_s": 60}
        client.send(json.dumps(request).encode() + b"\n")
    replies = [client.receive() for client in clients]
    clients_seen = daemon.ask(type="status")["clients"]
    for client in clients:
        client.close()

    assert [reply["id"] for reply in replies] == list(range(200))
    assert {reply["type"] for reply in replies} == {"interpretation"}
    assert clients_seen == 201


def test_clients_beyond_the_limit_are_told_so(daemon: RunningDaemon) -> None:
    clients = [daemon.client() for _ in range(256)]
    for client in clients:
        client.send(b'{"type":"status"}\n')
    let_in = [client.receive()["type"] for client in clients]
    with daemon.client() as one_more:
        refused = one_more.receive()
        assert one_more.at_end()
    for client in clients:
        client.close()
    _wait_for_clients(daemon, 1)

    assert set(let_in) == {"status"}
    assert refused["code"] == "overloaded"


def test_a_client_that_leaves_harms_nobody(daemon: RunningDaemon) -> None:
    for cut in (b"", b'{"type":"inter', json.dumps(INTERPRET).encode() + b"\n"):
        for _ in range(20):
            with daemon.client() as client:
                client.send(cut)
    _wait_for_clients(daemon, 1)

    assert daemon.ask(**INTERPRET)["type"] == "interpretation"
    assert daemon.events("internal") == []


def _wait_for_clients(daemon: RunningDaemon, count: int) -> None:
    ends = time.monotonic() + 20
    while daemon.ask(type="status")["clients"] != count:
        assert time.monotonic() < ends
        time.sleep(0.01)


def test_a_deadline_that_passes_is_a_timeout(daemon: RunningDaemon) -> None:
    with daemon.client() as client:
        reply = client.ask(**INTERPRET, timeout_s=1e-9)

        assert (reply["type"], reply["code"]) == ("error", "timeout")
        assert client.ask(**INTERPRET)["type"] == "interpretation"


def test_commands_for_another_system_are_never_run(daemon: RunningDaemon) -> None:
    reply = daemon.ask(**INTERPRET, execute=True)

    assert (reply["type"], reply["code"]) == ("error", "bad-request")
    assert reply["message"] == (
        "this daemon proposes commands for macos; it runs none here"
    )


def test_a_token_nobody_was_given_is_unknown(daemon: RunningDaemon) -> None:
    reply = daemon.ask(type="confirm", token="guess")

    assert (reply["type"], reply["code"]) == ("error", "unknown-token")


def test_the_socket_is_ours_alone(daemon: RunningDaemon) -> None:
    assert stat.S_IMODE(daemon.socket.stat().st_mode) == 0o600
    assert stat.S_IMODE(daemon.socket.parent.stat().st_mode) == 0o700


def test_what_was_said_is_not_in_the_log(daemon: RunningDaemon) -> None:
    daemon.ask(type="interpret", utterance="type my zanzibar password")
    daemon.ask(type="interpret", utterance="zanzibar", cwd="zanzibar")
    daemon.ask(type="zanzibar")

    assert "interpreted" in {event["event"] for event in daemon.events()}
    assert "zanzibar" not in json.dumps(daemon.events())
