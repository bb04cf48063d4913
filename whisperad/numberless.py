"""Numbers that nobody said: a slot for one, left out where words were taken for it.

Any words of an utterance may be a value as far as the grammar goes. Where they say no
number and the slot may be left out, the answer is chosen again without it.
"""

from collections.abc import Generator, Mapping, Sequence

from msgspec.structs import replace

from whisperad import values
from whisperad.action import Action
from whisperad.decode import Answer, Pass, Scores, decode
from whisperad.pack import Slot
from whisperad.prompt import key


def left_out(
    answer: Answer, prompt: list[int], actions: Mapping[str, Action]
) -> Generator[Pass, Scores, Answer]:
    """Give the answer, or the likeliest one without what cannot be.

    Several commands are left as they are.
    """
    while places := _places_of_words(answer, actions):
        branches = {
            (number, token): choice.before * probability
            for number in places
            for choice in [answer.choices[number]]
            for token, probability in choice.probabilities.items()
            if token != choice.best
        }
        total = sum(branches.values())
        if not total:
            break
        number, token = max(branches, key=branches.__getitem__)
        choice = answer.choices[number]
        walk = choice.walk.copy()
        walk.take(token)
        share = branches[number, token] / total
        before = answer.choices[places[0]].before
        again = yield from decode(walk, prompt, before * share)
        left = {t: p for t, p in choice.probabilities.items() if t != choice.best}
        kept = (*answer.choices[:number], replace(choice, probabilities=left))
        answer = replace(
            again,
            choices=(*kept, *again.choices),
            passes=answer.passes + again.passes,
        )
    return answer


def _places_of_words(answer: Answer, actions: Mapping[str, Action]) -> Sequence[int]:
    """Give the choices, by number, that began a slot for a number with other words."""
    intents = answer.walk.intents
    if len(intents) != 1:
        return ()
    (intent,) = intents
    slots = actions[intent.action].slots
    for name, said in intent.slots.items():
        slot = slots[name]
        if slot.optional and slot.type in values.COUNTED and not _any(slot, said):
            begins = answer.walk.text.index(key(name))
            within = range(begins, begins + len(key(name)))
            return [
                number
                for number, choice in enumerate(answer.choices)
                if len(choice.walk.text) in within
            ]
    return ()


def _any(slot: Slot, said: str) -> bool:
    """Whether words say a number, or one of them does: "twenty fivve" meant one."""
    return any(values.count(slot, words) is not None for words in (said, *said.split()))
