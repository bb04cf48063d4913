"""Settled wordings: those that phrases of several actions share, and whose they are.

`config/wording/settled.toml` has a table `wordings`: the wording, as the list of
conflicts shows it, and the action that it means, or "none".
"""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from pathlib import Path

from whisperad.errors import BadConfig
from whisperad.intent import NONE
from whisperad.pack import Slot
from whisperad.phrases import Piece
from whisperad.wordgraph import tokens

FILE = Path("wording") / "settled.toml"


def read(config: Path, actions: Iterable[str]) -> dict[str, str]:
    """Give the settled wordings of a config folder and their actions.

    Raises `BadConfig` with all mistakes.
    """
    path = config / FILE
    if not path.exists():
        return {}
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadConfig((f"{path}: {error}",)) from error
    wordings = found.pop("wordings", {})
    if found or not isinstance(wordings, dict):
        raise BadConfig((f"{path}: expected nothing but a table [wordings]",))
    known = {*actions, NONE}
    mistakes = [
        f'{path}: "{wording}": expected an action or "none", found "{owner}"'
        for wording, owner in wordings.items()
        if owner not in known
    ]
    if mistakes:
        raise BadConfig(tuple(mistakes))
    return wordings


def belongs(
    settled: Mapping[str, str],
    action: str,
    pieces: Sequence[Piece],
    slots: Mapping[str, Slot],
) -> bool:
    """Whether a sampled wording of an action is its own, and not another's.

    `slots` are the action's; pieces of what is no command name sample lists.
    """
    if not settled:
        return True
    ways = []
    for piece in pieces:
        slot = slots.get(piece.slot or "")
        if piece.slot is None or (slot is not None and slot.type == "choice"):
            ways.append([piece.text.lower()])
        else:
            ways.append(tokens(piece.slot, slots))
    return all(settled.get("".join(way), action) == action for way in product(*ways))
