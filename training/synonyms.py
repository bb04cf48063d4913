"""Synonyms: words of a wording exchanged for others that mean the same.

What is swapped is the plain text of commands and of what is no command alike, never
the words of a slot.
"""

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from random import Random

from whisperad.errors import BadConfig
from whisperad.phrases import Piece

_LONGEST = 4  # words of an entry


class Synonyms:
    """The groups of `config/wording/synonyms.toml`; a folder without one has none.

    Raises `BadConfig`.
    """

    def __init__(self, config: Path) -> None:
        self._others: dict[str, list[str]] = {}
        path = config / "wording" / "synonyms.toml"
        mistakes = []
        for group in groups(path):
            for entry in group:
                if len(entry.split()) > _LONGEST or entry in self._others:
                    mistakes.append(
                        f'{path}: "{entry}" is too long or stands in it twice'
                    )
                self._others[entry] = [other for other in group if other != entry]
        if mistakes:
            raise BadConfig(tuple(mistakes))

    def swap(self, pieces: Iterable[Piece], random: Random) -> list[Piece]:
        """Exchange some of the words that have synonyms, each with an even chance."""
        return [
            piece if piece.slot else Piece(self._swapped(piece.text, random))
            for piece in pieces
        ]

    def _swapped(self, text: str, random: Random) -> str:
        parts = re.split(r"( )", text)  # words at even places, blanks between them
        done: list[str] = []
        at = 0
        while at < len(parts):
            for count in range(_LONGEST, 0, -1):
                entry = "".join(parts[at : at + 2 * count - 1])
                if entry in self._others and random.random() < 0.5:
                    other = random.choice(self._others[entry])
                    _fit_article(done, other)
                    done.append(other)
                    at += 2 * count - 1
                    break
            else:
                done.append(parts[at])
                at += 1
        return "".join(done)


def groups(path: Path) -> list[list[str]]:
    """Read the groups of a file; none if there is no such file. Raises `BadConfig`."""
    if not path.exists():
        return []
    try:
        read: list[list[str]] = tomllib.loads(path.read_text(encoding="utf-8"))[
            "groups"
        ]
    except (OSError, tomllib.TOMLDecodeError, KeyError) as error:
        raise BadConfig((f"{path}: {error}",)) from error
    return read


def _fit_article(done: list[str], following: str) -> None:
    """Make the "a" or "an" at the end of the words so far fit what follows."""
    if len(done) > 1 and done[-2] in {"a", "an"}:
        done[-2] = "an" if following[0] in "aeiou" else "a"
