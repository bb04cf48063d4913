"""Utterance -> prompt text; Intent <-> completion text. Made here and nowhere else.

The form is Qwen's ChatML without a system text (Qwen2.5 technical report,
arXiv:2412.15115): training, evaluation and the daemon all render through this module.
"""

import msgspec

from whisperad.intent import Intent
from whisperad.utterance import Utterance

PROMPT_VERSION = 2

PREFIX = "<|im_start|>user\n"  # constant: its KV state is computed once per adapter
SUFFIX = "<|im_end|>\n<|im_start|>assistant\n"
END = "<|im_end|>"
SPECIAL_TOKENS = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")

OPENING = '{"action":"'  # of an answer, up to the action's id
CLOSING = '"}'

# Several commands in one utterance are a list; the first token of an answer says so.
LIST_OPENING = '[{"action":"'
SEPARATOR = '"},{"action":"'
LIST_CLOSING = '"}]'
MAX_INTENTS = 4  # in one utterance


def key(slot: str) -> str:
    """Give what an answer has between the value before and the slot's own."""
    return f'","{slot}":"'


def render(utterance: Utterance) -> str:
    """Give the prompt's text up to where the answer begins."""
    return PREFIX + utterance.text + SUFFIX


def render_completion(intents: tuple[Intent, ...]) -> str:
    """Give the answer's text: compact JSON, a list if there are several, then the end.

    Values are words of a normalised utterance, which need no escapes.
    """
    return "".join(completion_pieces(intents))


def completion_pieces(intents: tuple[Intent, ...]) -> list[str]:
    """Give an answer in the pieces that are cut into tokens one by one.

    Tokens never reach over the edge of a value, whatever the tokenizer would merge, so
    the fixed parts are the same tokens in every answer.
    """
    is_list = len(intents) > 1
    pieces = []
    for number, intent in enumerate(intents):
        pieces += [SEPARATOR if number else LIST_OPENING if is_list else OPENING]
        pieces += [intent.action]
        for slot, value in intent.slots.items():
            pieces += [key(slot), value]
    return [*pieces, LIST_CLOSING if is_list else CLOSING, END]


def parse_completion(text: str) -> tuple[Intent, ...]:
    """Read an answer back. Raises `msgspec.DecodeError` if it is not one."""
    read = msgspec.json.decode(
        text.removesuffix(END), type=dict[str, str] | list[dict[str, str]]
    )
    objects = read if isinstance(read, list) else [read]
    return tuple(Intent(fields.pop("action"), fields) for fields in objects)
