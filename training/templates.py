"""Templates: the phrases of actions and of what is no command, dealt out to splits."""

import hashlib
import os
import re
import tomllib
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from hassil.expression import Sentence

from whisperad import phrases
from whisperad.action import Action, Phrase
from whisperad.errors import BadConfig

Split = Literal["train", "valid", "test"]
PLAIN = 3  # phrases of an action: packs begin with what most people would say
_JUST_WORDS = re.compile(r"[\w' ]+")  # nothing to parse
HELD_OUT = 10  # one template of ten each goes to valid and to test


class _Refusals(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of what is no command."""

    phrases: tuple[str, ...]
    summary: str = ""
    weight: Annotated[int, msgspec.Meta(ge=1)] = 1


class Template(msgspec.Struct, frozen=True, dict=True):
    """A phrase to draw wordings of; `action` is None if it is no command."""

    action: Action | None
    phrase: Phrase

    @cached_property
    def sentence(self) -> Sentence:
        """The phrase, parsed when it is first needed: that takes a while."""
        return phrases.parse(self.phrase.template)


def of_action(action: Action, split: Split, shipped: Path) -> list[Template]:
    """Give the phrases of an action that belong to a split.

    All of a user's own, which are not below `shipped`, are trained on: they are few,
    and each of them is what somebody says.
    """
    given = of_split(action.phrases, split)
    if split == "train":
        ours = f"{shipped}{os.sep}"
        own = [phrase for phrase in action.phrases if not phrase.file.startswith(ours)]
        given += [phrase for phrase in own if phrase not in given]
    return [Template(action, phrase) for phrase in given]


def of_refusals(config: Path, split: Split) -> list[Template]:
    """Give the templates of what is no command. Raises `BadConfig`."""
    given = of_split(none_phrases(config), split)
    return [Template(None, phrase) for phrase in given]


def none_phrases(config: Path) -> tuple[Phrase, ...]:
    """Read the templates of what is not a command. Raises `BadConfig`.

    A file's `weight` says how many others each of its templates is drawn as often as.
    """
    found: list[Phrase] = []
    mistakes: list[str] = []
    for path in sorted((config / "none").glob("*.toml")):
        try:
            text = path.read_text(encoding="utf-8")
            file = msgspec.convert(tomllib.loads(text), _Refusals)
        except (OSError, tomllib.TOMLDecodeError, ValueError) as error:
            mistakes.append(f"{path}: {error}")
            continue
        for entry in file.phrases:
            try:
                if not _JUST_WORDS.fullmatch(entry):
                    phrases.parse(entry)
            except ValueError as error:
                mistakes.append(f'{path}: "{entry}": {error}')
            found.append(Phrase(entry, {}, str(path), file.weight))
    if mistakes:
        raise BadConfig(tuple(mistakes))
    return tuple(found)


def of_split(given: Iterable[Phrase], split: Split) -> list[Phrase]:
    """Give the phrases of a split. Deals them out: by their text, so that adding one moves no other."""
    dealt: dict[str, list[Phrase]] = {"train": [], "valid": [], "test": []}
    for index, phrase in enumerate(given):
        number = int.from_bytes(hashlib.sha256(phrase.template.encode()).digest()[:4])
        bucket = {0: "valid", 1: "test"}.get(number % HELD_OUT, "train")
        if index < PLAIN:
            bucket = "train"  # what most people say must be learnt
        dealt[bucket].append(phrase)
    return dealt[split]
