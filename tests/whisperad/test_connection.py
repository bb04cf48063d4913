"""One connection: any bytes in any pieces, replies in order, and an end with a reason."""

import asyncio
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.whisperad.echo_host import LINE_BYTES, EchoHost, Reader, Talk, Writer, send


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
        sending = asyncio.create_task(send(writer, line * lines))
        await asyncio.sleep(0.5)
        held_up = len(host.answered)
        assert held_up < lines / 4
        received = 0
        while received < lines * len(line):
            received += len(await reader.read(1_000_000))
        await sending
        assert len(host.answered) == lines

    talk(say)


def test_a_client_that_sends_much_does_not_keep_the_others_waiting(
    talk: Callable[[Talk], None], short_dir: Path
) -> None:
    async def say(host: EchoHost, reader: Reader, writer: Writer) -> None:
        sending = asyncio.create_task(send(writer, b"much\n" * 100_000))
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
