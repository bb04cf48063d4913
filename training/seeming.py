"""Seeming commands: what only looks like a phrase of a user's own.

"Don't …", "she used to …", "what is a …", "stop …" for what starts it: no command.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from random import Random

from training import clause
from training.compounds import Part
from training.templates import Template
from training.thesaurus import Thesaurus, said
from training.verbs import Verbs
from whisperad.phrases import Piece

CONTRARY = 0.3  # where there is one
RETOLD = 0.5  # of clauses: "i watered the plants yesterday"
ABOUT = 0.5

_SLOT = re.compile(r"\{\w*\}")  # of a frame
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


class Seeming:
    """Says what is no command with the words of a user's own."""

    def __init__(
        self,
        own: Sequence[Template],
        thesaurus: Thesaurus,
        telling: Mapping[str, Sequence[str]],
        verbs: Verbs,
    ) -> None:
        phrases = [said(template) for template in own]
        self._thesaurus = thesaurus
        self._telling = telling
        self._verbs = verbs
        self._own = set().union(*phrases)
        self._about = _unlike(_ABOUT_KEY, phrases)
        self._retold = _unlike(clause.FRAMES_OF_NO_COMMAND, phrases)
        self._before = _unlike(_BEFORE_NO_COMMAND, phrases)

    def like(self, part: Part, random: Random) -> list[Piece] | None:
        """Make what looks like a wording of an own action, if there is such."""
        telling = self._telling.get(part.action, ())
        contrary = self._contrary(part, random) if random.random() < CONTRARY else None
        if contrary is not None:
            return _one(contrary)
        found = clause.clause(part.pieces, self._verbs)
        if found and self._retold and random.random() < RETOLD:
            return _one(clause.no_command(found, random.choice(self._retold)))
        if telling and self._about and random.random() < ABOUT:
            return [Piece(random.choice(self._about).format(random.choice(telling)))]
        if self._before:
            return _one([Piece(f"{random.choice(self._before)} "), *part.pieces])
        return None

    def _contrary(self, part: Part, random: Random) -> list[Piece] | None:
        """Say the contrary of a wording, if no own action is meant by that."""
        some = clause.tokens(part.pieces)
        said = {token.text for token in some if not token.slot}
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
        turned = (
            Piece(contraries[word]) if not t.slot and t.text == word else t
            for t in some
        )
        return clause.joined(turned)


def _one(pieces: Iterable[Piece]) -> list[Piece]:
    """Give one piece of plain text: what is no command has no slots."""
    return [Piece("".join(piece.text for piece in pieces))]


def _unlike(frames: Iterable[str], phrases: Iterable[set[str]]) -> list[str]:
    """Keep the frames that no phrase has all words of."""
    phrases = list(phrases)
    return [
        frame
        for frame in frames
        if not any(set(_SLOT.sub("", frame).split()) <= said for said in phrases)
    ]
