"""A user's own phrases, said otherwise: few templates become wording nobody wrote.

Shipped actions have a hundred templates each, a user's own has a handful. So its words
are exchanged for others that mean the same, words that tell nothing are left out or put
in, and words that tell much stand alone; but words that tell an action from its contrary, or
from another one of the user's, always stay. What only looks like it is made too: "don't
…", "she used to …", "what is a …", "stop …" for what starts it.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from random import Random

from training import clause, nouns, openers
from training.clause import Clause
from training.compounds import Part
from training.seeming import Seeming
from training.templates import Template
from training.thesaurus import Thesaurus, said
from training.verbs import Verbs
from whisperad.phrases import Piece

TELLING = 30  # so many times more often in an action's phrases than in all others
COMMON = 0.004  # share of all phrases that a telling word is in at most
RARE = 2e-4  # share of all phrases that any word is taken to be in at least
ALONE = 0.15  # of wordings: little more than a telling word
VALUE_FIRST = 0.25  # of those with values
RECOMPOUNDED = 0.3
RESTATED = 0.3
REOPENED = 0.4
REFRAMED = 0.7  # of commands that have a verb and its object
DETERMINED = 0.3
INFLECTED = 0.08  # of telling words: one for many, or many for one

_STATES = frozenset(("choice", "integer", "percent", "duration"))
_JOINTS = (
    " ", " ", " ", " ", " to ", " for ", " with ", ": ", " of ", " is ", " was ", " at ",
    " that is ", " now is ", " today was ", " it is ", " saying ", " called ", " please ",
)  # fmt: skip
_JOINTS_AFTER = (
    " ", " ", " as ", " as my ", " as the ", " on the ", " for the ", " to the ", " in the ",
    " is my ", " is the ", " was my ", " with the ", " for my ", " needs ", " wants ",
    " needs some ", " goes into ", " goes on ", " gets ", " should have ", " has to have ",
)  # fmt: skip
_WITH_KEY = (
    "{}", "{} please", "the {}", "the {} please", "i need the {}", "i want the {}",
    "time for the {}", "it's time for {}", "how about the {}", "what about the {}",
    "let's do the {}", "do the {}", "get the {} going", "get the {} done", "now the {}",
    "i'd like the {}", "we need the {}", "can we have the {}", "can i get the {}", "{} now",
    "let's have the {}", "give me the {}", "the {} again", "next the {}", "my {}", "our {}",
)  # fmt: skip
Change = Callable[[str, Random], str]


class Loosener:
    """Says the phrases of some actions otherwise.

    `own` are the templates of a user's actions, `shipped` those of all others.
    """

    def __init__(
        self, own: Sequence[Template], shipped: Sequence[Template], verbs: Verbs
    ) -> None:
        self._thesaurus = Thesaurus(shipped)
        self._verbs = verbs
        words = _words_of_each(own)
        self._others = {
            action: set().union(*(words[other] for other in words if other != action))
            for action in words
        }
        elsewhere = Counter(word for template in shipped for word in said(template))
        self._common = {w for w, n in elsewhere.items() if n > RARE * len(shipped)}
        self._usual = {w for w, n in elsewhere.items() if n > COMMON * len(shipped)}
        self._telling = _telling(own, elsewhere, len(shipped), self._others)
        self._slots = {t.action.id: t.action.slots for t in own if t.action}
        self._states = {
            action: {name for name, slot in slots.items() if slot.type in _STATES}
            for action, slots in self._slots.items()
        }
        self._own_verbs: defaultdict[str, list[str]] = defaultdict(list)
        for template in own:
            if template.action is not None:
                found = clause.verbs_of(template.phrase.template)
                self._own_verbs[template.action.id] += found
        self._seeming = Seeming(own, self._thesaurus, self._telling, verbs)

    def loosen(self, part: Part, random: Random) -> Part:
        """Say one wording of an own action otherwise; sometimes as it is."""
        telling = self._telling.get(part.action, ())
        pieces: Sequence[Piece] = part.pieces
        is_free = {piece.slot for piece in pieces}.issuperset(part.fixed)
        if is_free:  # else the words stand for values
            pieces = self._otherwise(pieces, part.action, random)
        if random.random() < DETERMINED:
            articles = nouns.MODIFIED if is_free else nouns.ARTICLES
            pieces = nouns.determined(pieces, telling, articles, random)
        pieces = _tidy(pieces) or part.pieces
        slot = self._slots[part.action].get(pieces[-1].slot or "")
        is_open = slot.type == "text" if slot else part.is_open and not slot
        return part._replace(pieces=pieces, is_open=is_open)

    def no_command(self, part: Part, random: Random) -> list[Piece] | None:
        """Make what only looks like a wording of an own action, if there is such."""
        return self._seeming.like(part, random)

    def _otherwise(
        self, pieces: Sequence[Piece], action: str, random: Random
    ) -> Sequence[Piece]:
        """Say a wording otherwise whose words stand for no value."""
        telling = self._telling.get(action, ())
        if random.random() < ALONE and telling:
            if not any(map(self._thesaurus.takes_sides, _words(pieces))):
                return _alone(pieces, self._key(pieces, telling, random), random)
            sided = self._with_side(pieces, telling, random)
            return self._reworded(sided, action, random)
        if random.random() < RECOMPOUNDED:
            pieces = nouns.recompounded(pieces, telling, random)
        if random.random() < RESTATED:
            pieces = openers.restated(pieces, random)
        found = clause.clause(openers.without(pieces), self._verbs)
        if found and random.random() < REFRAMED:
            others = self._verbs_for(found, action)
            return clause.reframed(found, others, self._states[action], random)
        if random.random() < REOPENED:
            pieces = openers.reopened(pieces, random)
        return self._reworded(pieces, action, random)

    def _key(
        self, pieces: Sequence[Piece], telling: Sequence[str], random: Random
    ) -> str:
        """Give what tells which action is meant: an object, a word, or two."""
        found = clause.clause(openers.without(pieces), self._verbs)
        if found and random.random() < 0.5:
            name = clause.named(found.object)
            if not set(name.split()).isdisjoint(telling):
                return name
        words = [word for word in telling if word in _words(pieces)] or list(telling)
        return " ".join(random.sample(words, min(len(words), random.choice((1, 1, 2)))))

    def _verbs_for(self, found: Clause, action: str) -> list[str]:
        """Give other verbs for a clause, none of which would make it another action's.

        Where the verb alone tells what is meant, those that others often have would.
        """
        telling = self._telling.get(action, ())
        takes_sides = any(map(self._thesaurus.takes_sides, found.verb.split()))
        own = () if takes_sides else self._own_verbs[action]
        is_told = any(
            word in telling
            for piece in (*found.object, *found.tail)
            if not piece.slot
            for word in piece.text.split()
        )
        return [
            verb
            for verb in (*self._verbs.like(found.verb), *own)
            if not self._others[action].issuperset(verb.split())
            and (is_told or verb.split()[0] not in self._usual)
        ]

    def _reworded(
        self, pieces: Sequence[Piece], action: str, random: Random
    ) -> Sequence[Piece]:
        """Exchange words for what means the same, and leave some out."""
        telling = self._telling.get(action, ())
        if random.random() < 0.6:
            pieces = _each_word(
                pieces,
                random,
                0.35,
                lambda word, random: self._exchanged(word, action, random),
            )
        pieces = _each_word(
            pieces,
            random,
            INFLECTED,
            lambda word, _: _inflected(word) if word in telling else word,
        )
        if random.random() < 0.3 and _words(pieces) & set(telling):
            pieces = _each_word(
                pieces,
                random,
                0.5,
                lambda word, _: (
                    word if word in telling or self._thesaurus.takes_sides(word) else ""
                ),
            )
        return pieces

    def _with_side(
        self, pieces: Sequence[Piece], telling: Sequence[str], random: Random
    ) -> Sequence[Piece]:
        """Say a telling word beside those that tell it from its contrary: "pump on"."""
        if any(piece.slot for piece in pieces):
            return pieces
        words = "".join(piece.text for piece in pieces).split()
        sides = [word for word in words if self._thesaurus.takes_sides(word)]
        keys = [word for word in words if word in telling and word not in sides]
        if not keys:
            return pieces
        said = [" ".join(sides), random.choice(("", "", "the ")) + random.choice(keys)]
        random.shuffle(said)
        return [Piece(" ".join(said))]

    def _exchanged(self, word: str, action: str, random: Random) -> str:
        other = self._thesaurus.other(word, random) if len(word) > 2 else None
        if other is None or not self._others[action].isdisjoint(other.split()):
            return word
        if word in self._telling[action] and self._common & set(other.split()):
            return word  # it would tell of another action
        return other


def _words_of_each(templates: Iterable[Template]) -> dict[str, set[str]]:
    words: defaultdict[str, set[str]] = defaultdict(set)
    for template in templates:
        if template.action is not None:
            words[template.action.id] |= said(template)
    return words


def _telling(
    own: Sequence[Template],
    elsewhere: Counter[str],
    total: int,
    others: Mapping[str, set[str]],
) -> dict[str, tuple[str, ...]]:
    """List the words of each own action that hardly any other action has."""
    found: dict[str, tuple[str, ...]] = {}
    for identity in others:
        mine = [t for t in own if t.action and t.action.id == identity]
        counts = Counter(word for template in mine for word in said(template))
        found[identity] = tuple(
            word
            for word, count in sorted(counts.items())
            if len(word) > 2
            and word not in others[identity]
            and elsewhere[word] < COMMON * total
            and count / len(mine) > TELLING * max(elsewhere[word] / max(1, total), RARE)
        )
    return found


def _words(pieces: Iterable[Piece]) -> set[str]:
    return {word for p in pieces if not p.slot for word in p.text.split()}


def _each_word(
    pieces: Iterable[Piece], random: Random, chance: float, change: Change
) -> list[Piece]:
    """Change some words outside slots, each with the same chance."""
    return [
        piece
        if piece.slot
        else Piece(
            " ".join(
                change(word, random) if word and random.random() < chance else word
                for word in piece.text.split(" ")
            )
        )
        for piece in pieces
    ]


def _alone(pieces: Sequence[Piece], key: str, random: Random) -> list[Piece]:
    """Say what tells much, and the values of the slots."""
    slots = [at for at, piece in enumerate(pieces) if piece.slot]
    values = [piece for piece in pieces if piece.slot]
    if values and random.random() < VALUE_FIRST:
        span = pieces[slots[0] : slots[-1] + 1]
        return [*span, Piece(random.choice(_JOINTS_AFTER) + key)]
    said = [Piece(random.choice(_WITH_KEY).format(key))]
    for value in values:
        said += [Piece(random.choice(_JOINTS)), value]
    return said


def _inflected(word: str) -> str:
    """Give the plural of what looks like a singular, and the other way round."""
    if len(word) < 4 or word.endswith(("ss", "us", "is", "ing", "ed")):
        return word
    return word[:-1] if word.endswith("s") else f"{word}s"


def _tidy(pieces: Iterable[Piece]) -> list[Piece]:
    """Fold what blanks are left of words that went, and trim both ends."""
    tidy: list[Piece] = []
    for piece in pieces:
        text = piece.text if piece.slot else re.sub(r" +", " ", piece.text)
        if not piece.slot and (not tidy or tidy[-1].text.endswith(" ")):
            text = text.lstrip()
        if piece.slot and tidy and not tidy[-1].text.endswith(" "):
            tidy.append(Piece(" "))
        if text:
            tidy.append(Piece(text, piece.slot))
    if tidy and not tidy[-1].slot:
        tidy[-1] = Piece(tidy[-1].text.rstrip())
    return tidy if _words(tidy) else []
