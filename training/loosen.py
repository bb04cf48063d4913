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

from training.compounds import Part
from training.templates import Template
from training.thesaurus import Thesaurus, said
from whisperad.phrases import Piece

TELLING = 30  # so many times more often in an action's phrases than in all others
COMMON = 0.004  # share of all phrases that a telling word is in at most
RARE = 2e-4  # share of all phrases that any word is taken to be in at least
ALONE = 0.15  # of wordings: little more than a telling word
VALUE_FIRST = 0.25  # of those with one value
INFLECTED = 0.08  # of telling words: one for many, or many for one

_ARTICLES = ("the", "my", "our", "some", "a", "this", "the", "all the")
_JOINTS = (
    " ", " ", " ", " ", " to ", " for ", " with ", ": ", " of ", " is ", " was ", " at ",
    " that is ", " now is ", " today was ", " it is ", " saying ", " called ", " please ",
)  # fmt: skip
_JOINTS_AFTER = (
    " ", " ", " as ", " as my ", " as the ", " on the ", " for the ", " to the ", " in the ",
    " is my ", " is the ", " was my ", " with the ", " for my ",
)  # fmt: skip
_WITH_KEY = (
    "{}", "{} please", "the {}", "the {} please", "i need the {}", "i want the {}",
    "time for the {}", "it's time for {}", "how about the {}", "what about the {}",
    "let's do the {}", "do the {}", "get the {} going", "get the {} done", "now the {}",
    "i'd like the {}", "we need the {}", "can we have the {}", "can i get the {}", "{} now",
    "let's have the {}", "give me the {}", "the {} again", "next the {}", "my {}", "our {}",
)  # fmt: skip
_BEFORE_NO_COMMAND = (
    "don't", "do not", "please don't", "never", "you mustn't", "nobody should", "she said",
    "my sister used to", "he told them to", "they had to", "yesterday we had to", "did you",
    "why did they", "why would anybody", "is it good to", "what does it mean to", "how do i",
    "how do people", "how often should you", "who was it that said", "i forgot to", "i used to",
    "i already had to", "we won't", "i didn't", "no need to", "who would", "when i was young we would",
)  # fmt: skip
_ABOUT_KEY = (
    "the {} is broken", "the {} was nice", "the {} is too expensive", "who invented the {}",
    "what is a {}", "what does {} mean", "is {} a word", "i like the {}", "i don't like {}",
    "he has a {}", "a {} is a useful thing", "the history of the {}", "where can i buy a {}",
    "how much is a {}", "my brother's {} is red", "i saw a {} yesterday", "the {} of my neighbour",
    "she talks about {} all day", "it was a {} like any other", "{} is a funny word",
    "tell me about the {}", "why is there a {}", "the {} i had was better", "no {}", "no {} today",
)  # fmt: skip


Change = Callable[[str, Random], str]


class Loosener:
    """Says the phrases of some actions otherwise.

    `own` are the templates of a user's actions, `shipped` those of all others.
    """

    def __init__(self, own: Sequence[Template], shipped: Sequence[Template]) -> None:
        self._thesaurus = Thesaurus(shipped)
        words = _words_of_each(own)
        self._others = {
            action: set().union(*(words[other] for other in words if other != action))
            for action in words
        }
        self._own = set().union(*words.values())
        elsewhere = Counter(word for template in shipped for word in said(template))
        self._common = {w for w, n in elsewhere.items() if n > RARE * len(shipped)}
        self._telling = _telling(own, elsewhere, len(shipped), self._others)
        phrases = [said(template) for template in own]
        self._about_key = _unlike(_ABOUT_KEY, phrases)
        self._before_no_command = _unlike(_BEFORE_NO_COMMAND, phrases)

    def loosen(self, part: Part, random: Random) -> Part:
        """Say one wording of an own action otherwise; sometimes as it is."""
        telling = self._telling.get(part.action, ())
        pieces: Sequence[Piece] = part.pieces
        if not part.fixed:  # else the words stand for values
            takes_sides = any(map(self._thesaurus.takes_sides, _words(pieces)))
            if random.random() < ALONE and telling:
                if not takes_sides:
                    return part._replace(pieces=_alone(pieces, telling, random))
                pieces = self._with_side(pieces, telling, random)
            pieces = self._reworded(pieces, part.action, random)
        if random.random() < 0.2:
            pieces = _each_word(
                pieces,
                random,
                0.4,
                lambda word, random: (
                    f"{random.choice(_ARTICLES)} {word}" if word in telling else word
                ),
            )
        return part._replace(pieces=_tidy(pieces) or part.pieces)

    def no_command(self, part: Part, random: Random) -> list[Piece] | None:
        """Make what only looks like a wording of an own action, if there is such."""
        telling = self._telling.get(part.action, ())
        contrary = self._contrary(part, random) if random.random() < 0.3 else None
        text = "".join(piece.text for piece in part.pieces)
        if contrary is not None:
            text = contrary
        elif telling and self._about_key and random.random() < 0.5:
            text = random.choice(self._about_key).format(random.choice(telling))
        elif self._before_no_command:
            text = f"{random.choice(self._before_no_command)} {text}"
        else:
            return None
        return [Piece(text)]

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

    def _contrary(self, part: Part, random: Random) -> str | None:
        """Say the contrary of a wording, if no own action is meant by that."""
        said = _words(part.pieces)
        if said.isdisjoint(self._telling.get(part.action, ())):
            return None
        contraries = {
            word: contrary
            for word in sorted(said)
            if (contrary := self._thesaurus.opposite(word))
            and contrary not in self._own
        }
        if not contraries:
            return None
        word = random.choice(list(contraries))
        pieces = _each_word(
            part.pieces,
            random,
            1,
            lambda each, _: contraries[word] if each == word else each,
        )
        return "".join(piece.text for piece in pieces)


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


def _unlike(frames: Iterable[str], phrases: Iterable[set[str]]) -> list[str]:
    """Keep the frames that no phrase has all words of."""
    phrases = list(phrases)
    return [
        frame
        for frame in frames
        if not any(set(frame.replace("{}", "").split()) <= said for said in phrases)
    ]


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


def _alone(
    pieces: Sequence[Piece], telling: Sequence[str], random: Random
) -> list[Piece]:
    """Say a telling word, or two, and the values of the slots."""
    words = [word for word in telling if word in _words(pieces)] or list(telling)
    key = " ".join(random.sample(words, min(len(words), random.choice((1, 1, 2)))))
    values = [piece for piece in pieces if piece.slot]
    if len(values) == 1 and random.random() < VALUE_FIRST:
        return [*values, Piece(random.choice(_JOINTS_AFTER) + key)]
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
