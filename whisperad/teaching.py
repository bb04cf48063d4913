"""Teaching: check what an utterance is said to mean against the catalogue.

Only the meaning is taught. What is run for it, and whether it asks first, stays the
catalogue's.
"""

import re
from collections.abc import Iterator

from whisperad.action import Action
from whisperad.catalogue import Catalogue
from whisperad.errors import BadRequest
from whisperad.intent import NONE, Intent
from whisperad.pack import Slot
from whisperad.prompt import MAX_INTENTS
from whisperad.protocol import OneOrMore, Said
from whisperad.utterance import Utterance, normalise
from whisperad.values import COUNTED, count

MAX_WORDS = 8  # of a number


def intents(
    utterance: Utterance, given: OneOrMore, catalogue: Catalogue
) -> tuple[Intent, ...]:
    """Give what an utterance is to mean: nothing for "none", else one or more intents.

    Raises `BadRequest` with all that is wrong.
    """
    if not utterance.text:
        raise BadRequest("utterance: expected words, found none")
    several = (given,) if isinstance(given, dict) else given
    if not 0 < len(several) <= MAX_INTENTS:
        raise BadRequest(
            f"intent: expected 1 to {MAX_INTENTS} commands, found {len(several)}"
        )
    if any(not isinstance(said.get("action"), str) for said in several):
        raise BadRequest('intent: expected an "action" with its slots')
    if len(several) == 1 and several[0] == {"action": NONE}:
        return ()
    found = tuple(_intent(said, utterance.text, catalogue) for said in several)
    wrong = [fault for one in found for fault in faults(one, utterance.text, catalogue)]
    if wrong:
        raise BadRequest(f"intent: {'; '.join(wrong)}")
    return found


def faults(intent: Intent, text: str, catalogue: Catalogue) -> Iterator[str]:
    """Say why a normalised text cannot mean an intent."""
    action = catalogue.actions.get(intent.action)
    if action is None:
        yield f'no action is called "{intent.action}"'
        return
    for name in intent.slots:
        if name not in action.slots:
            has = ", ".join(action.slots) or "none"
            yield f'action "{action.id}" has no slot "{name}"; its slots: {has}'
    for name, slot in action.slots.items():
        if name in intent.slots:
            yield from _slot_faults(name, slot, intent.slots[name], text)
        elif not slot.optional:
            yield f'action "{action.id}" needs the slot "{name}"'


def _slot_faults(name: str, slot: Slot, words: str, text: str) -> Iterator[str]:
    if slot.type == "choice":
        if words not in slot.values:
            yield f'{name}: expected one of {", ".join(slot.values)}, found "{words}"'
    elif not words or not re.search(rf"(?<!\w){re.escape(words)}(?!\w)", text):
        yield f'{name}: expected words of "{text}", found "{words}"'
    elif slot.type in COUNTED and count(slot, words) is None:
        yield f'{name}: expected words for a number, found "{words}"'


def _intent(said: Said, text: str, catalogue: Catalogue) -> Intent:
    """Give an intent with its slots in the catalogue's order, unknown ones last."""
    action = catalogue.actions.get(str(said["action"]))
    known = action.slots if action else {}
    names = [*(n for n in known if n in said), *(said.keys() - known.keys())]
    return Intent(
        str(said["action"]),
        {n: _words(action, n, said[n], text) for n in names if n != "action"},
    )


def _words(action: Action | None, name: str, value: str | int, text: str) -> str:
    """Give the words of a slot as the text has them; a number's are looked for."""
    slot = action.slots.get(name) if action else None
    if slot is not None and slot.type == "choice":
        return str(value).strip().lower()
    words = normalise(str(value)).text
    if slot is None or slot.type not in COUNTED or not words.isdecimal():
        return words
    return _spans(slot, int(words), text) or words


def _spans(slot: Slot, number: int, text: str) -> str | None:
    """Find the words of a text that say a number; None if none do."""
    words = [word.strip(",;:") for word in text.split()]
    right = [
        words[start:end]
        for start in range(len(words))
        for end in range(start + 1, min(start + MAX_WORDS, len(words)) + 1)
        if count(slot, " ".join(words[start:end])) == number
    ]
    longest = max(right, key=len, default=None)
    # "half volume" is "half", but "fifty percent" is all of it.
    while longest and longest[-1] != "percent" and longest[:-1] in right:
        longest = longest[:-1]
    return " ".join(longest) if longest else None
