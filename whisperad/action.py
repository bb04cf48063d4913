"""Action: one thing Whispera can do, as the loaded catalogue holds it."""

from collections.abc import Iterable, Iterator, Sequence
from typing import overload

import msgspec

from whisperad.pack import Form, Risk, Say, Slot, Where

_BETWEEN = "\0"  # no template has it
_NONE_FIXED: dict[str, str] = {}


class Phrase(msgspec.Struct, frozen=True, gc=False):
    """One hassil template of an action and where it stands; `lines` says at which line."""

    template: str
    fixed: dict[str, str]  # choice slots that the words imply
    file: str
    weight: int = 1  # how many others it is drawn as often as


class Phrases(Sequence[Phrase]):
    """The phrases of an action, packed: there are a great many, and few are looked at."""

    __slots__ = ("_file", "_said", "_templates")

    def __init__(self, file: str, entries: Iterable[str | Say]) -> None:
        """Pack the entries of a file."""
        self._file = file
        entries = tuple(entries)
        # Those that are more than a template.
        self._said = {n: e for n, e in enumerate(entries) if isinstance(e, Say)}
        templates = [e.say if isinstance(e, Say) else e for e in entries]
        self._templates = _BETWEEN.join(templates).encode() if templates else None

    def __len__(self) -> int:
        if self._templates is None:
            return 0
        return self._templates.count(_BETWEEN.encode()) + 1

    def __iter__(self) -> Iterator[Phrase]:
        if self._templates is None:
            return
        for index, template in enumerate(self._templates.decode().split(_BETWEEN)):
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
