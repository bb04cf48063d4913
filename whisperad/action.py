"""Action: one thing Whispera can do, as the loaded catalogue holds it."""

import msgspec

from whisperad.pack import Form, Risk, Slot, Where


class Phrase(msgspec.Struct, frozen=True, gc=False):
    """One hassil template of an action and where it stands; `lines` says at which line."""

    template: str
    fixed: dict[str, str]  # choice slots that the words imply
    file: str
    weight: int = 1  # how many others it is drawn as often as


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
    phrases: tuple[Phrase, ...]
    forms: dict[str, tuple[Form, ...]]  # platform -> ways to do it, best first
    private: bool = False  # its words are a person's own: the history leaves them out
