"""Baselines: what others make of the rows that the model is measured on.

All know the train split alone; where they refuse is chosen on the valid split. Those
that give no slots take hassil's, where hassil can read the action that they chose.
"""

import importlib.util
import math
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from random import Random
from typing import Protocol

import msgspec

from training import rows
from training.baselines_hassil import Hassil
from training.baselines_nearest import Guess, Nearest
from training.dataset import Example
from training.evaluate import Answer, Tally, tally, tally_answers
from training.generate import Generator
from training.promote import SEED
from whisperad.catalogue import Catalogue
from whisperad.intent import NONE, Intent
from whisperad.utterance import normalise

LEARNT = 60_000  # rows
NEAREST = 20_000  # of those; each is compared with each utterance
VALID = 1000  # rows on which is chosen where to refuse
MOST = 4000  # rows of a set; hassil tries all templates on every one
TRAIN_SEED = 1
EXTRA = "`make evaluate` installs it, or `pip install -r requirements-evaluate.txt`"

Progress = Callable[[str], None]
Replies = list[tuple[Intent, ...]]


class Guesser(Protocol):
    """Chooses an action for each text, and no slots."""

    def guesses(self, texts: Sequence[str]) -> list[Guess]:
        """Guess the action of every text."""


class _Cut(msgspec.Struct, frozen=True):
    """A guesser and the score below which it refuses."""

    name: str
    guesser: Guesser
    score: float


class Baselines:
    """The three of them, ready to be asked."""

    def __init__(self, hassil: Hassil, cuts: list[_Cut], notes: list[str]) -> None:
        self._hassil = hassil
        self._cuts = cuts
        self.notes = notes  # for people: what they are and what they know

    def tallies(self, answers: Sequence[Answer], progress: Progress) -> list[Tally]:
        """Count what the model and each baseline make of the same rows."""
        some = sampled(answers)
        examples = [a.example for a in some]
        texts = [normalise(example.utterance).text for example in examples]
        counted = [tally_answers("the model", some)]
        progress(f"hassil reads {len(texts)} rows")
        started = time.perf_counter()
        readings = [self._hassil.readings(text) for text in texts]
        counted.append(
            _counted("hassil", examples, [_first(r) for r in readings], started)
        )
        for cut in self._cuts:
            progress(f"{cut.name}: {len(texts)} rows")
            started = time.perf_counter()
            replies = [
                _reply(guess, cut.score, reading)
                for guess, reading in zip(
                    cut.guesser.guesses(texts), readings, strict=True
                )
            ]
            counted.append(_counted(cut.name, examples, replies, started))
        return counted


def prepare(
    catalogue: Catalogue,
    config: Path,
    learnt: int,
    false_actions: float,
    progress: Progress,
) -> Baselines:
    """Learn from so many rows, and refuse until so few false actions are left."""
    progress("drawing the rows that the baselines learn from")
    drawn = Generator(catalogue, config, "train").examples(learnt, TRAIN_SEED)
    train = [example for example in drawn if len(example.intents) == 1]
    texts = [normalise(example.utterance).text for example in train]
    actions = [example.intents[0].action for example in train]
    progress("hassil parses the phrases")
    hassil = Hassil(catalogue, config)
    guessers: dict[str, Guesser] = {
        "nearest phrase (rapidfuzz)": Nearest(texts[:NEAREST], actions[:NEAREST])
    }
    if is_there("sklearn"):
        # Slow to import, and there only with the extra.
        from training.baselines_tfidf import Classifier

        progress("TF-IDF and logistic regression learn")
        guessers["TF-IDF + logistic regression"] = Classifier(texts, actions)
    progress("choosing where the baselines refuse")
    valid = list(Generator(catalogue, config, "valid").examples(VALID, SEED))
    cuts = [
        _Cut(name, guesser, _cut_off(guesser, valid, false_actions))
        for name, guesser in guessers.items()
    ]
    return Baselines(hassil, cuts, _notes(hassil, len(texts), false_actions))


def is_there(library: str) -> bool:
    """Whether a library of the extra is installed."""
    return importlib.util.find_spec(library) is not None


def _notes(hassil: Hassil, learnt: int, false_actions: float) -> list[str]:
    """Say what the baselines are."""
    return [
        f"hassil tries the {hassil.templates} templates of the train split, with the"
        " words of choices, wildcards for all other slots, and skip words; what is no"
        " command is among its templates too.",
        f"The nearest phrase is one of {min(learnt, NEAREST)} utterances of the train"
        " split, by rapidfuzz's `token_sort_ratio`.",
        f"TF-IDF (1-2 words, 2-4 letters) and logistic regression learnt from {learnt}"
        " rows of the train split."
        if is_there("sklearn")
        else f"No TF-IDF and logistic regression: scikit-learn is missing; {EXTRA}.",
        f"Where they refuse was chosen on {VALID} rows of the valid split, so that"
        f" {false_actions:.1%} of what is no command passes there, as with the model."
        " Their slots are hassil's, where it can read the action that they chose; its"
        " time does not count as theirs. hassil itself refuses what it cannot read or"
        " reads as no command. No baseline answers with several commands.",
    ]


def sampled(answers: Sequence[Answer]) -> Sequence[Answer]:
    """Give the answers that baselines are measured on: all, or some drawn at random."""
    if len(answers) <= MOST:
        return answers
    return Random(SEED).sample(answers, MOST)


def _cut_off(guesser: Guesser, valid: Sequence[Example], false_actions: float) -> float:
    """Give the lowest score that keeps false actions within the rate."""
    others = [normalise(e.utterance).text for e in valid if not rows.commands(e)]
    wrong = sorted(
        (guess.score for guess in guesser.guesses(others) if guess.action != NONE),
        reverse=True,
    )
    allowed = int(false_actions * len(others))
    if len(wrong) <= allowed:
        return 0.0
    return math.nextafter(wrong[allowed], math.inf)


def _first(readings: Iterable[Intent]) -> tuple[Intent, ...]:
    best = next(iter(readings), None)
    return () if best is None or best.is_none else (best,)


def _reply(guess: Guess, cut: float, readings: Iterable[Intent]) -> tuple[Intent, ...]:
    if guess.action == NONE or guess.score < cut:
        return ()
    same = (intent for intent in readings if intent.action == guess.action)
    return (next(same, Intent(guess.action)),)


def _counted(
    name: str, examples: Sequence[Example], replies: Replies, started: float
) -> Tally:
    ms = (time.perf_counter() - started) * 1000 / max(1, len(examples))
    return tally(name, list(zip(examples, replies, strict=True)), ms)
