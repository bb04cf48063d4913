"""Decoding: the most probable answer, in as few forward passes as there can be.

Tokens that the grammar forces are never waited for: they ride along with the next
pass. A pass may also carry a guess of what follows; the model's own choices along the
guess come out of the same pass and are kept up to the first that differs. So a guess
never changes an answer, it only saves passes (as in speculative decoding,
arXiv:2211.17192). Makes no pass itself: it asks for one and goes on with the scores, so
that several answers can be decoded side by side. Where the choices are that a pass
decides is found out once it has begun: where mlx runs ahead of us, as on a GPU, that
takes no time of its own.
"""

import math
from collections.abc import Callable, Generator, Iterator
from typing import NamedTuple, TypeAlias

import msgspec

from whisperad.grammar import Walk

Scores = list[list[float]]


class Wanted(NamedTuple):
    """What a pass is to score."""

    at: list[int]  # where in its tokens the next one is to be scored
    ids: tuple[int, ...]  # the tokens to score


class Pass(msgspec.Struct, frozen=True):
    """A pass that is wanted."""

    tokens: list[int]  # all since the prompt's prefix, those of earlier passes too
    since: int  # where in `tokens` the first one is that another is scored after
    wanted: Callable[[], Wanted]  # takes a while: call it when the pass has begun


class Choice(msgspec.Struct, frozen=True):
    """A place where several tokens were allowed, and how probable each was."""

    walk: Walk  # up to this place
    before: float  # probability of all earlier choices together
    probabilities: dict[int, float]  # renormalised over what is allowed

    @property
    def best(self) -> int:
        """The most probable token."""
        return max(self.probabilities, key=self.probabilities.__getitem__)


class Answer(msgspec.Struct, frozen=True):
    """A complete answer and the choices that led to it."""

    walk: Walk
    choices: tuple[Choice, ...]
    probability: float
    passes: int


# Asks for passes, and gives an answer in the end.
Decoding: TypeAlias = Generator[Pass, Scores, Answer]


class _Place(msgspec.Struct, frozen=True):
    """A choice that a pass will decide."""

    walk: Walk
    at: int  # index, among the pass's tokens, of the last one before the choice
    guess: int | None  # the token that the pass goes on with


def decode(walk: Walk, prompt: list[int], probability: float = 1.0) -> Decoding:
    """Follow the most probable tokens from `walk` to the end of an answer.

    `prompt` is what the walk's own tokens come after, `probability` that of the walk
    so far.
    """
    choices: list[Choice] = []
    passes = 0
    walk = walk.copy()
    walk.forced()
    while not walk.is_done:
        plan = _Plan(walk, prompt)
        for place, probabilities in plan.decided((yield plan.needed())):
            choice = Choice(place.walk, probability, probabilities)
            if len(probabilities) > 1:
                choices.append(choice)
            probability *= probabilities[choice.best]
            if choice.best != place.guess:
                break
        passes += 1
        walk = choice.walk.copy()
        walk.take(choice.best)
        walk.forced()
    return Answer(walk, tuple(choices), probability, passes)


def alternatives(
    answer: Answer, prompt: list[int], most: int, *, quick: bool = False
) -> Generator[Pass, Scores, list[Answer]]:
    """Give the most probable answers that name another action than `answer`.

    With `quick` the values of a slot are guessed where they can be, and cost no pass.
    """
    branches = sorted(
        (
            (choice, token, choice.before * probability)
            for choice in answer.choices
            for token, probability in choice.probabilities.items()
        ),
        key=lambda branch: -branch[2],
    )
    chosen: dict[str, tuple[Choice, int, float]] = {}
    for choice, token, probability in branches:
        if len(chosen) == most:
            break
        action = choice.walk.action_with(token)
        if action != choice.walk.action_with(choice.best):
            chosen.setdefault(action, (choice, token, probability))
    # Later ones first: they begin with more of what the network has just read.
    found = []
    for choice, token, probability in sorted(
        chosen.values(), key=lambda chosen: -len(chosen[0].walk.tokens)
    ):
        walk = choice.walk.copy()
        walk.take(token)
        guessed = _guessed(walk) if quick else None
        if guessed is not None:
            found.append(Answer(guessed, (), probability, 0))
        else:
            found.append((yield from decode(walk, prompt, probability)))
    return found


def _guessed(walk: Walk) -> Walk | None:
    """Follow a guess to the end of an answer; None if it does not lead there.

    Slots that may be left out are: nothing here says that they were meant.
    """
    walk = walk.copy()
    guess = walk.guess()
    while not walk.is_done:
        allowed = walk.allowed()
        expected = guess.pop(0) if guess and guess[0] in allowed else None
        if expected is not None and walk.could_close_before(expected):
            expected = walk.closing
        elif expected is None and len(allowed) > 1:
            return None
        walk.take(allowed[0] if expected is None else expected)
    return walk


class _Plan:
    """A pass along a guess: the tokens it reads and the choices it decides."""

    def __init__(self, walk: Walk, prompt: list[int]) -> None:
        self._walk = walk
        self._guess = walk.guess()
        read = self._guess
        if read[-1:] == [walk.closing]:
            read = read[:-1]  # what comes after it is no choice
        self._tokens = [*prompt, *walk.tokens, *read]
        self._first = len(self._tokens) - len(read) - 1
        self._places: list[_Place] = []
        self._ids: tuple[int, ...] = ()

    def needed(self) -> Pass:
        """Give the pass."""
        return Pass(self._tokens, self._first, self._wanted)

    def decided(self, rows: Scores) -> Iterator[tuple[_Place, dict[int, float]]]:
        """Give each place its tokens' probabilities."""
        columns = {token: column for column, token in enumerate(self._ids)}
        for place, row in zip(self._places, rows, strict=True):
            scores = {token: row[columns[token]] for token in place.walk.allowed()}
            highest = max(scores.values())
            weights = {t: math.exp(score - highest) for t, score in scores.items()}
            total = sum(weights.values())
            yield place, {token: weight / total for token, weight in weights.items()}

    def _wanted(self) -> Wanted:
        self._places = list(self._along())
        allowed = {token for place in self._places for token in place.walk.allowed()}
        first = self._walk.first_choice
        if allowed.issuperset(first):
            self._ids = (*first, *sorted(allowed.difference(first)))
        else:
            self._ids = tuple(sorted(allowed))
        return Wanted([place.at for place in self._places], self._ids)

    def _along(self) -> Iterator[_Place]:
        """Follow the guess for as long as it is allowed and the pass reads it."""
        walk, guess, at = self._walk, self._guess, self._first
        while not walk.is_done and at < len(self._tokens):
            allowed = walk.allowed()
            token = guess[0] if guess and guess[0] in allowed else None
            yield _Place(walk, at, token)
            if token is None:
                return
            walk = walk.copy()
            walk.take(token)
            forced = walk.forced()
            if guess[1 : len(forced) + 1] != forced:
                return  # the pass reads something else
            guess = guess[len(forced) + 1 :]
            at += len(forced) + 1
