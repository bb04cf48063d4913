"""Serving: the configuration and the adapter that answers are made with.

Both are loaded at start and again by a reload, which changes all it was asked to change
or nothing.
"""

import asyncio
import gc
from collections.abc import Hashable
from pathlib import Path
from typing import Literal

import msgspec
from msgspec.structs import replace

from whisperad import catalogue, log, settings, swap
from whisperad.adapter import adapter_folders, folders_at_start
from whisperad.answers import Answers
from whisperad.catalogue import Catalogue
from whisperad.command import Resolver
from whisperad.errors import BadConfig
from whisperad.exact import Exact
from whisperad.grammar import Grammar
from whisperad.intent import Intent
from whisperad.interpret import Interpreter
from whisperad.learning import Learning
from whisperad.machine import Machine
from whisperad.model import Adapter, Model
from whisperad.model_thread import ModelThread
from whisperad.network import give_back
from whisperad.settings import Limits, Preferences, Settings

What = Literal["all", "config", "adapter"]

FIRST_S = 0.1  # who waited for the start is answered before anything is learnt

_MEASURED = object()


class Configuration(msgspec.Struct, frozen=True):
    """What the shipped and the user's files say, ready for use."""

    catalogue: Catalogue
    preferences: Preferences
    resolver: Resolver
    exact: Exact | None = None


class ServingModel(msgspec.Struct, frozen=True):
    """What there is to say of the model that answers."""

    base: str
    adapter: str | None
    threshold: float  # the adapter's own
    bytes: int
    device: str
    blas: str


class Serving:
    """Holds what serves; a request looks at it once and uses what it finds."""

    configuration: Configuration
    model: ServingModel

    def __init__(self, given: Settings) -> None:
        self._settings = given
        # Of a system that is not ours nothing can be looked up.
        environ = given.environ if given.can_execute else None
        self._machine = Machine(given.platform, given.home, environ)
        self._phrases = Learning(given.shipped, given.config, given.state)
        self.answers = Answers(self._served)
        self._config_problems: tuple[str, ...] = ()
        self._adapter_problems: tuple[str, ...] = ()
        self._has_learnt = asyncio.Event()  # what there is to learn of the packs

    @property
    def problems(self) -> tuple[str, ...]:
        """What the user should put right, though we serve without it."""
        return self._config_problems + self._adapter_problems

    def exact(self, text: str) -> tuple[Intent, ...] | None:
        """Give what a normalised text means, where an exact phrase says so."""
        known = self.configuration.exact
        return known.meaning(text) if known else None

    def _served(self) -> Hashable | None:
        """Give what decides answers; None if they are not to be kept."""
        if not self.configuration.preferences.shortcuts:
            return None
        return self.configuration.catalogue.hash, self.model.base, self.model.adapter

    @property
    def limits(self) -> Limits:
        """How much of everything the user allows."""
        return self.configuration.preferences

    @property
    def threshold(self) -> float:
        """Below this confidence nothing runs."""
        own = self.configuration.preferences.confidence_threshold
        return self.model.threshold if own is None else own

    def begin(self) -> ModelThread:
        """Read the packs, with what works of them, and begin to load the model.

        Gives the thread with the model in it, for the caller to stop. Raises
        `BadConfig` if there is nothing to serve.
        """
        likely = settings.likely_preferences(self._settings)
        self._load_model(likely)  # while the packs are read
        try:
            self._configure()
            if self.configuration.preferences != likely:
                self._thread.stop()
                self._load_model(self.configuration.preferences)
        except BaseException:
            self._thread.stop()
            raise
        return self._thread

    async def start(self) -> None:
        """Warm the model up. Raises `BadAdapter` if there is none to serve with."""
        self.model, self._adapter_problems = await self._thread.submit(
            lambda model: _first(model, self.configuration.catalogue)
        )
        # The first request shall not wait for the list of applications either.
        await asyncio.gather(
            Interpreter(self._thread).warm_up(),
            asyncio.to_thread(self._machine.applications.current),
        )
        await self._thread.submit(lambda _: give_back())
        self._learning = asyncio.create_task(self._learn())
        self._proving = asyncio.create_task(self._prove())
        for problem in self.problems:
            log.warning("problem", message=problem)

    async def stop(self) -> None:
        """Leave what was still to be done after the start."""
        for task in (self._learning, self._proving):
            task.cancel()
        await asyncio.wait({self._learning, self._proving})

    async def _prove(self) -> None:
        """Have the adapter prove itself, after the start: that takes a while.

        One that is wrong gives way to another.
        """
        await self._has_learnt.wait()  # one after the other, for requests' sake
        served = self.model.adapter
        names = [folder.name for folder in self._folders]
        others = self._folders[names.index(served) + 1 :] if served in names else ()
        answered = self.configuration.catalogue
        wrong = await swap.prove(self._thread, others, answered)
        self.model = await self._thread.submit(_described)
        self._adapter_problems += wrong
        for problem in wrong:
            log.warning("problem", message=problem)
        if self.model.adapter != served:
            self.answers.clear()

    async def _learn(self) -> None:
        """Learn exact phrases, and then what saves passes."""
        try:
            await asyncio.sleep(FIRST_S)
            before = self.configuration
            after = await asyncio.to_thread(_learnt, before, self._settings.shipped)
            if self.configuration is before:  # it may have been read again
                self.configuration = after
        finally:
            self._has_learnt.set()
        await self._save_passes()
        gc.freeze()  # what was learnt stays, and is much to look through

    async def _save_passes(self) -> None:
        """Learn what to guess and how to spell, and how to read with what was guessed."""
        answered = self.configuration.catalogue
        grammar = await self._thread.submit(lambda model: model.served())
        found = await self._phrases.learnt(answered)
        await asyncio.to_thread(grammar.use, found)
        self.answers.clear()  # what was misspelt may mean something now
        measuring = await self._thread.submit(lambda model: model.reader.measuring())
        # One pass at a time, for requests to have their turn.
        while await self._thread.submit(lambda _: next(measuring, _MEASURED)) is None:
            pass
        await asyncio.wait({self._proving})
        await self._thread.submit(lambda _: give_back())
        log.info("learnt", actions=len(answered.actions))

    def _load_model(self, preferences: Preferences) -> None:
        """Begin to load the base that preferences name, and an adapter of its own."""
        self._base = settings.model_folder(self._settings, preferences)
        self._folders = folders_at_start(self._base, self._settings.data)
        self.queue = preferences.queue  # the thread keeps to it until the next start
        self._thread = ModelThread(self._base, self.queue, self._folders)
        self._thread.start()

    def _configure(self) -> None:
        """Load the configuration, the shipped one alone if the user's is wrong.

        A daemon with a broken user file is better than none.
        """
        given, machine = self._settings, self._machine
        try:
            self.configuration = _configuration(given, given.config, machine)
        except BadConfig as error:
            self.configuration = _configuration(given, None, machine)
            self._config_problems = error.mistakes

    async def reload(self, what: What) -> None:
        """Read the configuration, the adapter or both again.

        Raises `BadConfig` or `BadAdapter`, and everything stays as it was.
        """
        self._has_learnt.set()  # who asks for this waits for no more than must be
        await asyncio.wait({self._proving})
        configuration = self.configuration
        if what != "adapter":
            configuration = await asyncio.to_thread(
                _configuration, self._settings, self._settings.config, self._machine
            )
            configuration = await asyncio.to_thread(
                _learnt, configuration, self._settings.shipped
            )
        folders = adapter_folders(self._base, self._settings.data)
        served, adapter = await self._thread.submit(
            lambda model: (model.served(), model.adapter)
        )
        grammar = served
        if grammar.packs_hash != configuration.catalogue.packs_hash:
            grammar = await self._thread.submit(
                lambda model: model.grammar(configuration.catalogue)
            )
        if what != "config":
            folder = next(folders, None)
            adapter = await swap.load(self._thread, folder) if folder else None
            if adapter:
                answered = configuration.catalogue
                await swap.check(self._thread, adapter, grammar, answered)
        # Requests that are understood after this job resume after this coroutine does,
        # so that none meets a grammar and a catalogue that do not belong together.
        self.model = await self._thread.submit(
            lambda model: _changed(model, adapter, grammar)
        )
        self.configuration = configuration
        if grammar is not served:  # what is being learnt is of no use any more
            self._learning.cancel()
            self._learning = asyncio.create_task(self._save_passes())
        self.answers.clear()  # another adapter may have the same name
        if what != "adapter":
            self._config_problems = ()
        if what != "config":
            self._adapter_problems = ()
        await self._thread.submit(lambda _: give_back())


def _configuration(
    given: Settings, user: Path | None, machine: Machine
) -> Configuration:
    loaded = catalogue.load(given.shipped, user)
    preferences = settings.preferences(loaded.settings, given.config)
    return Configuration(loaded, preferences, Resolver(loaded, machine))


def _learnt(configuration: Configuration, shipped: Path) -> Configuration:
    """Give a configuration with its exact phrases, if the user wants them.

    After that, phrases are hardly ever looked at.
    """
    if configuration.preferences.shortcuts:
        names = configuration.resolver.names
        names.refresh()
        exact = Exact(configuration.catalogue, names, shipped)
        configuration = replace(configuration, exact=exact)
    configuration.catalogue.shrink()
    return configuration


def _described(model: Model) -> ServingModel:
    return ServingModel(
        model.base,
        model.adapter.name if model.adapter else None,
        model.calibration.threshold,
        model.bytes,
        model.device,
        model.blas,
    )


def _first(model: Model, answered: Catalogue) -> tuple[ServingModel, tuple[str, ...]]:
    """Serve, and give what was wrong with adapters that do not."""
    model.serve(answered)
    return _described(model), model.problems


def _changed(model: Model, adapter: Adapter | None, grammar: Grammar) -> ServingModel:
    model.change(adapter, grammar)
    return _described(model)
