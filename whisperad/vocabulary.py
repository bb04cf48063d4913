"""A tokenizer as we and llguidance see it."""

from pathlib import Path

import msgspec

from whisperad.errors import BadAdapter
from whisperad.light import lighten
from whisperad.prompt import CLOSING, END, SPECIAL_TOKENS
from whisperad.spans import Tokens

lighten("llguidance")  # which looks for its own version, among other things

from llguidance._lib import LLTokenizer  # noqa: E402

_ANY_TEXT = '{"action":"a b  c"} é\N{GRINNING FACE}'


class _Added(msgspec.Struct, frozen=True):
    id: int
    content: str


class _File(msgspec.Struct, frozen=True):
    """What we read of a `tokenizer.json` ourselves."""

    added_tokens: tuple[_Added, ...] = ()


class Vocabulary:
    """A tokenizer as we and llguidance see it, read once for both."""

    def __init__(self, text: str) -> None:
        """Take the content of a `tokenizer.json`. Raises `BadAdapter`."""
        try:
            added = msgspec.json.decode(text, type=_File).added_tokens
            special = {token.content: token.id for token in added}
            self.end = special.get(END, 0)
            # No slices: they speed up free text, and no grammar of ours has any.
            self.matching = LLTokenizer(text, eos_token=self.end, slices=[])
        except ValueError as error:  # of msgspec too
            raise BadAdapter(f"tokenizer.json: {error}") from error
        for name in SPECIAL_TOKENS:
            if self.encode(name) != [special.get(name)]:
                raise BadAdapter(f'tokenizer.json: "{name}" is not one token')
        if self.decode(self.encode(_ANY_TEXT)) != _ANY_TEXT:
            raise BadAdapter("tokenizer.json: it does not give back what it was given")
        self.size = self.matching.vocab_size
        self.closing = self.encode(CLOSING)[0]
        decoded = self.matching.decode_bytes
        self.tokens = Tokens({decoded([t]): t for t in range(self.size)})

    def encode(self, text: str) -> list[int]:
        """Cut a text into tokens."""
        return self.matching.tokenize_str(text)

    def decode(self, tokens: list[int]) -> str:
        """Join tokens to a text, special ones too."""
        return self.matching.decode_str(tokens)


def load(file: Path) -> Vocabulary:
    """Read a `tokenizer.json`. Raises `BadAdapter`."""
    try:
        return Vocabulary(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadAdapter(f"{file}: {error.strerror}") from error
    except ValueError as error:
        raise BadAdapter(f"{file}: {error}") from error
