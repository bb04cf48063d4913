"""Transcripts: what is typed at a terminal, and what is seen there.

    # What this is about.
    > config/whispera_config.json
    | {"apps": {"myapp": "My Application"}}
    $ export WHISPERA_PLATFORM=macos
    $ w -
    < launch myapp
    open -a 'My Application'
    $ w "who wrote faust"
    not a command: ...
    ? 3

`> FILE` and `| LINE` write a file in the home, `< LINE` is what a command reads. What
follows is all it shows; `...` stands for anything in a line, and for any lines when it
is a line. `? CODE` is the exit code where it is not 0.
"""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import msgspec

OPEN = "..."  # what a transcript leaves open


class Write(msgspec.Struct, frozen=True):
    """A file that is written in the home."""

    path: str
    text: str


class Command(msgspec.Struct, frozen=True):
    """A command line, and what is expected of it."""

    line: int  # where it stands
    argv: tuple[str, ...]
    stdin: str
    shown: tuple[str, ...]
    code: int

    def accepts(self, shown: str) -> bool:
        """Tell whether this is what was expected to be shown."""
        pattern = "".join(map(_pattern, self.shown))
        return (
            re.fullmatch(pattern, shown.rstrip("\n") + "\n" * bool(shown)) is not None
        )


def read(path: Path) -> Iterator[Write | Command]:
    """Read a transcript step by step."""
    lines = path.read_text(encoding="utf-8").splitlines()
    starts = [n for n, line in enumerate(lines) if line[:2] in {"$ ", "> "}]
    assert all(line[:2] in {"", "# "} for line in lines[: starts[0]]), path
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        below = [line for line in lines[start + 1 : end] if line[:2] not in {"", "# "}]
        if lines[start].startswith("> "):
            assert all(line[:2] in {"| ", "|"} for line in below), f"{path}:{start + 1}"
            text = "".join(f"{line[2:]}\n" for line in below)
            yield Write(lines[start][2:], text)
        else:
            yield _command(start + 1, lines[start][2:], below)


def _command(number: int, line: str, below: list[str]) -> Command:
    codes = [int(text[2:]) for text in below if text.startswith("? ")]
    return Command(
        number,
        tuple(shlex.split(line)),
        "".join(f"{text[2:]}\n" for text in below if text[:2] in {"< ", "<"}),
        tuple(text for text in below if text[:2] not in {"< ", "<", "? "}),
        codes[0] if codes else 0,
    )


def _pattern(line: str) -> str:
    if line == OPEN:
        return r"(?:.*\n)*"
    return ".*".join(map(re.escape, line.split(OPEN))) + r"\n"
