"""A thesaurus out of our own templates: what stands beside what in an alternation.

Who wrote "(start|launch|fire up) the server" said that the three mean the same there.
What several actions say so holds for wording that nobody has written yet; but what
tells an action from its inverse never does, though "(start|stop)" may toggle.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import permutations, product
from random import Random

from training.templates import Template

AGREED = 3  # actions that must say so
SIDED = 4  # so many times more often said for an action than for its inverse
SAID = 0.05  # of the action's phrases, at least
OPPOSED = 4  # pairs of an action and its inverse that must say so
LONGEST = 2  # words of an entry

_HOLE = "\0"
_NESTED = frozenset("{}<>" + _HOLE)


class Thesaurus:
    """For each word, or two, others that may stand in its place."""

    def __init__(self, templates: Iterable[Template]) -> None:
        templates = list(templates)
        self._opposites = _opposites(templates)
        agreed: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        for template in templates:
            if template.action is not None:
                for pair in _pairs(template.phrase.template):
                    agreed[pair].add(template.action.id)
        self._others: defaultdict[str, dict[str, int]] = defaultdict(dict)
        for (word, other), actions in sorted(agreed.items()):
            entries = f"{word} {other}".split()
            if len(actions) >= AGREED and not any(map(self.takes_sides, entries)):
                self._others[word][other] = len(actions)

    def other(self, word: str, random: Random) -> str | None:
        """Draw a word that may stand for this one; None if there is none."""
        others = self._others.get(word)
        if not others:
            return None
        return random.choices(list(others), list(others.values()))[0]

    def takes_sides(self, word: str) -> bool:
        """Whether a word tells some action from its inverse."""
        return word in self._opposites

    def opposite(self, word: str) -> str | None:
        """Give the word that is as much the contrary of this one as this is of it."""
        for contrary in self._nearest_opposites(word):
            if word in self._nearest_opposites(contrary):
                return contrary
        return None

    def _nearest_opposites(self, word: str) -> list[str]:
        opposites = self._opposites.get(word, {})
        most = max(opposites.values(), default=0)
        return [other for other, agreed in opposites.items() if agreed == most]


def said(template: Template) -> set[str]:
    """Give the words of a template outside slots and rules."""
    plain = re.sub(r"\{[^}]*\}|<[^>]*>", " ", template.phrase.template)
    return set(re.findall(r"[a-z][a-z'-]*", plain))


def _opposites(templates: Iterable[Template]) -> dict[str, dict[str, int]]:
    """Hold the words of each action against those of its inverse."""
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    totals: Counter[str] = Counter()
    inverses = {}
    for template in templates:
        if template.action is not None:
            counts[template.action.id].update(said(template))
            totals[template.action.id] += 1
            inverses[template.action.id] = template.action.inverse
    pairs: defaultdict[tuple[str, str], set[frozenset[str]]] = defaultdict(set)
    for action, inverse in inverses.items():
        if inverse is not None and inverse in counts:
            ours = _sided(action, inverse, counts, totals)
            theirs = _sided(inverse, action, counts, totals)
            for pair in (*product(ours, theirs), *product(theirs, ours)):
                pairs[pair].add(frozenset({action, inverse}))
    found: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for (word, other), agreed in sorted(pairs.items()):
        if len(agreed) >= OPPOSED:
            found[word][other] = len(agreed)
    return dict(found)


def _sided(
    action: str,
    inverse: str,
    counts: Mapping[str, Counter[str]],
    totals: Counter[str],
) -> set[str]:
    """Give the words that are an action's, and hardly ever its inverse's."""
    return {
        word
        for word, count in counts[action].items()
        if count > SAID * totals[action]
        and count / totals[action] > SIDED * counts[inverse][word] / totals[inverse]
    }


def _pairs(template: str) -> Iterator[tuple[str, str]]:
    """Give short texts that stand beside each other in an alternation.

    Does not parse the template: to have that done for all of them takes a minute.
    """
    for items in _alternations(template):
        texts = {" ".join(item.split()) for item in items if not _NESTED & set(item)}
        short = sorted(text for text in texts if 0 < len(text.split()) <= LONGEST)
        yield from permutations(short, 2)


def _alternations(template: str) -> Iterator[list[str]]:
    """Give the items of each alternation; another one in an item is a hole there."""
    if "|" not in template:
        return
    open_items: list[list[str]] = [[""]]
    for sign in template:
        if sign in "([":
            open_items.append([""])
        elif sign in ")]":
            yield open_items.pop()
            open_items[-1][-1] += _HOLE
        elif sign == "|":
            open_items[-1].append("")
        else:
            open_items[-1][-1] += sign
