"""Wordings: one template and its slots -> words that somebody might say."""

import os
import re
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from random import Random

from hassil.expression import Sentence

from training import reasons
from training.agreement import agree
from training.compounds import Part
from training.samples import Samples, unknown_lists
from training.templates import Template
from whisperad import phrases, settled
from whisperad.action import Phrase
from whisperad.catalogue import Catalogue
from whisperad.errors import BadConfig
from whisperad.intent import NONE
from whisperad.pack import Slot
from whisperad.phrases import Piece

KINDS = re.compile(
    r"folder|director|path|site|page|url|address|brows|online|internet|link|web|finder"
    r"|file|search|look|find|visit|surf|contents|inside"
)


class Wordings:
    """Draws wordings of a catalogue's templates.

    Raises `BadConfig` if a sample list is wrong or missing.
    """

    def __init__(self, catalogue: Catalogue, config: Path) -> None:
        self._shipped = f"{config}{os.sep}"
        self._samples = Samples(config)
        self._rules: dict[str, dict[str, Sentence]] = {
            file: {name: phrases.parse(body) for name, body in rules.items()}
            for file, rules in catalogue.rules.items()
        }
        _check_lists(catalogue, self._samples)
        self._settled = settled.read(config, catalogue.actions)
        self._known = _known_names(catalogue, self._samples)
        self._elsewhere = frozenset(n for names in self._known.values() for n in names)

    def name(self, template: Template, slot: Slot, random: Random) -> str:
        """Draw words for one slot of a template; not for one of a choice."""
        if slot.type in self._known and not _says_its_kind(template.phrase):
            # Only the name tells it from an application: an unknown one is one.
            return random.choice(self._known[slot.type])
        if slot.type == "text" and not template.phrase.file.startswith(self._shipped):
            return self._samples.fill_own(slot, random)
        while (words := self._samples.fill(slot, random)) in self._elsewhere:
            if slot.type != "app":
                break  # only an application must not be called like a site
        return words

    def explained(
        self, pieces: list[Piece], random: Random, open_end: bool
    ) -> list[Piece]:
        """Give a wording with a reason, sometimes, if the config has any."""
        if random.random() >= reasons.SHARE or reasons.LIST not in self._samples.names:
            return pieces
        reason = self._samples.draw(reasons.LIST, random)
        return reasons.put(reason, pieces, random, open_end)

    def part(self, template: Template, random: Random) -> Part | None:
        """Draw one wording, with nothing around it yet."""
        action = template.action
        slots = action.slots if action else {}

        def fill(name: str) -> str:
            if name not in slots:
                return self._samples.draw(name, random)
            if slots[name].type != "choice":
                return self.name(template, slots[name], random)
            value = random.choice(slots[name].values)
            chosen[name] = value
            return random.choice(slots[name].said.get(value, (value,)))

        chosen: dict[str, str] = {}
        rules = self._rules.get(template.phrase.file, {})
        pieces = phrases.sample(template.sentence.expression, rules, random, fill)
        owner = action.id if action else NONE
        if not pieces or not settled.belongs(self._settled, owner, pieces, slots):
            return None  # the wording is another action's
        pieces = agree(_as_adjectives(_joined(pieces, slots), slots), slots)
        last = pieces[-1].slot
        return Part(
            owner,
            pieces,
            {**chosen, **template.phrase.fixed},
            last in slots and slots[last].type == "text",
        )


def _known_names(catalogue: Catalogue, samples: Samples) -> dict[str, list[str]]:
    """Give the names of folders and sites that are told without saying what they are."""
    names = catalogue.names
    apps = {spoken for spoken_names in names.apps.values() for spoken in spoken_names}
    folders = {
        spoken for spoken_names in names.folders.values() for spoken in spoken_names
    }
    sites = {
        *names.sites,
        *(name for site in names.sites.values() for name in site.also),
    }
    addresses = {
        name for name in samples.entries("sites") if "." in name or " dot " in name
    }
    return {
        "folder": sorted(folders - apps),
        "site": sorted((sites - apps) | addresses),
    }


def _says_its_kind(phrase: Phrase) -> bool:
    """Whether the phrase itself tells that a site or a folder is meant."""
    return KINDS.search(re.sub(r"\{[^}]*\}", "", phrase.template)) is not None


def _joined(pieces: list[Piece], slots: Mapping[str, Slot]) -> list[Piece]:
    """Put all text between two slots into one piece: templates are parsed by words.

    What comes after looks for several words in a row, such as "turn off".
    """
    joined: list[Piece] = []
    for piece in pieces:
        slot = piece.slot if piece.slot in slots else None
        if slot is None and joined and joined[-1].slot is None:
            joined[-1] = Piece(joined[-1].text + piece.text)
        else:
            joined.append(Piece(piece.text, slot))
    return joined


def _as_adjectives(pieces: list[Piece], slots: Mapping[str, Slot]) -> list[Piece]:
    """Turn "a ten minutes timer" into "a ten minute timer"."""
    changed = list(pieces)
    for at, (piece, after) in enumerate(pairwise(pieces)):
        slot = slots.get(piece.slot or "")
        if slot is None or slot.type != "duration":
            continue
        if re.match(r" (timer|countdown|alarm|nap|break)\b", after.text):
            one = re.sub(r"^an? (?=hour|minute|second|half|quarter)", "", piece.text)
            one = re.sub(r"(second|minute|hour|min|sec|hr)s\b", r"\1", one)
            changed[at] = Piece(one, piece.slot)
    return changed


def _check_lists(catalogue: Catalogue, samples: Samples) -> None:
    mistakes = [
        f'action "{action.id}": samples "{name}" is no list in config/samples'
        for action in catalogue.actions.values()
        for name in unknown_lists(samples, action.slots)
    ]
    if mistakes:
        raise BadConfig(tuple(mistakes))
