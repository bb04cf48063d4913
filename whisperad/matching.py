"""Matching: whether an utterance is a wording of a phrase, as hassil's own matcher says.

Loaded when somebody first asks to have something explained: the matcher brings more
along than the rest of the daemon's start.
"""

from collections.abc import Iterable

from hassil.expression import Sentence
from hassil.intents import SlotList, TextSlotList
from hassil.recognize import is_match

from whisperad.action import Action
from whisperad.intent import Intent
from whisperad.phrases import Rules


def has(
    text: str,
    action: Action,
    intent: Intent,
    sentence: Sentence,
    rules: Rules,
    skipped: Iterable[str],
) -> bool:
    """Tell whether a phrase of the action has the text, but for words to be skipped."""
    lists = _spans(action, intent)
    return bool(is_match(text, sentence, lists, dict(rules), skip_words=list(skipped)))


def _spans(action: Action, intent: Intent) -> dict[str, SlotList]:
    """Say what may stand for each slot: what was said, and for a choice its words."""
    lists: dict[str, SlotList] = {}
    for name, slot in action.slots.items():
        value = intent.slots.get(name)
        words = slot.said.get(value or "", ()) if slot.values else ()
        said = words or ((value,) if value else ())
        lists[name] = TextSlotList.from_strings(said, allow_template=False)
    return lists
