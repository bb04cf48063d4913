"""One connection that takes its time: a line that does not end, a client that idles."""

import asyncio
from collections.abc import Callable

from tests.whisperad.echo_host import EchoHost, Reader, Talk, Writer, send


def test_a_line_that_was_begun_has_to_end(talk: Callable[[Talk], None]) -> None:
    async def say(host: EchoHost, reader: Reader, writer: Writer) -> None:
        writer.write(b"first\nseco")
        assert await reader.readline() == b"first\n"
        for byte in b"nd":
            await asyncio.sleep(0.06)
            host.look(10, 10)
            writer.write(bytes([byte]))  # it says something, but comes to no end
        host.look(0.1, 10)
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
        host.look(0.01, 10)
        assert (await reader.readline()).startswith(b"timeout: ")
        for _ in range(5):
            writer.write(b".")
            await asyncio.sleep(0.02)
        host.look(10, 0.09)
        assert await reader.read() == b""

    talk(say)


def test_where_others_wait_a_line_that_does_not_end_costs_the_place(
    talk: Callable[[Talk], None],
) -> None:
    async def say(host: EchoHost, reader: Reader, writer: Writer) -> None:
        writer.write(b"half")
        await asyncio.sleep(0.02)
        host.look(0.01, 10, is_crowded=True)
        assert (await reader.read()).startswith(b"timeout: ")

    talk(say)


def test_who_has_not_ended_a_line_in_time_goes_as_soon_as_others_wait(
    talk: Callable[[Talk], None],
) -> None:
    async def say(host: EchoHost, reader: Reader, writer: Writer) -> None:
        writer.write(b"half")
        await asyncio.sleep(0.02)
        host.look(0.01, 10)
        assert (await reader.readline()).startswith(b"timeout: ")
        host.look(10, 10, is_crowded=True)
        assert await reader.read() == b""

    talk(say)


def test_the_time_for_a_line_begins_with_the_line(talk: Callable[[Talk], None]) -> None:
    async def say(host: EchoHost, reader: Reader, writer: Writer) -> None:
        for _ in range(5):
            writer.write(b"o")
            await asyncio.sleep(0.06)
            host.look(0.3, 10)
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
            host.look(0.0, 10)
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
        host.look(10, 0.0)  # it is owed an answer
        assert await reader.readline() == b"slow\n"
        host.look(10, 10)
        await asyncio.sleep(0.02)
        host.look(10, 0.01)
        assert await reader.read() == b""

    talk(say)


def test_a_client_that_never_reads_its_replies_is_let_go(
    talk: Callable[[Talk], None],
) -> None:
    async def say(host: EchoHost, reader: Reader, writer: Writer) -> None:
        sending = asyncio.create_task(send(writer, (b"x" * 999 + b"\n") * 20_000))
        await asyncio.sleep(0.3)
        host.look(10, 10)
        assert host.clients
        host.look(10, 0.05)
        await asyncio.sleep(0.05)
        assert not host.clients
        sending.cancel()

    talk(say)
