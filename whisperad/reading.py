"""Which passes the network makes: one for each answer, or one for several at once.

A pass over one answer's tokens goes on from what the network remembers of it. A pass
over several reads all of each anew: commands are short, and what a pass costs beside
its tokens is then paid once. How many to read at once is measured, not assumed.
"""

import time
from collections.abc import Generator, Iterator
from typing import TypeVar

from whisperad.decode import Pass, Scores
from whisperad.network import Network

T = TypeVar("T")

SIZES = (4, 8, 16)  # how many answers a pass may be for, apart from one
# What a pass costs beside its tokens, as tokens: more padding than that costs more than
# a second pass.
PASS_TOKENS = 36
LONG_TOKENS = 128  # so many fill a pass alone, and attention costs the square of them

# A pass over a command of usual length, timed to find the best size.
_SAMPLE = Pass([0] * 20, [19], (0, 1))
_TIMES, _TIMES_S = 3, 0.2  # as often, or until it took so long
_LONGEST_S = 0.5  # who comes while it is measured shall not wait for long
_GAIN = 1.05  # less is not worth that one waits for the other


class Reader:
    """A network, and what it has read of the answer that it read alone."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._read: list[int] = []
        self.together = 1  # answers that it is best to read at once

    def read(self, wanted: list[Pass]) -> list[Scores]:
        """Make the passes that are wanted, and give what each has asked for."""
        found: dict[int, Scores] = {}
        for group in _groups(wanted):
            passes = [wanted[number] for number in group]
            rows = self._together(passes) if len(group) > 1 else [self._alone(*passes)]
            found.update(zip(group, rows, strict=True))
        return [found[number] for number in range(len(wanted))]

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
        took = yield from self._timed(1)
        best = 1 / took
        for size in SIZES:
            if took > _LONGEST_S:
                break
            took = yield from self._timed(size)
            if size / took < best * _GAIN:
                break
            best, self.together = size / took, size

    def _alone(self, wanted: Pass) -> Scores:
        known = self._known(wanted)
        self._network.forget(known)
        self._read = []  # until the pass is made
        at = [place - known for place in wanted.at]
        rows = self._network.read(wanted.tokens[known:], at, wanted.ids)
        self._read = wanted.tokens
        return rows

    def _known(self, wanted: Pass) -> int:
        """Say how many tokens need not be read again: not those that are asked about."""
        most = min(len(self._read), wanted.at[0])
        for number in range(most):
            if self._read[number] != wanted.tokens[number]:
                return number
        return most

    def _together(self, wanted: list[Pass]) -> list[Scores]:
        ids = tuple(sorted({token for one in wanted for token in one.ids}))
        place = {token: number for number, token in enumerate(ids)}
        rows = self._network.read_together(
            [one.tokens for one in wanted], [one.at for one in wanted], ids
        )
        return [
            [[row[place[token]] for token in one.ids] for row in scores]
            for one, scores in zip(wanted, rows, strict=True)
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


def _groups(wanted: list[Pass]) -> Iterator[list[int]]:
    """Put passes of similar length together, by number."""
    by_length = sorted(range(len(wanted)), key=lambda n: len(wanted[n].tokens))
    group: list[int] = []
    padding = 0
    for number in by_length:
        length = len(wanted[number].tokens)
        if group:
            padding += len(group) * (length - len(wanted[group[-1]].tokens))
            if padding > PASS_TOKENS or length > LONG_TOKENS:
                yield group
                group, padding = [], 0
        group.append(number)
    if group:
        yield group
