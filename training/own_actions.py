"""A user's own actions: which they are, and rows that say how well they are learnt.

All of their phrases are trained on. So these rows are drawn as training's are, by another
seed: with other values. They count for themselves, in no other score.
"""

import os
from collections import Counter
from pathlib import Path

from training.dataset import Example
from training.generate import Generator
from training.taught import Taught, drawn
from whisperad.action import Action
from whisperad.catalogue import Catalogue
from whisperad.utterance import normalise

SAID = "of phrases that were trained on, with other values"
ROWS = 20  # of an action
MOST = 400  # of all of them
TRIED = 4  # times as many are drawn: some are alike, or no command
SEED = 13  # never of training


def ids(catalogue: Catalogue, config: Path) -> frozenset[str]:
    """Give the actions that have phrases, none of which is below `config`."""
    actions = catalogue.actions.values()
    return frozenset(action.id for action in actions if _is_own(action, config))


def examples(drawing: Generator, own: frozenset[str], taught: Taught) -> list[Example]:
    """Draw some rows of each of a user's actions, no two of them alike.

    `drawing` draws all that the config has, `own` are those actions.
    """
    if not own:
        return []
    each = max(1, min(ROWS, MOST // len(own)))
    generator = drawing.other("train", own)
    found: dict[str, Example] = {}
    counts: Counter[str] = Counter()
    for example in drawn(generator, TRIED * each * len(own), SEED, taught):
        name = example.intents[0].action
        said = normalise(example.utterance).text
        is_one = len(example.intents) == 1 and name in own
        if is_one and counts[name] < each and said not in found:
            found[said] = example
            counts[name] += 1
    return list(found.values())


def _is_own(action: Action, config: Path) -> bool:
    shipped = f"{config}{os.sep}"
    ours = any(phrase.file.startswith(shipped) for phrase in action.phrases)
    return bool(action.phrases) and not ours
