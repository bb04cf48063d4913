"""Conflicts: wordings that phrases of two actions share, found without sampling.

`python -m whisperad.conflicts` prints those of the shipped configuration and the
user's as JSON. What is no command counts as an action, "none".
"""

import gc
import os
import sys
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import combinations
from pathlib import Path

import msgspec

from whisperad import catalogue, phrases, settings, settled
from whisperad.catalogue import Catalogue
from whisperad.errors import BadConfig, WhisperaError
from whisperad.intent import NONE
from whisperad.lines import PhraseLines
from whisperad.pack import Slot
from whisperad.phrases import Rules
from whisperad.wordgraph import WordGraph


class Owner(msgspec.Struct, frozen=True):
    """A phrase and the action that it belongs to."""

    action: str
    file: str
    line: int
    template: str


class Conflict(msgspec.Struct, frozen=True):
    """Two phrases of different actions and a wording that they share."""

    wording: str
    phrases: tuple[Owner, Owner]


def conflicts(loaded: Catalogue, config: Path) -> list[Conflict]:
    """List the pairs of phrases that share a wording which is not settled.

    What is no command gives way to a user's own phrases, and is none of their
    conflicts. Takes seconds. Raises `BadConfig` if a phrase or a settled wording is
    wrong.
    """
    settled_wordings = frozenset(settled.read(config, loaded.actions))
    walk = _walk(loaded, (*_commands(loaded), *_refusals(config)))
    return [
        conflict
        for conflict in walk.conflicts(settled_wordings)
        if _given_way(conflict, config) is None
    ]


def give_way(loaded: Catalogue, config: Path) -> frozenset[str]:
    """List the templates of what is no command that a user's own phrases take over."""
    own = [(o, slots) for o, slots in _commands(loaded) if _is_own(o, config)]
    if not own:
        return frozenset()
    found = _walk(loaded, (*own, *_refusals(config))).conflicts(frozenset())
    return frozenset(filter(None, (_given_way(one, config) for one in found)))


def _given_way(conflict: Conflict, config: Path) -> str | None:
    """Give the template that is no command, if the other one is a user's own."""
    one, other = conflict.phrases
    refusal, command = (one, other) if one.action == NONE else (other, one)
    gives_way = refusal.action == NONE and _is_own(command, config)
    return refusal.template if gives_way else None


def _is_own(owner: Owner, config: Path) -> bool:
    return _is_outside(owner.file, config)


@cache
def _is_outside(file: str, config: Path) -> bool:
    return not Path(file).is_relative_to(config)


def _walk(
    loaded: Catalogue, owners: Iterable[tuple[Owner, dict[str, Slot]]]
) -> "_Walk":
    rules = {
        file: {name: phrases.parse(body) for name, body in bodies.items()}
        for file, bodies in loaded.rules.items()
    }
    walk = _Walk()
    mistakes = []
    for owner, slots in owners:
        try:
            walk.add(owner, slots, rules.get(owner.file, {}))
        except (ValueError, RecursionError) as error:
            place = f'{owner.file}:{owner.line}: "{owner.template}"'
            mistakes.append(f"{place}: {error}")
    if mistakes:
        raise BadConfig(tuple(mistakes))
    return walk


def _commands(loaded: Catalogue) -> Iterator[tuple[Owner, dict[str, Slot]]]:
    lines: dict[str, PhraseLines] = {}
    for action in loaded.actions.values():
        for phrase in action.phrases:
            if phrase.file not in lines:
                text = Path(phrase.file).read_text(encoding="utf-8")
                lines[phrase.file] = PhraseLines(text)
            line = lines[phrase.file].take(phrase.template)
            yield Owner(action.id, phrase.file, line, phrase.template), action.slots


def _refusals(config: Path) -> Iterator[tuple[Owner, dict[str, Slot]]]:
    for path in sorted((config / "none").glob("*.toml")):
        try:
            text = path.read_text(encoding="utf-8")
            templates = tomllib.loads(text)["phrases"]
        except (OSError, ValueError, KeyError) as error:
            raise BadConfig((f"{path}: {error}",)) from error
        lines = PhraseLines(text)
        for template in templates:
            yield Owner(NONE, str(path), lines.take(template), template), {}


class _Walk:
    """Follows the wordings of all templates at once, word by word.

    Where it stands is a set of places: one for each way in which some template can have
    come as far with the same words. Sets of one action's alone lead to no conflict, and
    no set is looked at twice.
    """

    def __init__(self) -> None:
        self._graph = WordGraph()
        self._owners: list[Owner] = []
        self._starts: list[int] = []
        self._template_at: list[int] = []  # by place

    def add(self, owner: Owner, slots: dict[str, Slot], rules: Rules) -> None:
        """Add a template. Raises `ValueError` if it is wrong."""
        expression = phrases.parse(owner.template).expression
        phrases.references(expression, rules)  # its rules exist and come to an end
        self._starts.append(self._graph.add(expression, slots, rules))
        added = self._graph.size - len(self._template_at)
        self._template_at += [len(self._owners)] * added
        self._owners.append(owner)

    def conflicts(self, settled_wordings: frozenset[str]) -> list[Conflict]:
        """Walk to the ends; give each pair of templates with the first shared wording."""
        found: dict[tuple[int, int], str] = {}
        # Words that begin a settled wording lead nowhere together with other words.
        begun = {
            wording[:end]
            for wording in settled_wordings
            for end in (*_blanks(wording), len(wording))
        }
        start = frozenset(self._starts)
        seen: set[tuple[frozenset[int], str]] = {(start, "")}
        waiting = [(start, "")]
        while waiting:
            places, said = waiting.pop()
            ending, following = self._step(places)
            if said not in settled_wordings:
                for pair in self._pairs(ending):
                    found.setdefault(pair, said)
            for word, after in following:
                wording = f"{said} {word}" if said else word
                key = (after, wording if wording in begun else "")
                if key not in seen:
                    seen.add(key)
                    waiting.append((after, wording))
        return [
            Conflict(wording, (self._owners[one], self._owners[other]))
            for (one, other), wording in sorted(found.items())
        ]

    def _step(
        self, places: frozenset[int]
    ) -> tuple[list[int], list[tuple[str, frozenset[int]]]]:
        """Give the templates that may end here, and where each word leads."""
        ending = []
        following: dict[str, set[int]] = {}
        for place in places:
            is_end, words = self._graph.words(place)
            if is_end:
                ending.append(self._template_at[place])
            for word, after in words.items():
                if word in following:
                    following[word] |= after
                else:
                    following[word] = set(after)
        return ending, [
            (word, frozenset(after))
            for word, after in sorted(following.items())
            if self._has_several_actions(after)
        ]

    def _has_several_actions(self, places: set[int]) -> bool:
        first = None
        for place in places:
            action = self._owners[self._template_at[place]].action
            if first is None:
                first = action
            elif action != first:
                return True
        return False

    def _pairs(self, templates: list[int]) -> Iterator[tuple[int, int]]:
        for one, other in combinations(sorted(set(templates)), 2):
            if self._owners[one].action != self._owners[other].action:
                yield one, other


def _blanks(wording: str) -> Iterator[int]:
    return (at for at, character in enumerate(wording) if character == " ")


def main() -> int:
    """Print the conflicts of this user's configuration and give the exit code."""
    gc.disable()  # everything is kept to the end, and looking through it takes longer
    try:
        given = settings.read(os.environ)
        loaded = catalogue.load(given.shipped, given.config)
        found = conflicts(loaded, given.shipped)
    except WhisperaError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.buffer.write(msgspec.json.encode({"conflicts": found}) + b"\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
