"""Own phrases: those of a user's packs, all of which count, wherever they stand."""

from collections import Counter
from collections.abc import Container, Iterator, Mapping
from itertools import islice

import msgspec

from whisperad import certain, wordings
from whisperad.action import Action, Phrase
from whisperad.catalogue import Catalogue
from whisperad.intent import Intent
from whisperad.names import RealNames
from whisperad.pack import Slot
from whisperad.utterance import normalise
from whisperad.wordings import Filled, Reader, Rules, Way


class _Known(msgspec.Struct, frozen=True):
    """A phrase, ready to be read."""

    action: Action
    fixed: Mapping[str, str]
    ways: list[Way]
    rules: Rules
    words: frozenset[str]  # that all its wordings have


class OwnPhrases:
    """Reads a text as the phrases of some files."""

    def __init__(
        self, catalogue: Catalogue, files: Container[str], names: RealNames
    ) -> None:
        """Take the phrases, each under the rarest word that it needs."""
        self._names = names
        rules = {
            file: {name: wordings.ways(body) for name, body in bodies.items()}
            for file, bodies in catalogue.rules.items()
            if file in files
        }
        known = [
            _known(action, phrase, rules[phrase.file])
            for action in catalogue.actions.values()
            if any(phrase.file in files for phrase in islice(action.phrases, 1))
            for phrase in action.phrases
        ]
        count = Counter(word for phrase in known for word in phrase.words)
        self._under: dict[str, list[_Known]] = {}
        for phrase in known:
            rarest = min(phrase.words, key=count.__getitem__, default="")
            self._under.setdefault(rarest, []).append(phrase)

    def meanings(self, text: str) -> list[Intent | None]:
        """Give what a text means by the phrases that leave the fewest letters to slots.

        It is None where a slot would take any words.
        """
        found = list(self._readings(text))
        sure = [(letters, intent) for letters, intent in found if intent is not None]
        least = min((letters for letters, _ in sure or found), default=0)
        return [intent for letters, intent in sure or found if letters == least]

    def _readings(self, text: str) -> Iterator[tuple[int, Intent | None]]:
        words = frozenset(text.split(" "))
        reader = Reader(text, self._says)
        for word in ("", *words):
            for phrase in self._under.get(word, ()):
                if phrase.words <= words:
                    slots = phrase.action.slots
                    for filled in reader.readings(phrase.ways, slots, phrase.rules):
                        yield _read(phrase, filled)

    def _says(self, slot: Slot, words: str) -> bool:
        return certain.says(slot, words, self._names)


def _known(action: Action, phrase: Phrase, rules: Rules) -> _Known:
    is_literal = wordings.SIGN.search(phrase.template) is None
    template = normalise(phrase.template).text if is_literal else phrase.template
    found = wordings.ways(template)
    words = frozenset(wordings.needed(found))
    return _Known(action, phrase.fixed, found, rules, words)


def _read(phrase: _Known, filled: Filled | None) -> tuple[int, Intent | None]:
    """Give how many letters are in slots that are no choice, and the intent."""
    if filled is None:
        return 0, None
    slots = phrase.action.slots
    said = {**dict(filled), **phrase.fixed}
    if any(name not in said for name, slot in slots.items() if not slot.optional):
        return 0, None
    letters = sum(len(words) for name, words in filled if not slots[name].values)
    return letters, Intent(phrase.action.id, {n: said[n] for n in slots if n in said})
