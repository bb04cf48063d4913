"""A user's own phrases, said otherwise: few templates become wording nobody wrote.

Shipped actions have a hundred templates each, a user's own has a handful. So its words
are exchanged for others that mean the same, words that tell nothing are left out or put
in, and words that tell much stand alone. What only looks like it is made too: "don't …",
"she used to …", "what is a …".
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from random import Random

from training.compounds import Part
from training.templates import Template
from training.thesaurus import Thesaurus
from whisperad.phrases import Piece

TELLING = 30  # so many times more often in an action's phrases than in all others
COMMON = 0.004  # share of all phrases that a telling word is in at most
RARE = 2e-4  # share of all phrases that any word is taken to be in
ALONE = 0.15  # of wordings: little more than a telling word

_ARTICLES = ("the", "my", "our", "some", "a", "this", "the", "all the")
_JOINTS = (" ", " ", " ", " to ", " for ", " with ", ": ")
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
        self._telling = _telling(own, shipped)

    def loosen(self, part: Part, random: Random) -> Part:
        """Say one wording of an own action otherwise; sometimes as it is."""
        telling = self._telling.get(part.action, ())
        pieces = part.pieces
        if random.random() < ALONE and telling:
            return part._replace(pieces=_alone(pieces, telling, random))
        if random.random() < 0.6:
            pieces = _each_word(pieces, random, 0.35, self._exchanged)
        if random.random() < 0.3 and _words(pieces) & set(telling):
            pieces = _each_word(
                pieces, random, 0.5, lambda word, _: word if word in telling else ""
            )
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

    def no_command(self, part: Part, random: Random) -> list[Piece]:
        """Make what only looks like a wording of an own action."""
        telling = self._telling.get(part.action, ())
        if telling and random.random() < 0.5:
            text = random.choice(_ABOUT_KEY).format(random.choice(telling))
        else:
            said = "".join(piece.text for piece in part.pieces)
            text = f"{random.choice(_BEFORE_NO_COMMAND)} {said}"
        return [Piece(text)]

    def _exchanged(self, word: str, random: Random) -> str:
        return (len(word) > 2 and self._thesaurus.other(word, random)) or word


def _telling(
    own: Sequence[Template], shipped: Sequence[Template]
) -> dict[str, tuple[str, ...]]:
    """List the words of each action that hardly any other action has."""
    elsewhere = Counter(word for t in shipped for word in _said(t))
    found: dict[str, tuple[str, ...]] = {}
    for identity in dict.fromkeys(t.action.id for t in own if t.action):
        mine = [t for t in own if t.action and t.action.id == identity]
        counts = Counter(word for t in mine for word in _said(t))
        found[identity] = tuple(
            word
            for word, count in sorted(counts.items())
            if len(word) > 2
            and elsewhere[word] < COMMON * len(shipped)
            and count / len(mine)
            > TELLING * max(elsewhere[word] / max(1, len(shipped)), RARE)
        )
    return found


def _said(template: Template) -> set[str]:
    plain = re.sub(r"\{[^}]*\}|<[^>]*>", " ", template.phrase.template)
    return set(re.findall(r"[a-z][a-z'-]*", plain))


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
    said = [Piece(random.choice(_WITH_KEY).format(key))]
    for piece in pieces:
        if piece.slot:
            said += [Piece(random.choice(_JOINTS)), piece]
    return said


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
