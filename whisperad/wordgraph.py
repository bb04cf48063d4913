"""Word graphs: all the wordings of phrase templates, word by word.

The slots of a wording are words in braces, which say what may stand there: `{app}` for
any name of an application, `{timer_labels}` for free words of that sample list. The
values of a choice are words like any others.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import permutations

from hassil.expression import (
    Alternative,
    Expression,
    Group,
    ListReference,
    Permutation,
    RuleReference,
    TextChunk,
)

from whisperad.pack import Slot
from whisperad.phrases import Rules

# The sample lists that slots without one of their own are filled from.
LIST_OF_TYPE: Mapping[str, str] = {
    "app": "app_names",
    "branch": "words",
    "contact": "contacts",
    "device": "device_names",
    "duration": "durations",
    "folder": "folders",
    "host": "sites",
    "integer": "integers",
    "language": "languages",
    "package": "words",
    "path": "file_paths",
    "percent": "percents",
    "pid": "integers",
    "port": "ports",
    "process": "app_names",
    "site": "sites",
    "text": "search_queries",
    "url": "sites",
}
_PART = re.compile(r"\s+|\S+")
_BLANK = " "

Followers = dict[str, set[int]]  # word -> the places after it


def tokens(name: str, slots: Mapping[str, Slot]) -> list[str]:
    """Give what may stand in a wording for the slot or the sample list of a name.

    A slot has one token; a list, which stands in what is no command, has one for each
    type of slot that is filled from it as well.
    """
    slot = slots.get(name)
    if slot is None:
        types = [t for t, other in LIST_OF_TYPE.items() if other == name != "text"]
        return [f"{{{token}}}" for token in (name, *types)]
    if slot.type == "text":
        return [f"{{{slot.samples or LIST_OF_TYPE['text']}}}"]
    return [f"{{{slot.type}}}"]


class WordGraph:
    """The wordings of any number of templates in one graph without circles.

    A place is a number. Words are made of parts, since a template may put them together
    ("screenshot[s]"); the places between the parts are kept, and passed over here.
    """

    def __init__(self) -> None:
        self._is_end: list[bool] = []
        self._parts: list[list[tuple[str, int]]] = []  # place -> part, place after it
        self._words: dict[int, tuple[bool, Followers]] = {}

    def add(
        self, expression: Expression, slots: Mapping[str, Slot], rules: Rules
    ) -> int:
        """Add a template, whose rules must exist; give its first place."""
        return self._before(self._place([], is_end=True), expression, slots, rules)

    @property
    def size(self) -> int:
        """How many places there are; those that are added have higher numbers."""
        return len(self._parts)

    def words(self, place: int) -> tuple[bool, Followers]:
        """Say whether a wording may end at a place, and which words may follow."""
        if place not in self._words:
            self._words[place] = self._words_from(place)
        return self._words[place]

    def _words_from(self, start: int) -> tuple[bool, Followers]:
        is_end = False
        following: Followers = {}
        waiting = [(start, "")]
        seen = set(waiting)
        while waiting:
            place, word = waiting.pop()
            if self._is_end[place] and not word:
                is_end = True
            elif self._is_end[place]:
                following.setdefault(word, set()).add(place)
            for part, after in self._parts[place]:
                if part == _BLANK and word:
                    following.setdefault(word, set()).add(after)
                    continue
                further = (after, word + part.strip())
                if further not in seen:
                    seen.add(further)
                    waiting.append(further)
        return is_end, following

    def _place(self, parts: list[tuple[str, int]], *, is_end: bool = False) -> int:
        self._parts.append(parts)
        self._is_end.append(is_end)
        return len(self._parts) - 1

    def _either(self, places: Iterable[int]) -> int:
        places = list(places)
        return self._place(
            [part for place in places for part in self._parts[place]],
            is_end=any(self._is_end[place] for place in places),
        )

    def _text(self, place: int, text: str) -> int:
        for part in reversed(_PART.findall(text.lower())):
            part = _BLANK if part.isspace() else part
            place = self._place([(part, place)])
        return place

    def _before(
        self,
        place: int,
        expression: Expression,
        slots: Mapping[str, Slot],
        rules: Rules,
    ) -> int:
        """Put an expression before a place; give the place before the expression."""
        match expression:
            case TextChunk():
                return self._text(place, expression.original_text)
            case ListReference():
                return self._slot(place, expression.list_name, slots)
            case RuleReference():
                body = rules[expression.rule_name].expression
                return self._before(place, body, slots, rules)
            case Alternative():
                return self._either(
                    self._before(place, item, slots, rules) for item in expression.items
                )
            case Permutation():
                return self._either(self._orders(place, expression, slots, rules))
            case Group():
                for item in reversed(expression.items):
                    place = self._before(place, item, slots, rules)
        return place

    def _orders(
        self,
        end: int,
        expression: Permutation,
        slots: Mapping[str, Slot],
        rules: Rules,
    ) -> Iterator[int]:
        for items in permutations(expression.items):
            place = end
            for item in items:
                place = self._place([(_BLANK, place)])
                place = self._before(place, item, slots, rules)
                place = self._place([(_BLANK, place)])
            yield place

    def _slot(self, place: int, name: str, slots: Mapping[str, Slot]) -> int:
        slot = slots.get(name)
        if slot is None or slot.type != "choice":
            return self._place([(token, place) for token in tokens(name, slots)])
        said = (words for v in slot.values for words in slot.said.get(v, (v,)))
        return self._either(self._text(place, words) for words in said)
