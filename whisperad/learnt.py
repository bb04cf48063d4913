"""What phrases teach for guesses. All have to be read for that, which takes seconds.

`python -m whisperad.learnt SHIPPED CONFIG PACKS_HASH` does it in a process of its own,
and prints what comes of it: in a thread it would take turns with requests.
"""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from whisperad import catalogue
from whisperad.adjacency import Reader, counted
from whisperad.catalogue import Catalogue
from whisperad.draft import Ballot, Votes
from whisperad.errors import BadConfig
from whisperad.neighbours import Neighbours

PAUSE_S = 0.001  # between actions, for other threads to have their turn
NICENESS = 10  # nobody waits for it, and requests shall not wait either


class Learnt(msgspec.Struct, frozen=True):
    """What the phrases of a catalogue have taught."""

    votes: Votes
    neighbours: dict[str, Neighbours]  # by action, of those that have slots


class NotWanted(Exception):
    """Nobody waits for it any more."""


def always() -> bool:
    """Say that it is wanted still."""
    return True


def learn(catalogue: Catalogue, is_wanted: Callable[[], bool] = always) -> Learnt:
    """Read all phrases. Raises `NotWanted` when it is not wanted any more."""
    ballot, neighbours = Ballot(), dict[str, Neighbours]()
    readers = {file: Reader(rules) for file, rules in catalogue.rules.items()}
    plain = Reader({})
    for action in catalogue.actions.values():
        if not is_wanted():
            raise NotWanted
        phrases = counted(
            readers.get(p.file, plain).read(p.template) for p in action.phrases
        )
        ballot.add(action.id, phrases)
        if action.slots:
            neighbours[action.id] = Neighbours.of(phrases)
        time.sleep(PAUSE_S)
    return Learnt(ballot.votes(), neighbours)


def main(shipped: str, config: str, packs_hash: str) -> int:
    """Print what the packs with this hash teach; 1 if these are not there any more."""
    os.nice(NICENESS)
    for user in (Path(config), None):  # a daemon leaves out what is wrong of the user's
        try:
            found = catalogue.load(Path(shipped), user)
        except BadConfig:
            continue
        if found.packs_hash == packs_hash:
            sys.stdout.buffer.write(msgspec.msgpack.encode(learn(found)))
            return 0
    return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
