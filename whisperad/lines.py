"""Lines: where in a pack's text each of its phrases stands."""

import re
from collections import deque
from pathlib import Path

_FIRST = re.compile(r"\s*phrases\s*=")
_MORE = re.compile(r'\s*(?:["{#]|$)')  # phrases are strings and tables
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')


class PhraseLines:
    """The lines of a pack's phrases, to be asked for in the order they stand in."""

    def __init__(self, text: str) -> None:
        self._lines: dict[str, deque[int]] = {}
        is_inside = False
        for number, line in enumerate(text.split("\n"), 1):
            is_inside = bool((_MORE if is_inside else _FIRST).match(line))
            if is_inside and '"' in line:
                for found in _STRING.findall(line):
                    self._lines.setdefault(found, deque()).append(number)

    def take(self, template: str) -> int:
        """Give the line of a phrase, and the next time that of the one after it.

        It is 0 for a phrase that is written in another way than as one string.
        """
        numbers = self._lines.get(template)
        if not numbers:
            return 0
        # The last one stays: a table may repeat the words of its phrase.
        return numbers.popleft() if len(numbers) > 1 else numbers[0]


def line_of(file: str, template: str) -> int:
    """Find the line of a phrase in a pack, as `PhraseLines` gives it; 0 if it is gone."""
    try:
        text = Path(file).read_text(encoding="utf-8")
    except (OSError, ValueError):
        return 0
    return PhraseLines(text).take(template)
