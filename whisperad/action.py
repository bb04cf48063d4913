"""Action: one thing Whispera can do, as the loaded catalogue holds it."""

import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, overload

import msgspec

from whisperad.pack import Form, Risk, Say, Slot, Where

_BETWEEN = "\0"  # no template has it
_LEVEL = 1  # of compression: higher ones gain little and take much longer
_NONE_FIXED: dict[str, str] = {}


class Phrase(msgspec.Struct, frozen=True, gc=False):
    """One hassil template of an action and where it stands; `lines` says at which line."""

    template: str
    fixed: dict[str, str]  # choice slots that the words imply
    file: str
    weight: int = 1  # how many others it is drawn as often as


class _Held(NamedTuple):
    """Templates, which others may look at while they are made smaller."""

    data: bytes
    is_small: bool


class Phrases(Sequence[Phrase]):
    """The phrases of an action, packed: there are a great many, and few are looked at."""

    __slots__ = ("_count", "_file", "_held", "_said")

    def __init__(self, file: str, entries: Iterable[str | Say]) -> None:
        """Pack the entries of a file."""
        entries = tuple(entries)
        self._count = len(entries)
        self._file = file
        # Whether it is a `str` is found out much faster than whether it is a `Say`.
        self._said = {n: e for n, e in enumerate(entries) if not isinstance(e, str)}
        templates = [e if isinstance(e, str) else e.say for e in entries]
        self._held = _Held(_BETWEEN.join(templates).encode(), is_small=False)

    def shrink(self) -> None:
        """Take a third of the memory from now on, and longer to be looked at."""
        if not self._held.is_small:
            self._held = _Held(zlib.compress(self._held.data, _LEVEL), is_small=True)

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Phrase]:
        if not self._count:
            return
        data, is_small = self._held
        text = (zlib.decompress(data) if is_small else data).decode()
        for index, template in enumerate(text.split(_BETWEEN)):
            said = self._said.get(index)
            if said is None:
                yield Phrase(template, _NONE_FIXED, self._file)
            else:
                yield Phrase(template, said.slots, self._file, said.weight)

    @overload
    def __getitem__(self, index: int) -> Phrase: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Phrase]: ...
    def __getitem__(self, index: int | slice) -> Phrase | Sequence[Phrase]:
        return tuple(self)[index]


class Action(msgspec.Struct, frozen=True):
    """An action of a pack, checked."""

    id: str
    pack: str
    summary: str
    slots: dict[str, Slot]
    risk: Risk
    where: Where
    critical: bool
    inverse: str | None
    phrases: Sequence[Phrase]
    forms: dict[str, tuple[Form, ...]]  # platform -> ways to do it, best first
    touches: tuple[str, ...] = ()  # what a question about it names, with placeholders
    private: bool = False  # its words are a person's own: the history leaves them out
