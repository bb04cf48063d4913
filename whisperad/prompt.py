"""Utterance -> prompt text; Intent <-> completion text. Made here and nowhere else.

The form is Qwen's ChatML without a system text (Qwen2.5 technical report,
arXiv:2412.15115): training, evaluation and the daemon all render through this module.
"""

import msgspec

from whisperad.intent import Intent
from whisperad.utterance import Utterance

PROMPT_VERSION = 1

PREFIX = "<|im_start|>user\n"  # constant: its KV state is computed once per adapter
SUFFIX = "<|im_end|>\n<|im_start|>assistant\n"
END = "<|im_end|>"
SPECIAL_TOKENS = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")

OPENING = '{"action":"'  # of an answer, up to the action's id
CLOSING = '"}'


def key(slot: str) -> str:
    """Give what an answer has between the value before and the slot's own."""
    return f'","{slot}":"'


def render(utterance: Utterance) -> str:
    """Give the prompt's text up to where the answer begins."""
    return PREFIX + utterance.text + SUFFIX


def render_completion(intents: tuple[Intent, ...]) -> str:
    """Give the answer's text: one compact JSON object an intent, then the end mark."""
    return "".join(_object(intent) for intent in intents) + END


def completion_pieces(intent: Intent) -> list[str]:
    """Give one intent's answer in the pieces that are cut into tokens one by one.

    Tokens never reach over the edge of a value, whatever the tokenizer would merge, so
    the fixed parts are the same tokens in every answer.
    """
    pieces = [OPENING, intent.action]
    for slot, value in intent.slots.items():
        pieces += [key(slot), value]
    return [*pieces, CLOSING]


def parse_completion(text: str) -> tuple[Intent, ...]:
    """Read an answer back. Raises `msgspec.DecodeError` if it is not one."""
    # A value holds no quote, so this can only be where two objects meet. A value may
    # hold `}{`, and no line's end.
    objects = text.removesuffix(END).replace("}" + OPENING, "}\n" + OPENING).split("\n")
    intents = []
    for line in objects:
        fields = msgspec.json.decode(line, type=dict[str, str])
        intents.append(Intent(fields.pop("action"), fields))
    return tuple(intents)


def _object(intent: Intent) -> str:
    return msgspec.json.encode({"action": intent.action, **intent.slots}).decode()
