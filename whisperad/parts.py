"""Where an utterance may fall into several commands."""

import re
from typing import NamedTuple

# What stands between two commands, or between two names that one command is about.
_AND = r"(?:and(?: then| also| after that)?|then|also|after that|plus|as well as|&) "
_JOINT = re.compile(rf"[.,;]? {_AND}|[.,;] ")


class Part(NamedTuple):
    """Words that may be a command of their own."""

    text: str
    start: int
    end: int


def split(utterance: str) -> list[Part]:
    """Cut an utterance where one command may end and another begin."""
    found = []
    start = 0
    for joint in _JOINT.finditer(utterance):
        if joint.start() > start:
            found.append(Part(utterance[start : joint.start()], start, joint.start()))
        start = joint.end()
    return [*found, Part(utterance[start:], start, len(utterance))]
