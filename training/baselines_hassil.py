"""hassil on the train split's phrases, with nothing learnt: templates and wildcards."""

from collections import defaultdict
from pathlib import Path

from hassil.expression import Sentence, TextChunk
from hassil.intents import Intent as HassilIntent
from hassil.intents import (
    IntentData,
    Intents,
    SlotList,
    TextSlotList,
    TextSlotValue,
    WildcardSlotList,
)
from hassil.recognize import RecognizeResult, recognize_all

from training.templates import Template, of_action, of_refusals
from whisperad import phrases
from whisperad.action import Action
from whisperad.catalogue import Catalogue
from whisperad.intent import NONE, NOT_A_COMMAND, Intent
from whisperad.pack import Slot
from whisperad.values import COUNTED, count

# What people put around a command. Those who write templates for hassil list it too.
SKIPPED = (
    "please", "can you", "could you", "would you", "will you", "i want you to",
    "i need you to", "i'd like you to", "i want to", "i need to", "i'd like to",
    "go ahead and", "just", "kindly", "hey", "hi", "hello", "ok", "okay", "computer",
    "assistant", "um", "uh", "erm", "well", "so", "for me", "now", "right now",
    "thanks", "thank you", "immediately", "asap", "right away",
)  # fmt: skip


class Hassil:
    """Recognises utterances by the phrases of the train split."""

    def __init__(self, catalogue: Catalogue, config: Path) -> None:
        self._actions = catalogue.actions
        rules = {
            file: {name: phrases.parse(body) for name, body in bodies.items()}
            for file, bodies in catalogue.rules.items()
        }
        known = [
            HassilIntent(action.id, _data(of_action(action, "train", config), rules))
            for action in catalogue.actions.values()
        ]
        known.append(HassilIntent(NONE, _data(of_refusals(config, "train"), rules)))
        self._intents = Intents(
            "en", {intent.name: intent for intent in known}, skip_words=list(SKIPPED)
        )
        self.readings("warm up")  # it parses its templates when it first needs them

    @property
    def templates(self) -> int:
        """How many templates it tries on every utterance."""
        known = self._intents.intents.values()
        return sum(len(data.sentence_texts) for intent in known for data in intent.data)

    def readings(self, text: str) -> list[Intent]:
        """Give how a text may be read, best first and once an action; maybe as none."""
        found: dict[str, Intent] = {}
        for result in sorted(recognize_all(text, self._intents), key=_rank):
            if result.intent.name not in found:
                intent = self._intent(result, text)
                if intent is not None:
                    found[intent.action] = intent
        return list(found.values())

    def _intent(self, result: RecognizeResult, text: str) -> Intent | None:
        """Give what a match says; None if words that are no number stand for one."""
        if result.intent.name == NONE:
            return NOT_A_COMMAND
        action = self._actions[result.intent.name]
        slots = {}
        for entity in result.entities_list:
            slot = action.slots.get(entity.name)
            if slot is None:
                continue
            words = str(entity.value)
            if entity.is_wildcard and entity.text_span:
                words = text[slice(*entity.text_span)].strip()
            if slot.type in COUNTED and count(slot, words) is None:
                return None
            slots[entity.name] = words
        return Intent(action.id, slots)


def _data(
    templates: list[Template], rules: dict[str, dict[str, Sentence]]
) -> list[IntentData]:
    """Give templates as hassil takes them: by their rules and the slots they imply."""
    blocks: defaultdict[tuple[str, frozenset[tuple[str, str]]], list[Template]]
    blocks = defaultdict(list)
    for template in templates:
        fixed = frozenset(template.phrase.fixed.items())
        blocks[template.phrase.file, fixed].append(template)
    data = []
    for (file, fixed), some in blocks.items():
        used = rules.get(file, {})
        names = {
            name
            for template in some
            for name in phrases.references(template.sentence.expression, used)
        }
        lists = {name: _list(name, some[0].action) for name in sorted(names)}
        data.append(
            IntentData(
                [template.phrase.template for template in some],
                slots=dict(sorted(fixed)),
                expansion_rules=used,
                slot_lists=lists,
                wildcard_list_names={
                    name
                    for name, values in lists.items()
                    if isinstance(values, WildcardSlotList)
                },
            )
        )
    return data


def _list(name: str, action: Action | None) -> SlotList:
    """Give what may fill a slot: the words of a choice, else any words."""
    slot = action.slots.get(name) if action else None
    if slot is None or slot.type != "choice":
        return WildcardSlotList(name)
    return TextSlotList(name, [_said(word, value) for value, word in _words(slot)])


def _words(slot: Slot) -> list[tuple[str, str]]:
    return [
        (value, word)
        for value in slot.values
        for word in slot.said.get(value, (value,))
    ]


def _said(word: str, value: str) -> TextSlotValue:
    return TextSlotValue(TextChunk(word), value)


def _rank(result: RecognizeResult) -> tuple[int, int, int, str]:
    """Order matches as hassil's own `recognize_best` does."""
    wild = [entity for entity in result.entities_list if entity.is_wildcard]
    return (
        len(wild),
        -result.text_chunks_matched,
        sum(len(entity.text) for entity in wild),
        result.intent.name,
    )
