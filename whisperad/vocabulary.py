"""A tokenizer as we and llguidance see it."""

from llguidance import LLTokenizer
from tokenizers import Tokenizer

from whisperad.errors import BadAdapter
from whisperad.prompt import CLOSING, END, SPECIAL_TOKENS
from whisperad.spans import Tokens

_ANY_TEXT = '{"action":"a b  c"} é\N{GRINNING FACE}'


class Vocabulary:
    """A tokenizer as we and llguidance see it."""

    def __init__(self, text: str) -> None:
        """Take the content of a `tokenizer.json`. Raises `BadAdapter`."""
        try:
            self._tokenizer = Tokenizer.from_str(text)
        except Exception as error:  # tokenizers raises nothing narrower
            raise BadAdapter(f"tokenizer.json: {error}") from error
        for special in SPECIAL_TOKENS:
            if len(self.encode(special)) != 1:
                raise BadAdapter(f'tokenizer.json: "{special}" is not one token')
        if self.decode(self.encode(_ANY_TEXT)) != _ANY_TEXT:
            raise BadAdapter("tokenizer.json: it does not give back what it was given")
        self.size = self._tokenizer.get_vocab_size()
        self.end = self.encode(END)[0]
        self.closing = self.encode(CLOSING)[0]
        # No slices: they speed up free text, and no grammar of ours has any.
        try:
            self.matching = LLTokenizer(text, eos_token=self.end, slices=[])
        except ValueError as error:
            raise BadAdapter(f"tokenizer.json: {error}") from error
        decoded = self.matching.decode_bytes
        self.tokens = Tokens({decoded([t]): t for t in range(self.size)})

    def encode(self, text: str) -> list[int]:
        """Cut a text into tokens."""
        return self._tokenizer.encode(text, add_special_tokens=False).ids

    def decode(self, tokens: list[int]) -> str:
        """Join tokens to a text, special ones too."""
        return self._tokenizer.decode(tokens, skip_special_tokens=False)
