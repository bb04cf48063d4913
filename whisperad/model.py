"""The warm model: a base, its adapter and the grammar of a catalogue.

Belongs to the thread it was made in; `model_thread.py` is that thread.
"""

import math
import os
import time
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TypeAlias, TypeVar

from whisperad import numberless, vocabulary
from whisperad.adapter import (
    Calibration,
    Manifest,
    read_manifest,
    read_scale,
    weights_hash,
)
from whisperad.catalogue import Catalogue
from whisperad.decode import Answer, Pass, Scores, Wanted, alternatives, decode
from whisperad.errors import BadAdapter, NotReady, TimedOut
from whisperad.grammar import Grammar
from whisperad.intent import Intent
from whisperad.network import Network, Weights
from whisperad.prompt import PREFIX, SUFFIX
from whisperad.reading import Reader
from whisperad.understanding import Candidate, Understanding
from whisperad.utterance import Utterance
from whisperad.weights import BLAS, DAMAGED

T = TypeVar("T")

# Longer prompts are no commands, and attention takes memory by the square of them.
MAX_PROMPT_TOKENS = 1024
MAX_BRANCHED_TOKENS = 192  # a longer prompt is no command that other words would mend
# Following the spans of a longer word takes seconds, and is more than a grammar may do.
MAX_WORD_BYTES = 1000

CANDIDATES = 3
CANDIDATES_EXPLAINED = 5


# Asks for passes and says in the end what was understood.
Steps: TypeAlias = Generator[Pass, Scores, Understanding]


class Adapter:
    """An adapter, loaded and checked; `Model.use` makes it serve."""

    def __init__(self, folder: Path, manifest: Manifest, weights: Weights) -> None:
        self.folder = folder
        self.name = folder.name
        self.manifest = manifest
        self.weights = weights


class Model:
    """A base with at most one adapter, answering for one catalogue at a time."""

    def __init__(self, folder: Path, adapters: Iterable[Path] = ()) -> None:
        """Load a base folder, and use the first of some adapters that fits it.

        `problems` says what was wrong with those before. Raises `BadAdapter` if the
        base is none that we can serve.
        """
        self._folder = Path(os.path.realpath(folder))
        self.base = self._folder.name
        self.adapter: Adapter | None = None
        self._vocabulary = vocabulary.load(self._folder / "tokenizer.json")
        self._network = Network(self._folder, self._vocabulary.encode(PREFIX))
        if self._vocabulary.size > self._network.vocabulary:
            raise BadAdapter(
                f"{folder}: the tokenizer has {self._vocabulary.size} tokens, but the"
                f" weights are for {self._network.vocabulary}"
            )
        self.problems = tuple(self._begin(adapters))
        self._network.settle()
        self.reader = Reader(self._network)
        self._grammar: Grammar | None = None
        self.bytes = self._network.bytes
        self.device = self._network.device
        self.blas = BLAS.name

    def _begin(self, adapters: Iterable[Path]) -> Iterator[str]:
        """Use the first adapter that fits or, if there is none, the base alone."""
        for folder in adapters:
            try:
                self.use(self.load_adapter(folder))
                return
            except (BadAdapter, *DAMAGED) as error:
                yield str(error)
        try:
            self.use(None)
        except DAMAGED as error:
            raise BadAdapter(
                f"{self._folder}: no base that can be served: {error}"
            ) from error

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the base's weights, by which adapters know it."""
        return weights_hash(self._folder)

    @property
    def calibration(self) -> Calibration:
        """The serving adapter's; the bare base was never calibrated."""
        return self.adapter.manifest.calibration if self.adapter else Calibration()

    def grammar(self, catalogue: Catalogue) -> Grammar:
        """Make the grammar of a catalogue, for `serve` or `serving`."""
        return Grammar(catalogue, self._vocabulary)

    def serve(self, catalogue: Catalogue) -> None:
        """Answer with the actions of this catalogue from now on."""
        self._follow(self.grammar(catalogue))

    def served(self) -> Grammar:
        """Give the grammar of the catalogue that is answered for."""
        if self._grammar is None:
            raise NotReady("the model has no catalogue yet")
        return self._grammar

    def load_adapter(self, folder: Path) -> Adapter:
        """Read and check an adapter beside the serving one, which goes on serving.

        Raises `BadAdapter` that says what does not fit.
        """
        steps = self.loading(folder)
        while True:
            try:
                next(steps)
            except StopIteration as ended:
                adapter: Adapter = ended.value
                return adapter

    def loading(self, folder: Path) -> Generator[None, None, Adapter]:
        """Do as `load_adapter` does, a few milliseconds at a time."""
        folder = Path(os.path.realpath(folder))
        manifest = read_manifest(folder)
        manifest.check_fits(folder, self.base, self.hash)
        yield from manifest.checking_weights(folder)
        weights = yield from self._network.adapting(folder, read_scale(folder))
        return Adapter(folder, manifest, weights)

    def use(self, adapter: Adapter | None) -> None:
        """Serve with this adapter from now on, or with the bare base."""
        self._network.use(adapter.weights if adapter else None)
        self.adapter = adapter

    @contextmanager
    def serving(self, adapter: Adapter | None, grammar: Grammar) -> Iterator[None]:
        """Serve with other things for as long as this lasts."""
        before = self.adapter, self._grammar
        try:
            self.change(adapter, grammar)
            yield
        finally:
            self.use(before[0])
            if before[1] is not None:
                self._follow(before[1])

    def change(self, adapter: Adapter | None, grammar: Grammar) -> None:
        """Serve with both from now on."""
        if adapter is not self.adapter:
            self.use(adapter)
        self._follow(grammar)

    def _follow(self, grammar: Grammar) -> None:
        if grammar is not self._grammar:
            self._network.keep_rows(grammar.first_choice)
            self._grammar = grammar

    def understand(
        self,
        utterance: Utterance,
        threshold: float | None = None,
        *,
        explain: bool = False,
        deadline: float = math.inf,
    ) -> Understanding:
        """Do as `understanding` does, and make the passes alone."""
        return self.reader.finish(
            self.understanding(utterance, threshold, explain=explain, deadline=deadline)
        )

    def understanding(
        self,
        utterance: Utterance,
        threshold: float | None = None,
        *,
        explain: bool = False,
        deadline: float = math.inf,
    ) -> Steps:
        """Say what the utterance asks for, with passes that the caller makes.

        Candidates are looked for below `threshold`, by default the adapter's own, or
        always if `explain` is set. What may be misspelt and is not sure
        is read in another spelling too. Raises `TimedOut` when `deadline`, a time of
        `time.monotonic`, passes.
        """
        grammar = self.served()
        first = yield from self._read(grammar, utterance, threshold, explain, deadline)
        other = grammar.spelling and grammar.spelling.other(utterance, first)
        if not other:
            return first
        utterance = other.utterance
        again = yield from self._read(grammar, utterance, threshold, explain, deadline)
        return other.better(first, again)

    def _read(
        self,
        grammar: Grammar,
        utterance: Utterance,
        threshold: float | None,
        explain: bool,
        deadline: float,
    ) -> Steps:
        """Say what the utterance asks for, as it is spelt."""
        started = time.perf_counter()
        prompt = self._vocabulary.encode(utterance.text + SUFFIX)
        if not _is_readable(utterance) or len(prompt) > MAX_PROMPT_TOKENS:
            return Understanding((), 1.0)
        walk = grammar.walk(utterance.text)
        others: list[Answer] = []
        answer = yield from _in_time(decode(walk, prompt), deadline)
        unread = numberless.left_out(answer, prompt, grammar.actions)
        answer = yield from _in_time(unread, deadline)
        confidence = self.calibration.confidence(answer.probability)
        limit = self.calibration.threshold if threshold is None else threshold
        is_unsure = confidence < limit and len(prompt) <= MAX_BRANCHED_TOKENS
        count = CANDIDATES_EXPLAINED if explain else CANDIDATES * is_unsure
        # Of several commands each is a candidate already.
        if explain or (is_unsure and len(answer.walk.intents) < 2):
            # One more than are shown: "no command" may be among them.
            branches = alternatives(answer, prompt, count, quick=not explain)
            others = yield from _in_time(branches, deadline)
        return Understanding(
            _once(answer.walk.intents),
            confidence,
            self._candidates([answer, *others])[:count],
            passes=sum(found.passes for found in [answer, *others]),
            chosen_tokens=len(answer.choices),
            adapter=self.adapter.name if self.adapter else None,
            model_ms=(time.perf_counter() - started) * 1000,
        )

    @property
    def can_share(self) -> bool:
        """Whether other threads may read with the model, each with its own reader."""
        return self._network.can_share

    def reader_beside(self) -> Reader:
        """Give a reader for another thread, for as long as nothing is changed here."""
        return Reader(self._network.beside())

    def touch(self) -> None:
        """Make the smallest pass there is: all weights are used once."""
        self.reader.read([Pass([0], 0, lambda: Wanted([0], (0,)))])
        self.reader.forget()

    def _candidates(self, answers: list[Answer]) -> tuple[Candidate, ...]:
        found: list[Candidate] = []
        for answer in sorted(answers, key=lambda answer: -answer.probability):
            confidence = self.calibration.confidence(answer.probability)
            for intent in answer.walk.intents:
                if all(intent != candidate.intent for candidate in found):
                    found.append(Candidate(intent, confidence))
        return tuple(found)


def _in_time(
    steps: Generator[Pass, Scores, T], deadline: float
) -> Generator[Pass, Scores, T]:
    """Ask for what `steps` ask for. Raises `TimedOut` when a deadline has passed."""
    try:
        wanted = next(steps)
        while time.monotonic() <= deadline:
            wanted = steps.send((yield wanted))
    except StopIteration as ended:
        found: T = ended.value
        return found
    raise TimedOut("the model did not answer in time")


def _is_readable(utterance: Utterance) -> bool:
    """Whether there are words, and none that is too long to be one."""
    longest = max(map(len, utterance.text.encode().split()), default=0)
    return 0 < longest <= MAX_WORD_BYTES


def _once(intents: tuple[Intent, ...]) -> tuple[Intent, ...]:
    """Drop what was said before: "it's too quiet, turn it up" asks for one thing."""
    return tuple(i for at, i in enumerate(intents) if i not in intents[:at])
