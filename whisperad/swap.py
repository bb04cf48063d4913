"""Another adapter, another catalogue or both, made ready beside requests that go on.

Everything is done in the model's thread, but in steps of a few milliseconds, so that
requests have their turn in between; only the last step changes what they get.
"""

from collections.abc import Generator, Iterable
from functools import partial
from pathlib import Path

from whisperad.adapter import Canary
from whisperad.catalogue import Catalogue
from whisperad.errors import BadAdapter
from whisperad.grammar import Grammar
from whisperad.model import Adapter, Model
from whisperad.model_thread import ModelThread
from whisperad.utterance import normalise


async def load(thread: ModelThread, folder: Path) -> Adapter:
    """Load an adapter beside the serving one. Raises `BadAdapter`."""
    steps = await thread.submit(lambda model: model.loading(folder))
    adapter = None
    while adapter is None:
        adapter = await thread.submit(lambda _: _step(steps))
    return adapter


async def check(
    thread: ModelThread, adapter: Adapter, grammar: Grammar, answered: Catalogue
) -> None:
    """Have an adapter answer its canaries. Raises `BadAdapter` if one is wrong."""
    await thread.submit(lambda model: _warm(model, adapter, grammar))
    wrong = []
    for canary in adapter.manifest.canaries:
        action = canary.intent["action"]
        if action not in answered.actions and action != "none":
            continue  # of a pack that is not there any more
        found = await thread.submit(partial(_understood, adapter, grammar, canary))
        if found != (canary.intent if action != "none" else {}):
            wrong.append(
                f'expected "{canary.utterance}" to mean {canary.intent}, found'
                f" {found or 'no command'}"
            )
    if wrong:
        raise BadAdapter(f"{adapter.folder}: {'; '.join(wrong)}")


async def prove(
    thread: ModelThread, others: Iterable[Path], answered: Catalogue
) -> tuple[str, ...]:
    """Have the serving adapter answer its canaries, and say what was wrong.

    If one is wrong, the first of `others` serves whose canaries are right; if there is
    none, what serves goes on: to be right about most is better than to know nothing.
    """
    serving, grammar = await thread.submit(lambda m: (m.adapter, m.served()))
    adapter, wrong, waiting = serving, list[str](), iter(others)
    while adapter is not None:
        try:
            await check(thread, adapter, grammar, answered)
            break
        except BadAdapter as error:
            wrong.append(str(error))
        adapter = None
        for folder in waiting:
            try:
                adapter = await load(thread, folder)
                break
            except BadAdapter as error:
                wrong.append(str(error))
    if adapter is not None and adapter is not serving:
        await thread.submit(lambda model: model.change(adapter, grammar))
        wrong.append(f"{adapter.folder} serves instead")
    return tuple(wrong)


def _step(steps: Generator[None, None, Adapter]) -> Adapter | None:
    """Load some more; give the adapter when that was all."""
    try:
        next(steps)
    except StopIteration as ended:
        adapter: Adapter = ended.value
        return adapter
    return None


def _warm(model: Model, adapter: Adapter, grammar: Grammar) -> None:
    """Have the adapter read the prompt's prefix, which it remembers."""
    with model.serving(adapter, grammar):
        pass


def _understood(
    adapter: Adapter, grammar: Grammar, canary: Canary, model: Model
) -> dict[str, str]:
    """Give what an adapter makes of a canary, as its intent is written."""
    with model.serving(adapter, grammar):
        intents = model.understand(normalise(canary.utterance), threshold=0.0).intents
    return {"action": intents[0].action, **intents[0].slots} if intents else {}
