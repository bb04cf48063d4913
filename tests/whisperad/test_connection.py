"""One connection: any bytes in any pieces, replies in order, and an end with a reason.

The host here answers each line with itself, over a real socket.
"""

import asyncio
import time
import tracemalloc
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
import uvloop
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from whisperad.connection import Connection
from whisperad.errors import WhisperaError

LINE_BYTES = 1000

Reader = asyncio.StreamReader
Writer = asyncio.StreamWriter


class EchoHost:
    """Answers a line with the line, slowly if it says so, and an error with its code."""

    def __init__(self) -> None:
        self.clients: set[Connection] = set()
        self.answered: list[bytes] = []

    def connection(self) -> Connection:
        made = Connection(self, LINE_BYTES)
        self.clients.add(made)
        return made

    def closed(self, connection: Connection) -> None:
        self.clients.remove(connection)

    async def answer(self, item: bytes | WhisperaError, received: float) -> bytes:
        if isinstance(item, WhisperaError):
            return f"{item.code}: {item}\n".encode()
        if item.startswith(b"slow"):
            await asyncio.sleep(0.05)
        self.answered.append(item)
        return item + b"\n"


Talk = Callable[[EchoHost, Reader, Writer], Awaitable[None]]


@pytest.fixture
def talk(short_dir: Path) -> Callable[[Talk], None]:
    """Give a function that runs a conversation with an echo host."""

    async def conversation(say: Talk) -> None:
        host = EchoHost()
        path = short_dir / "w.sock"
        server = await asyncio.get_running_loop().create_unix_server(
            host.connection, path
        )
        reader, writer = await asyncio.open_unix_connection(path)
        try:
            await say(host, reader, writer)
        finally:
            writer.close()
            server.close()
            path.unlink(missing_ok=True)
        async with asyncio.timeout(3):
            while host.clients:
                await asyncio.sleep(0.001)

    return lambda say: uvloop.run(conversation(say))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(
    lines=st.lists(
        st.text(st.characters(codec="utf-8", exclude_characters="\n")), max_size=40
    ),
    cuts=st.lists(st.integers(1, 30)),
)
def test_lines_are_answered_in_order_however_they_are_cut(
    talk: Callable[[Talk], None], lines: list[str], cuts: list[int]
) -> None:
    sent = "".join(line[:200] + "\n" for line in lines).encode()

    async def say(host: EchoHost, reader: Reader, writer: Writer) -> None:
        rest = sent
        for cut in cuts:
            writer.write(rest[:cut])
            rest = rest[cut:]
            await asyncio.sleep(0)
        writer.write(rest)
        writer.write_eof()
        assert await reader.read() == sent

    talk(say)


def test_a_slow_answer_keeps_its_place(talk: Callable[[Talk], None]) -> None:
    async def say(host: EchoHost, reader: Reader, writer: Writer) -> None:
        writer.write(b"slow 1\n2\nslow 3\n4\n")
        writer.write_eof()
        assert await reader.read() == b"slow 1\n2\nslow 3\n4\n"

    talk(say)


def test_half_a_line_is_not_a_line(talk: Callable[[Talk], None]) -> None:
    async def say(host: EchoHost, reader: Reader, writer: Writer) -> None:
        writer.write(b"op")
        await asyncio.sleep(0.05)
        assert host.answered == []
        writer.write(b"en\n")
        assert await reader.readline() == b"open\n"

    talk(say)


def test_a_line_that_never_ends_is_answered_with_an_error_at_the_end(
    talk: Callable[[Talk], None],
) -> None:
    async def say(host: EchoHost, reader: Reader, writer: Writer) -> None:
        writer.write(b"first\nsecond")
        writer.write_eof()
        assert await reader.read() == (
            b"first\nbad-request: expected a newline, found the end after 6 bytes\n"
        )
        assert host.answered == [b"first"]

    talk(say)


def test_the_longest_line_is_answered(talk: Callable[[Talk], None]) -> None:
    async def say(host: EchoHost, reader: Reader, writer: Writer) -> None:
        writer.write(b"x" * LINE_BYTES + b"\n")
        assert await reader.readline() == b"x" * LINE_BYTES + b"\n"

    talk(say)


@pytest.mark.parametrize("end", [b"\n", b""], ids=["ended", "endless"])
def test_a_longer_line_ends_the_connection_after_all_before_it(
    talk: Callable[[Talk], None], end: bytes
) -> None:
    async def say(host: EchoHost, reader: Reader, writer: Writer) -> None:
        writer.write(b"slow 1\n" + b"x" * (LINE_BYTES + 1) + end)
        assert await reader.read() == (
            b"slow 1\ntoo-large: expected lines of at most 1000 bytes, found more\n"
        )

    talk(say)


def test_a_client_that_sends_far_too_much_still_learns_why(
    talk: Callable[[Talk], None],
) -> None:
    async def say(host: EchoHost, reader: Reader, writer: Writer) -> None:
        writer.write(b"x" * 1_048_576 + b"\nunheard\n")
        await writer.drain()
        assert (await reader.read()).startswith(b"too-large: ")
        assert host.answered == []

    talk(say)


def test_invalid_utf8_ends_the_connection_after_all_before_it(
    talk: Callable[[Talk], None],
) -> None:
    async def say(host: EchoHost, reader: Reader, writer: Writer) -> None:
        writer.write(b"caf\xc3\xa9\nna\xefve\nunheard\n")
        assert await reader.read() == (
            b"caf\xc3\xa9\n"
            b"bad-request: expected UTF-8, found other bytes at 2 of a line\n"
        )
        assert host.answered == [b"caf\xc3\xa9"]

    talk(say)


def test_what_a_client_asked_for_before_it_left_is_still_done(
    talk: Callable[[Talk], None],
) -> None:
    async def say(host: EchoHost, reader: Reader, writer: Writer) -> None:
        writer.write(b"slow 1\nslow 2\n3\n")
        await writer.drain()
        await asyncio.sleep(0.01)
        writer.transport.abort()
        await asyncio.sleep(0.2)
        assert host.answered == [b"slow 1", b"slow 2", b"3"]

    talk(say)


def test_a_client_that_reads_nothing_does_not_fill_our_memory(
    talk: Callable[[Talk], None],
) -> None:
    lines = 20_000
    line = b"x" * 999 + b"\n"

    async def say(host: EchoHost, reader: Reader, writer: Writer) -> None:
        sending = asyncio.create_task(_send(writer, line * lines))
        await asyncio.sleep(0.5)
        held_up = len(host.answered)
        assert held_up < lines / 4
        received = 0
        while received < lines * len(line):
            received += len(await reader.read(1_000_000))
        await sending
        assert len(host.answered) == lines

    talk(say)


async def _send(writer: Writer, data: bytes) -> None:
    writer.write(data)
    await writer.drain()


def test_a_client_that_sends_much_does_not_keep_the_others_waiting(
    talk: Callable[[Talk], None], short_dir: Path
) -> None:
    async def say(host: EchoHost, reader: Reader, writer: Writer) -> None:
        sending = asyncio.create_task(_send(writer, b"much\n" * 100_000))
        reading = asyncio.create_task(reader.readexactly(500_000))
        while not host.answered:
            await asyncio.sleep(0)
        other, out = await asyncio.open_unix_connection(short_dir / "w.sock")
        out.write(b"little\n")
        answer = await other.readline()
        before = len(host.answered)
        out.close()
        await asyncio.gather(sending, reading)

        assert answer == b"little\n"
        assert before < 1_000

    talk(say)


def test_the_shortest_lines_do_not_fill_our_memory(
    talk: Callable[[Talk], None],
) -> None:
    async def say(host: EchoHost, reader: Reader, writer: Writer) -> None:
        writer.write(b"slow\n" + b"\n" * 1_000_000)
        await asyncio.sleep(0.02)
        held, _ = tracemalloc.get_traced_memory()
        writer.transport.abort()

        assert held < 2_500_000  # of which the client's own are one million

    tracemalloc.start()
    try:
        talk(say)
    finally:
        tracemalloc.stop()


def test_finishing_answers_what_was_accepted_and_hears_nothing_more(
    talk: Callable[[Talk], None],
) -> None:
    async def say(host: EchoHost, reader: Reader, writer: Writer) -> None:
        writer.write(b"slow 1\n2\nhalf")
        await asyncio.sleep(0.02)
        for connection in host.clients:
            connection.finish()
        writer.write(b"unheard\n")
        assert await reader.read() == b"slow 1\n2\n"

    talk(say)


def test_aborting_breaks_off_at_once(talk: Callable[[Talk], None]) -> None:
    async def say(host: EchoHost, reader: Reader, writer: Writer) -> None:
        writer.write(b"slow 1\n2\n")
        await asyncio.sleep(0.02)
        for connection in tuple(host.clients):
            connection.abort()
        assert await reader.read() == b""
        await asyncio.sleep(0.1)
        assert host.answered == []

    talk(say)


def _look(
    host: EchoHost, read_s: float, idle_s: float, *, is_crowded: bool = False
) -> None:
    now = time.monotonic()
    for connection in tuple(host.clients):
        connection.look(now, read_s, idle_s, is_crowded=is_crowded)


def test_a_line_that_was_begun_has_to_end(talk: Callable[[Talk], None]) -> None:
    async def say(host: EchoHost, reader: Reader, writer: Writer) -> None:
        writer.write(b"first\nseco")
        assert await reader.readline() == b"first\n"
        for byte in b"nd":
            await asyncio.sleep(0.06)
            _look(host, 10, 10)
            writer.write(bytes([byte]))  # it says something, but comes to no end
        _look(host, 0.1, 10)
        assert await reader.readline() == (
            b"timeout: expected the end of a line within 0.1 s, found 5 bytes without"
            b" one\n"
        )
        writer.write(b" of it\nthird\n")  # the rest belongs to no line
        assert await reader.readline() == b"third\n"

    talk(say)


def test_who_never_ends_a_line_is_idle(talk: Callable[[Talk], None]) -> None:
    async def say(host: EchoHost, reader: Reader, writer: Writer) -> None:
        writer.write(b"half")
        await asyncio.sleep(0.02)
        _look(host, 0.01, 10)
        assert (await reader.readline()).startswith(b"timeout: ")
        for _ in range(5):
            writer.write(b".")
            await asyncio.sleep(0.02)
        _look(host, 10, 0.09)
        assert await reader.read() == b""

    talk(say)


def test_where_others_wait_a_line_that_does_not_end_costs_the_place(
    talk: Callable[[Talk], None],
) -> None:
    async def say(host: EchoHost, reader: Reader, writer: Writer) -> None:
        writer.write(b"half")
        await asyncio.sleep(0.02)
        _look(host, 0.01, 10, is_crowded=True)
        assert (await reader.read()).startswith(b"timeout: ")

    talk(say)


def test_who_has_not_ended_a_line_in_time_goes_as_soon_as_others_wait(
    talk: Callable[[Talk], None],
) -> None:
    async def say(host: EchoHost, reader: Reader, writer: Writer) -> None:
        writer.write(b"half")
        await asyncio.sleep(0.02)
        _look(host, 0.01, 10)
        assert (await reader.readline()).startswith(b"timeout: ")
        _look(host, 10, 10, is_crowded=True)
        assert await reader.read() == b""

    talk(say)


def test_the_time_for_a_line_begins_with_the_line(talk: Callable[[Talk], None]) -> None:
    async def say(host: EchoHost, reader: Reader, writer: Writer) -> None:
        for _ in range(5):
            writer.write(b"o")
            await asyncio.sleep(0.06)
            _look(host, 0.3, 10)
            writer.write(b"k\n")
            assert await reader.readline() == b"ok\n"

    talk(say)


def test_who_is_not_read_has_all_the_time_for_a_line(
    talk: Callable[[Talk], None],
) -> None:
    many = 2000

    async def say(host: EchoHost, reader: Reader, writer: Writer) -> None:
        writer.write(b"slow and long enough\n" * many + b"half")
        for _ in range(20):
            await reader.readline()
            _look(host, 0.0, 10)
        assert not any(b"timeout" in line for line in host.answered)
        writer.transport.abort()
        for connection in tuple(host.clients):
            connection.abort()

    talk(say)


def test_a_client_that_asks_nothing_is_closed_without_a_word(
    talk: Callable[[Talk], None],
) -> None:
    async def say(host: EchoHost, reader: Reader, writer: Writer) -> None:
        writer.write(b"slow\n")
        await asyncio.sleep(0.02)
        _look(host, 10, 0.0)  # it is owed an answer
        assert await reader.readline() == b"slow\n"
        _look(host, 10, 10)
        await asyncio.sleep(0.02)
        _look(host, 10, 0.01)
        assert await reader.read() == b""

    talk(say)


def test_a_client_that_never_reads_its_replies_is_let_go(
    talk: Callable[[Talk], None],
) -> None:
    async def say(host: EchoHost, reader: Reader, writer: Writer) -> None:
        sending = asyncio.create_task(_send(writer, (b"x" * 999 + b"\n") * 20_000))
        await asyncio.sleep(0.3)
        _look(host, 10, 10)
        assert host.clients
        _look(host, 10, 0.05)
        await asyncio.sleep(0.05)
        assert not host.clients
        sending.cancel()

    talk(say)
