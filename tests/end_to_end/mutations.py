"""Lines for `fuzz.py`: valid requests of every type, broken, and those that were kept."""

import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from tests.running import Message
from whisperad import protocol
from whisperad.errors import WhisperaError
from whisperad.wire import MAX_LINE_BYTES

CORPUS = Path(__file__).with_name("corpus")

MUTE: Message = {"action": "mute_volume"}
END: Message = {"action": "process_kill_name", "process": "zeppelin"}
# What is slow to answer comes rarely: a reload reads every file.
VALID: tuple[tuple[int, Message], ...] = (
    (8, {"type": "interpret", "utterance": "open chrome", "execute": False}),
    (4, {"type": "interpret", "utterance": "hush", "cwd": "/", "timeout_s": 5}),
    (2, {"type": "explain", "utterance": "set the volume to fifty percent"}),
    (10, {"type": "confirm", "token": "a1b2c3", "runs_here": True}),
    (2, {"type": "teach", "utterance": "hush", "intent": MUTE}),
    (1, {"type": "teach", "utterance": "hush now", "intent": [MUTE, MUTE]}),
    (10, {"type": "taught"}),
    (3, {"type": "forget", "utterance": "hush"}),
    (6, {"type": "history", "limit": 3}),
    (1, {"type": "clear_history"}),
    (1, {"type": "actions"}),
    (30, {"type": "status", "id": 7, "v": 1}),
)
# Where all programs are stand-ins: what runs at once, and what is asked about before.
EXECUTED: tuple[tuple[int, Message], ...] = (
    *VALID,
    (2, {"type": "teach", "utterance": "end zeppelin", "intent": END}),
    (6, {"type": "interpret", "utterance": "end zeppelin", "runs_here": True}),
)
RELOADS = ({"type": "reload", "what": "config"}, {"type": "reload", "what": "adapter"})
RELOAD_EVERY = 2000  # lines, on average

_WORDS = (
    "open close the a chrome mute sound volume fifty percent and then not 5 -1 1e9 ~ .. "
    "set timer ten minutes text mum i'm late remind me ÄÖÜß é 你好 🎉 \u200b \u202e \ud800 "
    "' \" \\ `id` $(id) ; | & > -rf -- {target} <start> [up] (a|b) %s \x00 \x1b[31m \r \t"
).split(" ")
_VALUES: tuple[object, ...] = (
    *(None, True, False, 0, -1, 1, 2, 0.5, -0.0, 1e308, 2**63, -(2**63) - 1, 10**400),
    *("", " ", "\0", "x" * 300, "/", "/proc/self", "../..", "1", "\ud800", "🎉"),
    *([], [[]], {}, {"": ""}, [MUTE] * 9, {"action": "none"}, {"action": 1}, ["all"]),
)


class Case(msgspec.Struct, frozen=True):
    """Bytes that once broke something, or might; each byte is one character."""

    why: str
    data: str
    times: int = 1
    end: str = "\n"

    def bytes(self) -> bytes:
        """Give what is sent."""
        return (self.data * self.times + self.end).encode("latin-1")


def corpus() -> Iterator[Case]:
    """Give every case that was kept."""
    for file in sorted(CORPUS.glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            yield msgspec.json.decode(line, type=Case)


Change = Callable[[random.Random, Message], None]
Damage = Callable[[random.Random, bytes], bytes]


def line(draw: random.Random, *, executes: bool = False) -> bytes:
    """Make up a line: a request, mostly changed, and often damaged after that."""
    if draw.random() < 1 / RELOAD_EVERY:
        return json.dumps(draw.choice(RELOADS)).encode()
    weights, requests = zip(*(EXECUTED if executes else VALID), strict=True)
    request = dict(draw.choices(requests, weights)[0])
    if executes and request["type"] == "interpret":
        request["execute"] = draw.random() < 0.8
    for _ in range(draw.choice((0, 1, 1, 2))):
        draw.choice(_CHANGES)(draw, request)
    text = json.dumps(request, ensure_ascii=draw.random() < 0.5)
    data = text.encode("utf-8", "surrogatepass" if draw.random() < 0.02 else "replace")
    if draw.random() < 0.4:
        damages, weights = zip(*_DAMAGES, strict=True)
        data = draw.choices(damages, weights)[0](draw, data)
    return data


def harmless(data: bytes) -> bytes:
    """Put something else in the place of lines that would have something executed."""
    return b"\n".join(b"{}" if _executes(line) else line for line in data.split(b"\n"))


def _executes(line: bytes) -> bool:
    try:
        request = protocol.decode(line)
    except (WhisperaError, UnicodeDecodeError):
        return False
    return isinstance(request, protocol.Interpret) and request.execute


def _drop(draw: random.Random, request: Message) -> None:
    if request:
        del request[draw.choice(list(request))]


def _retype(draw: random.Random, request: Message) -> None:
    if request:
        request[draw.choice(list(request))] = draw.choice(_VALUES)


def _add(draw: random.Random, request: Message) -> None:
    name = draw.choice(("id", "v", "execute", "timeout_s", "cwd", "nobody_knows", ""))
    request[name] = draw.choice(_VALUES)


def _say(draw: random.Random, request: Message) -> None:
    words = draw.choices(_WORDS, k=draw.choice((1, 2, 3, 5, 8)))
    if draw.random() < 0.02:
        words *= draw.choice((50, 400))
    request["utterance"] = draw.choice((" ", " ", " ", "", "\n")).join(words)


def _rename(draw: random.Random, request: Message) -> None:
    request["type"] = draw.choice(("sing", "Interpret", "", "error", "ok", *_TYPES))


def _mean(draw: random.Random, request: Message) -> None:
    names = ("action", "target", "level", "", "duration", "x" * 99)
    intent = {draw.choice(names): draw.choice(_VALUES) for _ in range(3)}
    request["intent"] = draw.choice((intent, [intent], [intent] * 50))


def _flip(draw: random.Random, data: bytes) -> bytes:
    damaged = bytearray(data or b" ")
    for _ in range(draw.choice((1, 1, 2, 8))):
        damaged[draw.randrange(len(damaged))] ^= 1 << draw.randrange(7)
    return bytes(damaged)


def _not_text(draw: random.Random, data: bytes) -> bytes:
    at = draw.randrange(len(data) + 1)
    return data[:at] + draw.choice((b"\xff", b"\xc0\x80", b"\xf5")) + data[at:]


def _cut(draw: random.Random, data: bytes) -> bytes:
    return data[: draw.randrange(len(data) + 1)]


def _double(draw: random.Random, data: bytes) -> bytes:
    """Give fields twice, or two requests on a line."""
    return draw.choice((data + data, data.rstrip(b"}") + b"," + data.lstrip(b"{")))


def _nest(draw: random.Random, data: bytes) -> bytes:
    deep = draw.choice((10, 500, 2000, 20_000))
    opened, closed = draw.choice(((b"[", b"]"), (b'{"a":', b"}")))
    inner = opened * min(deep, 10_000) + b"1" + closed * min(deep, 10_000)
    return draw.choice(
        (inner, b'{"type":"teach","utterance":"a","intent":' + inner + b"}")
    )


def _count(draw: random.Random, data: bytes) -> bytes:
    number = draw.choice((b"9" * 400, b"1e400", b"-1e-400", b"1" + b"0" * 5000, b"NaN"))
    return b'{"type":"status","id":' + number + b',"v":' + number + b"}"


def _empty(draw: random.Random, data: bytes) -> bytes:
    return draw.choice(
        (b"", b" ", b"\r", b"\0", b"null", b"[]", b"{}", b"\xef\xbb\xbf{}")
    )


def _lengthen(draw: random.Random, data: bytes) -> bytes:
    """Give a line of about the greatest length, within it or beyond."""
    size = MAX_LINE_BYTES + draw.choice((-1, 0, 1, 100, MAX_LINE_BYTES))
    return data[:1] + b" " * (size - len(data)) + data[1:]


def _noise(draw: random.Random, data: bytes) -> bytes:
    return draw.randbytes(draw.choice((1, 10, 200)))


_TYPES = sorted({str(request["type"]) for _, request in VALID})
_CHANGES: tuple[Change, ...] = (_drop, _retype, _retype, _add, _say, _rename, _mean)
# The heavy ones are few: a line of 64 KiB is as much to read as hundreds of others.
_DAMAGES: tuple[tuple[Damage, float], ...] = (
    (_flip, 10),
    (_not_text, 0.3),
    (_cut, 4),
    (_double, 4),
    (_nest, 0.5),
    (_count, 1),
    (_empty, 4),
    (_lengthen, 0.2),
    (_noise, 0.5),
)
