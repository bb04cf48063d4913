"""The gate: in what an adapter is worse than the one that serves, or not good enough.

What it knew before is judged on its own, so that new actions make up for nothing.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence

import msgspec

from training import rows
from training.change import Change, worse
from training.evaluate import SEVERAL, Answer
from training.taught import Taught
from whisperad.adapter import Canary
from whisperad.catalogue import Catalogue
from whisperad.intent import Intent
from whisperad.model import Model
from whisperad.utterance import normalise

PACK_ROWS = 20  # of a pack: fewer say nothing about its share
PACK_TOLERANCE = 0.05  # of a pack's share, before it is named
# Of a pack's rows, more were lost than gained, and by more than chance explains.
NET_LOST = 5
CHANCE = 0.001
EXAMPLES = 3  # of what is named
OWN_ROWS = 10  # of a user's own actions: fewer say nothing
OWN_SHARE = 0.5  # of those rows that have to be right
CANARIES_LOST = 2  # of the adapter before: the line to others may move a little

Pair = tuple[Answer, Answer]


class Missed(msgspec.Struct, frozen=True):
    """A canary that is not understood any more, and what is understood instead."""

    canary: Canary
    found: tuple[Intent, ...]


def faults(
    change: Change, canaries: Sequence[Canary], missed: Sequence[Missed], tried: int
) -> list[str]:
    """Say why an adapter may not be made current; empty if it may.

    `canaries` are its own; `missed` are those of `tried` of the adapter before.
    """
    found = [*_worse(change), *_fallen(change), *_unlearnt(change)]
    if not canaries:
        found.append("no answer is right and sure enough for a canary")
    if len(missed) > CANARIES_LOST:
        examples = "; ".join(
            f'"{m.canary.utterance}" meant {rows.shown((_intent(m.canary),))}, now'
            f" {rows.shown(m.found)}"
            for m in missed[:EXAMPLES]
        )
        found.append(
            f"{len(missed)} of {tried} canaries of the adapter before fail ({examples})"
        )
    return found


def missed(model: Model, canaries: Iterable[Canary]) -> list[Missed]:
    """Give the canaries that the model does not understand, of actions it serves."""
    wrong = []
    for canary in canaries:
        text = normalise(canary.utterance)
        found = model.understand(text, threshold=0.0).intents
        if found[:1] != (_intent(canary),):
            wrong.append(Missed(canary, found))
    return wrong


def standing(
    model: Model, canaries: Iterable[Canary], catalogue: Catalogue, taught: Taught
) -> list[Canary]:
    """Give the canaries of the adapter in use that still stand for something.

    Of actions that are still there, in words that were taught no other meaning, and
    understood with the packs that there are now.
    """
    otherwise = {normalise(example.utterance).text for example in taught}
    there = [
        canary
        for canary in canaries
        if canary.intent["action"] in catalogue.actions
        and normalise(canary.utterance).text not in otherwise
    ]
    wrong = [miss.canary for miss in missed(model, there)]
    return [canary for canary in there if canary not in wrong]


def chance(lost: int, gained: int) -> float:
    """Give how likely chance alone loses as many of the rows that changed, or more."""
    changed = lost + gained
    ways = sum(math.comb(changed, k) for k in range(lost, changed + 1))
    return ways / (1 << changed)


def _intent(canary: Canary) -> Intent:
    slots = {name: said for name, said in canary.intent.items() if name != "action"}
    return Intent(canary.intent["action"], slots)


def _worse(change: Change) -> list[str]:
    """Compare the scores, and name the packs that fell if they are worse."""
    before, after = change.scores
    found = worse(after, before) if before else []
    if found:
        found += [
            f"{pack.name} fell from {pack.before:.1%} to {pack.after:.1%}"
            for pack in change.packs
            if pack.before is not None
            and pack.rows >= PACK_ROWS
            and pack.after < pack.before - PACK_TOLERANCE
        ]
    return found


def _fallen(change: Change) -> list[str]:
    """Name the packs that lost more rows than chance explains, with examples."""
    lost, gained = defaultdict[str, list[Pair]](list), defaultdict[str, int](int)
    for before, after in change.pairs:
        if not after.expected or before.is_right == after.is_right:
            continue
        several = len(after.expected) > 1
        action = change.catalogue.actions[after.expected[0].action]
        pack = SEVERAL if several else action.pack
        if before.is_right:
            lost[pack].append((before, after))
        else:
            gained[pack] += 1
    return [
        f"{pack} lost {len(pairs)} rows and gained {gained[pack]}, more than chance"
        f" explains ({'; '.join(map(_example, pairs[:EXAMPLES]))})"
        for pack, pairs in sorted(lost.items(), key=lambda item: -len(item[1]))
        if len(pairs) - gained[pack] >= NET_LOST
        and chance(len(pairs), gained[pack]) < CHANCE
    ]


def _example(pair: Pair) -> str:
    before, after = pair
    return (
        f'"{before.example.utterance}" meant {rows.shown(before.expected)}, now'
        f" {rows.shown(after.understanding.intents)}"
    )


def _unlearnt(change: Change) -> list[str]:
    """Say that the user's own actions were not learnt, and which least."""
    own = change.own_actions
    tested, right = sum(a.rows for a in own), sum(a.after for a in own)
    if tested < OWN_ROWS or right >= OWN_SHARE * tested:
        return []
    own.sort(key=lambda action: action.after / action.rows)
    worst = ", ".join(f"{a.name} {a.after} of {a.rows}" for a in own[:EXAMPLES])
    return [f"of your own actions {right} of {tested} rows are right ({worst})"]
