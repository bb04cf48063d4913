"""Which passes the network makes: one for each answer, or one for several at once.

A pass over one answer's tokens goes on from what the network remembers of it. A pass
over several reads all of each anew: commands are short, and what a pass costs beside
its tokens is then paid once. How many to read at once is measured, not assumed.
"""

import time
from collections.abc import Generator, Iterator
from itertools import islice
from typing import TypeVar

from whisperad.decode import Pass, Scores, Wanted
from whisperad.network import Network, States

T = TypeVar("T")

SIZES = (4, 8, 16)  # how many answers a pass may be for, apart from one
# What a pass costs beside its tokens, as tokens: more padding than that costs more than
# a second pass.
PASS_TOKENS = 36
LONG_TOKENS = 128  # so many fill a pass alone, and attention costs the square of them

# A pass over a command of usual length, timed to find the best size.
_SAMPLE = Pass([0] * 20, 19, lambda: Wanted([19], (0, 1)))
_TIMES, _TIMES_S = 3, 0.2  # as often, or until it took so long
_LONGEST_S = 0.5  # who comes while it is measured shall not wait for long
_GAIN = 1.05  # less is not worth that one waits for the other


class Reader:
    """A network, and what it has read of the answer that it read alone."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._read: list[int] = []
        self.together = 1  # answers that it is best to read at once

    def read(self, passes: list[Pass]) -> list[Scores]:
        """Make the passes that are wanted, and give what each has asked for."""
        groups = [[(n, passes[n]) for n in group] for group in _groups(passes)]
        try:
            begun = [self._begin([one for _, one in group]) for group in groups]
            found: dict[int, Scores] = {}
            for group, states in zip(groups, begun, strict=True):
                rows = self._scores([one for _, one in group], states)
                found.update(zip((n for n, _ in group), rows, strict=True))
        except BaseException:
            self._read = []
            raise
        return [found[number] for number in range(len(passes))]

    def finish(self, steps: Generator[Pass, Scores, T]) -> T:
        """Make each pass that is wanted, and give what comes of them in the end."""
        try:
            wanted = next(steps)
            while True:
                (rows,) = self.read([wanted])
                wanted = steps.send(rows)
        except StopIteration as ended:
            found: T = ended.value
            return found
        finally:
            self.forget()

    def forget(self) -> None:
        """Remember nothing but the prompt's prefix."""
        self._read = []
        self._network.forget(0)

    def measuring(self) -> Generator[None, None, None]:
        """Find the best number to read at once; stops after each pass."""
        if self._network.can_share:
            return  # threads beside this one do better
        took = yield from self._timed(1)
        best = 1 / took
        for size in SIZES:
            if took > _LONGEST_S:
                break
            took = yield from self._timed(size)
            if size / took < best * _GAIN:
                break
            best, self.together = size / took, size

    def _begin(self, passes: list[Pass]) -> States:
        """Begin one pass for all."""
        if len(passes) > 1:
            return self._network.read_together(
                [one.tokens for one in passes], [one.since for one in passes]
            )
        tokens, since = passes[0].tokens, passes[0].since
        known = self._known(passes[0])
        self._network.forget(known)
        self._read = tokens
        return self._network.read(tokens[known:], since - known)

    def _known(self, wanted: Pass) -> int:
        """Say how many tokens need not be read again: not those that are asked about."""
        most = min(len(self._read), wanted.since)
        for number in range(most):
            if self._read[number] != wanted.tokens[number]:
                return number
        return most

    def _scores(self, passes: list[Pass], states: States) -> list[Scores]:
        """Find out what each of them has asked for, and wait for the pass."""
        asked = [one.wanted() for one in passes]
        at, before = [], 0
        for one, wanted in zip(passes, asked, strict=True):
            at += [before + place - one.since for place in wanted.at]
            before += len(one.tokens) - one.since
        ids = asked[0].ids
        if len(asked) > 1:
            ids = tuple(sorted({token for wanted in asked for token in wanted.ids}))
        rows = iter(self._network.scores(states, at, ids))
        if len(asked) == 1:
            return [list(rows)]
        number = {token: n for n, token in enumerate(ids)}
        return [
            [
                [row[number[token]] for token in wanted.ids]
                for row in islice(rows, len(wanted.at))
            ]
            for wanted in asked
        ]

    def _timed(self, size: int) -> Generator[None, None, float]:
        """Give the shortest time of a pass over so many commands."""
        taken: list[float] = []
        while len(taken) < _TIMES and sum(taken) < _TIMES_S:
            self.forget()
            began = time.perf_counter()
            self.read([_SAMPLE] * size)
            taken.append(time.perf_counter() - began)
            self.forget()
            yield
        return min(taken)


def _groups(passes: list[Pass]) -> Iterator[list[int]]:
    """Put passes of similar length together, by number."""
    by_length = sorted(range(len(passes)), key=lambda n: len(passes[n].tokens))
    group: list[int] = []
    padding = 0
    for number in by_length:
        length = len(passes[number].tokens)
        if group:
            padding += len(group) * (length - len(passes[group[-1]].tokens))
            if padding > PASS_TOKENS or length > LONG_TOKENS:
                yield group
                group, padding = [], 0
        group.append(number)
    if group:
        yield group
