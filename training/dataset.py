"""Dataset files: examples as JSON lines, in the form of chats, as mlx-lm reads them."""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from whisperad.errors import BadConfig
from whisperad.intent import Intent
from whisperad.prompt import END, render_completion


class Example(msgspec.Struct, frozen=True):
    """An utterance and what it means."""

    utterance: str
    intents: tuple[Intent, ...]
    template: str

    def row(self) -> dict[str, list[dict[str, str]]]:
        """Give the example in the form of a chat, as mlx-lm reads it."""
        answer = render_completion(self.intents).removesuffix(END)
        return {
            "messages": [
                {"role": "user", "content": self.utterance},
                {"role": "assistant", "content": answer},
            ]
        }


class _Message(msgspec.Struct, frozen=True):
    role: str
    content: str


class _Row(msgspec.Struct, frozen=True):
    messages: list[_Message]


def read_rows(path: Path) -> Iterator[tuple[str, str]]:
    """Give utterance and completion text of each row of a dataset file.

    Raises `BadConfig` if a row is not one of ours.
    """
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                row = msgspec.json.decode(line, type=_Row)
                user, assistant = row.messages
            except (msgspec.DecodeError, ValueError) as error:
                raise BadConfig((f"{path}:{number}: {error}",)) from error
            yield user.content, assistant.content + END


def write(examples: Iterable[Example], path: Path) -> str:
    """Write examples as JSON lines; give the file's SHA-256 in hexadecimal."""
    digest = hashlib.sha256()
    partial = path.with_suffix(".partial")
    with partial.open("wb") as file:
        for example in examples:
            line = msgspec.json.encode(example.row()) + b"\n"
            digest.update(line)
            file.write(line)
    partial.replace(path)
    return digest.hexdigest()
