"""Wordings: all that one template can say, and how a text can be read as that.

Reading follows a template along the text, for its wordings may be a great many.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice, permutations, product

from whisperad.certain import CERTAIN
from whisperad.pack import Slot

HOLE = "\0"  # around the name of a slot in a wording
MOST_WORDS = 10  # of a name or an amount
MOST_ORDERED = 5  # parts in any order; a template with more says nothing here

SIGN = re.compile(r"[()\[\]{}<>|;\\]")  # a template without one is its only wording

_TOKEN = re.compile(r"[()\[\]|;]|\{[^}]*\}|<[^>]*>|[^()\[\]|;{}<>]+")
_RUN = re.compile(r"\s+|\S+")
_EDGE = re.compile(r"\b|(?=\s|$)")
_MARK = "\1"  # stands for what is said in several ways

# A word, a blank, "{slot}", "<rule>", or the ways that a group goes.
Node = str | list["Way"]
Way = list[Node]
Rules = Mapping[str, list[Way]]
Filled = tuple[tuple[str, str], ...]  # slots and their words, as they were read
_State = tuple[int, Filled | None]  # how far the text is read


def ways(template: str) -> list[Way]:
    """Give the ways that a template goes, groups within them likewise."""
    if "\\" in template:
        return []  # escapes are not known here
    open_groups: list[list[Way]] = [[[]]]
    for piece in _TOKEN.findall(template):
        if piece in "([":
            open_groups.append([[]])
        elif piece == "|":
            open_groups[-1].append([])
        elif piece in ")]":
            group = [order for way in open_groups.pop() for order in _orders(way)]
            open_groups[-1][-1].append(group if piece == ")" else [*group, []])
        else:
            is_name = piece[0] in "{<"
            open_groups[-1][-1] += [piece] if is_name else _RUN.findall(piece.lower())
    return [order for way in open_groups[0] for order in _orders(way)]


def every(found: Sequence[Way], rules: Rules, most: int) -> Iterator[str]:
    """Give the wordings of some ways; of each part, hardly more than `most`."""
    for way in found:
        parts = [list(islice(_said(node, rules, most), most + 1)) for node in way]
        yield from map("".join, product(*parts))


def needed(found: Sequence[Way]) -> list[str]:
    """Give words that all wordings have."""
    if len(found) != 1:
        return []
    is_plain = (isinstance(node, str) and node[0] not in "{<" for node in found[0])
    marked = zip(found[0], is_plain, strict=True)
    text = "".join(str(node) if plain else _MARK for node, plain in marked)
    return [word for word in text.split() if _MARK not in word]


class Reader:
    """Reads one text, in lower case and with single blanks."""

    def __init__(self, text: str, says: Callable[[Slot, str], bool]) -> None:
        """Prepare to; `says` tells whether words are a name or an amount."""
        self._text = text
        self._says = says
        self._said: dict[tuple[str, str], bool] = {}  # by the type of a slot
        edges = (match.start() for match in _EDGE.finditer(text, 1))
        self._ends = [at for at in edges if text[at - 1 : at].strip()]

    def readings(
        self, found: Sequence[Way], slots: Mapping[str, Slot], rules: Rules
    ) -> set[Filled | None]:
        """Give what fills the slots, for each way to read all of the text.

        It is None where a slot takes any words.
        """
        states = self._after(found, {(0, ())}, slots, rules)
        return {filled for at, filled in states if at == len(self._text)}

    def _after(
        self,
        found: Sequence[Way],
        states: set[_State],
        slots: Mapping[str, Slot],
        rules: Rules,
    ) -> set[_State]:
        reached: set[_State] = set()
        for way in found:
            there = states
            for node in way:
                if not there:
                    break
                if isinstance(node, list):
                    there = self._after(node, there, slots, rules)
                elif node.startswith("<"):
                    there = self._after(rules[node[1:-1]], there, slots, rules)
                elif node.startswith("{"):
                    there = self._with_slot(slots[_slot(node)], _slot(node), there)
                else:
                    ends = ((self._past(node, at), filled) for at, filled in there)
                    there = {(at, filled) for at, filled in ends if at is not None}
            reached |= there
        return reached

    def _with_slot(self, slot: Slot, name: str, states: set[_State]) -> set[_State]:
        if slot.type not in CERTAIN:
            starts = [at for at, _ in states if not self._text.startswith(" ", at)]
            first = min(starts, default=len(self._text))
            return {(end, None) for end in self._ends if end > first}
        return {
            (end, None if filled is None else (*filled, (name, value)))
            for at, filled in states
            for end, value in self._values(slot, at)
        }

    def _values(self, slot: Slot, at: int) -> Iterator[tuple[int, str]]:
        """Give where a slot's words from a place on may end, and what they say."""
        for value in slot.values:
            for words in slot.said.get(value, (value,)):
                end: int | None = at
                for run in _RUN.findall(words.lower()):
                    end = None if end is None else self._past(run, end)
                if end is not None:
                    yield end, value
        if slot.values or self._text.startswith(" ", at):
            return
        first = bisect_right(self._ends, at)
        for end in self._ends[first : first + MOST_WORDS]:
            if self._is_said(slot, self._text[at:end]):
                yield end, self._text[at:end]

    def _is_said(self, slot: Slot, words: str) -> bool:
        known = slot.type, words
        if known not in self._said:
            self._said[known] = self._says(slot, words)
        return self._said[known]

    def _past(self, run: str, at: int) -> int | None:
        """Give where the text goes on after letters or a blank, which edges may lack."""
        if not run.isspace():
            return at + len(run) if self._text.startswith(run, at) else None
        if self._text.startswith(" ", at):
            return at + 1
        is_edge = at in (0, len(self._text)) or self._text[at - 1] == " "
        return at if is_edge else None


def _said(node: Node, rules: Rules, most: int) -> Iterator[str]:
    if isinstance(node, list):
        yield from every(node, rules, most)
    elif node.startswith("<"):
        yield from every(rules[node[1:-1]], rules, most)
    else:
        yield f" {HOLE}{_slot(node)}{HOLE} " if node.startswith("{") else node


def _slot(node: str) -> str:
    return node[1:-1].partition(":")[0]


def _orders(way: Way) -> list[Way]:
    """Give all orders of what stands between semicolons."""
    if ";" not in way:
        return [way]
    items: list[Way] = [[]]
    for node in way:
        if node == ";":
            items.append([])
        else:
            items[-1].append(node)
    if len(items) > MOST_ORDERED:
        return []
    return [
        [node for item in order for node in (" ", *item, " ")]
        for order in permutations(items)
    ]
