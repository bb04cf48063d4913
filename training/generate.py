"""Catalogue -> train, valid and test examples; same config and seed, same bytes.

Splits share no phrase template. Every action gets the same share, critical ones three
times that, those that copy free words twice; `none` gets a fixed share of all rows.
"""

import hashlib
import re
import tomllib
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Literal

import msgspec
from hassil.expression import Sentence

from training import phrasing
from training.samples import Samples, unknown_lists
from whisperad import phrases
from whisperad.action import Action, Phrase
from whisperad.catalogue import Catalogue
from whisperad.errors import BadConfig
from whisperad.intent import NOT_A_COMMAND, Intent
from whisperad.pack import Slot
from whisperad.phrases import Piece
from whisperad.prompt import END, render_completion
from whisperad.utterance import normalise

Split = Literal["train", "valid", "test"]
NONE_SHARE = 0.24  # of all rows; refusing is the harder half of understanding
CRITICAL_WEIGHT = 3  # everyday actions are seen three times as often
COPYING_WEIGHT = 2  # spans of free words are the last thing a model learns
COPIED = frozenset({"app", "contact", "device", "folder", "path", "site", "text"})
PLAIN = 3  # phrases of an action: packs begin with what most people would say
PLAIN_SHARE = 0.25  # of an action's examples
KINDS = re.compile(
    r"folder|director|path|site|page|url|address|brows|online|internet|link|web|finder"
    r"|file|search|look|find|visit|surf|contents|inside"
)
HELD_OUT = 10  # one template of ten each goes to valid and to test


class Example(msgspec.Struct, frozen=True):
    """An utterance and what it means."""

    utterance: str
    intents: tuple[Intent, ...]
    template: str

    def row(self) -> dict[str, list[dict[str, str]]]:
        """Give the example in the form of a chat, as mlx-lm reads it."""
        answer = render_completion(self.intents).removesuffix(END)
        return {
            "messages": [
                {"role": "user", "content": self.utterance},
                {"role": "assistant", "content": answer},
            ]
        }


class _Message(msgspec.Struct, frozen=True):
    role: str
    content: str


class _Row(msgspec.Struct, frozen=True):
    messages: list[_Message]


class _Template(msgspec.Struct, frozen=True):
    action: Action | None
    phrase: Phrase
    sentence: Sentence


class Generator:
    """Draws examples of one split.

    Raises `BadConfig` if a phrase, a sample list or a `none` file is wrong.
    """

    def __init__(self, catalogue: Catalogue, config: Path, split: Split) -> None:
        self._samples = Samples(config)
        self._rules: dict[str, dict[str, Sentence]] = {
            file: {name: phrases.parse(body) for name, body in rules.items()}
            for file, rules in catalogue.rules.items()
        }
        _check_lists(catalogue, self._samples)
        self._known = _known_names(catalogue, self._samples)
        self._elsewhere = frozenset(n for names in self._known.values() for n in names)
        self._groups: list[list[_Template]] = []
        self._weights: list[float] = []
        for action in catalogue.actions.values():
            group = [
                _Template(action, phrase, phrases.parse(phrase.template))
                for phrase in _of_split(action.phrases, split)
            ]
            if group:
                self._groups.append(group)
                self._weights.append(_weight(action))
        refusals = [
            _Template(None, phrase, phrases.parse(phrase.template))
            for phrase in _of_split(none_phrases(config), split)
        ]
        if refusals:
            total = sum(self._weights)
            self._groups.append(refusals)
            self._weights.append(total * NONE_SHARE / (1 - NONE_SHARE))

    def examples(self, count: int, seed: int) -> Iterator[Example]:
        """Draw `count` examples."""
        random = Random(seed)
        made = 0
        while made < count:
            group = random.choices(self._groups, self._weights)[0]
            some = group
            if group[0].action is not None and random.random() < PLAIN_SHARE:
                some = group[:PLAIN]
            weights = [template.phrase.weight for template in some]
            template = random.choices(some, weights)[0]
            example = self._example(template, random)
            if example is not None:
                made += 1
                yield example

    def _example(self, template: _Template, random: Random) -> Example | None:
        action = template.action
        slots = action.slots if action else {}

        def fill(name: str) -> str:
            if name not in slots:
                return self._samples.draw(name, random)
            slot = slots[name]
            if slot.type in self._known and not _says_its_kind(template.phrase):
                # Only the name tells it from an application: an unknown one is one.
                return random.choice(self._known[slot.type])
            if slot.type != "choice":
                while (words := self._samples.fill(slot, random)) in self._elsewhere:
                    if slot.type != "app":
                        break  # only an application must not be called like a site
                return words
            value = random.choice(slot.values)
            chosen[name] = value
            return random.choice(slot.said.get(value, (value,)))

        chosen: dict[str, str] = {}
        rules = self._rules.get(template.phrase.file, {})
        pieces = phrases.sample(template.sentence.expression, rules, random, fill)
        if not pieces:
            return None
        pieces = _as_adjectives(pieces, slots)
        last = pieces[-1].slot
        open_end = last in slots and slots[last].type == "text"
        pieces = phrasing.disturb(pieces, random, open_end)
        utterance = "".join(piece.text for piece in pieces)
        if action is None:
            return Example(utterance, (NOT_A_COMMAND,), template.phrase.template)
        said = {p.slot: normalise(p.text).text for p in pieces if p.slot in slots}
        values = {**said, **chosen, **template.phrase.fixed}
        text = normalise(utterance).text
        if any(not value or value not in text for value in said.values()):
            return None  # a disturbance tore a slot's words apart
        intent = Intent(action.id, {n: values[n] for n in slots if n in values})
        return Example(utterance, (intent,), template.phrase.template)


def _weight(action: Action) -> int:
    copies = any(slot.type in COPIED for slot in action.slots.values())
    return (CRITICAL_WEIGHT if action.critical else 1) * (
        COPYING_WEIGHT if copies else 1
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


def none_phrases(config: Path) -> tuple[Phrase, ...]:
    """Read the templates of what is not a command. Raises `BadConfig`."""
    found: list[Phrase] = []
    mistakes: list[str] = []
    for path in sorted((config / "none").glob("*.toml")):
        try:
            entries = tomllib.loads(path.read_text(encoding="utf-8"))["phrases"]
        except (OSError, tomllib.TOMLDecodeError, KeyError) as error:
            mistakes.append(f"{path}: {error}")
            continue
        for entry in entries:
            try:
                phrases.parse(entry)
            except ValueError as error:
                mistakes.append(f'{path}: "{entry}": {error}')
            found.append(Phrase(entry, {}, str(path), 0))
    if mistakes:
        raise BadConfig(tuple(mistakes))
    return tuple(found)


def read_rows(path: Path) -> Iterator[tuple[str, str]]:
    """Give utterance and completion text of each row of a dataset file.

    Raises `BadConfig` if a row is not one of ours.
    """
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                row = msgspec.json.decode(line, type=_Row)
                user, assistant = row.messages
            except (msgspec.DecodeError, ValueError) as error:
                raise BadConfig((f"{path}:{number}: {error}",)) from error
            yield user.content, assistant.content + END


def write(generator: Generator, path: Path, count: int, seed: int) -> str:
    """Write examples as JSON lines; give the file's SHA-256 in hexadecimal."""
    digest = hashlib.sha256()
    partial = path.with_suffix(".partial")
    with partial.open("wb") as file:
        for example in generator.examples(count, seed):
            line = msgspec.json.encode(example.row()) + b"\n"
            digest.update(line)
            file.write(line)
    partial.replace(path)
    return digest.hexdigest()


def _of_split(given: tuple[Phrase, ...], split: Split) -> list[Phrase]:
    """Deal templates out: by their text, so that adding one moves no other."""
    dealt: dict[str, list[Phrase]] = {"train": [], "valid": [], "test": []}
    for index, phrase in enumerate(given):
        number = int.from_bytes(hashlib.sha256(phrase.template.encode()).digest()[:4])
        bucket = {0: "valid", 1: "test"}.get(number % HELD_OUT, "train")
        if index < PLAIN:
            bucket = "train"  # what most people say must be learnt
        dealt[bucket].append(phrase)
    return dealt[split]


def _check_lists(catalogue: Catalogue, samples: Samples) -> None:
    mistakes = [
        f'action "{action.id}": samples "{name}" is no list in config/samples'
        for action in catalogue.actions.values()
        for name in unknown_lists(samples, action.slots)
    ]
    if mistakes:
        raise BadConfig(tuple(mistakes))
