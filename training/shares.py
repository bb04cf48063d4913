"""How often actions and their templates are drawn."""

import math
from itertools import accumulate

from training.templates import Template
from whisperad.action import Action

CRITICAL_WEIGHT = 3  # everyday actions are seen three times as often
COPYING_WEIGHT = 2  # spans of free words are the last thing a model learns
COPIED = frozenset({"app", "contact", "device", "folder", "path", "site", "text"})
# What is named one after the other: "open chrome and slack".
LISTED = frozenset({"app", "folder", "package", "process", "site"})


def takes_a_list(group: list[Template]) -> bool:
    """Whether the templates of an action have one slot, for what people list."""
    slots = list(group[0].action.slots.values()) if group[0].action else []
    return len(slots) == 1 and slots[0].type in LISTED


def weight(action: Action) -> float:
    """Say how often an action is drawn: more ways to say it need more examples."""
    copies = any(slot.type in COPIED for slot in action.slots.values())
    return (
        (CRITICAL_WEIGHT if action.critical else 1)
        * (COPYING_WEIGHT if copies else 1)
        * math.pow(len(action.phrases) / 100, 0.4)
    )


def bounds(group: list[Template]) -> list[int]:
    """Add the weights of templates up, for one to be drawn by."""
    return list(accumulate(template.phrase.weight for template in group))
