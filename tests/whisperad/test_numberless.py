"""A slot for a number is left out where words that say none were taken for it."""

from collections.abc import Generator

import pytest

from tests import tiny_base
from whisperad.action import Action
from whisperad.catalogue import Catalogue, Names
from whisperad.decode import Answer, Pass, Scores, decode
from whisperad.grammar import Grammar
from whisperad.intent import Intent
from whisperad.numberless import left_out
from whisperad.pack import Slot
from whisperad.prompt import SUFFIX, render_completion
from whisperad.vocabulary import Vocabulary

_COUNT = Slot("integer", optional=True)
_ACTIONS = {
    name: Action(name, "own", "", slots, "safe", "daemon", False, None, (), {})
    for name, slots in {
        "print_label": {"count": _COUNT, "label": Slot("text")},
        "show_notes": {"count": _COUNT, "tag": Slot("text", optional=True)},
        "turn_up": {"amount": Slot("percent", optional=True), "count": _COUNT},
        "take_doses": {"count": Slot("integer")},
    }.items()
}


class _Model:
    """Wants to say some answers, the first one most."""

    def __init__(self, said: str, *answers: tuple[Intent, ...]) -> None:
        self._vocabulary = Vocabulary(tiny_base.tokenizer().to_str())
        names = Names({}, {}, {}, {}, {}, {})
        self._grammar = Grammar(
            Catalogue(_ACTIONS, {}, {}, names, {}, "0" * 16), self._vocabulary
        )
        self._prompt = self._vocabulary.encode(said + SUFFIX)
        self._said = said
        self._wanted = [
            self._prompt + self._vocabulary.encode(render_completion(answer))
            for answer in answers
        ]

    def first(self) -> Answer:
        """Give its likeliest answer."""
        return self._made(decode(self._grammar.walk(self._said), self._prompt))

    def mended(self) -> Answer:
        """Give its likeliest answer that makes sense."""
        return self._made(left_out(self.first(), self._prompt, _ACTIONS))

    def _made(self, steps: Generator[Pass, Scores, Answer]) -> Answer:
        try:
            wanted = next(steps)
            while True:
                at, ids = wanted.wanted()
                rows = [self._row(wanted.tokens[: place + 1], ids) for place in at]
                wanted = steps.send(rows)
        except StopIteration as ended:
            found: Answer = ended.value
            return found

    def _row(self, read: list[int], ids: tuple[int, ...]) -> list[float]:
        scores = dict.fromkeys(ids, 0.0)
        for number, wanted in enumerate(self._wanted):
            if wanted[: len(read)] == read and len(wanted) > len(read):
                token = wanted[len(read)]
                scores[token] = max(scores.get(token, 0.0), 9.0 - 3 * number)
        return [scores[token] for token in ids]


@pytest.mark.parametrize(
    ("said", "first", "second"),
    [
        (
            "print zip labels",
            Intent("print_label", {"count": "zip", "label": "labels"}),
            Intent("print_label", {"label": "zip"}),
        ),
        (
            "show open notes",
            Intent("show_notes", {"count": "open"}),
            Intent("show_notes", {}),
        ),
        (
            "show open source notes",
            Intent("show_notes", {"count": "open", "tag": "source"}),
            Intent("show_notes", {"tag": "open source"}),
        ),
        (
            "turn it up again",
            Intent("turn_up", {"amount": "it", "count": "again"}),
            Intent("turn_up", {}),
        ),
    ],
)
def test_words_are_not_taken_for_a_number(
    said: str, first: Intent, second: Intent
) -> None:
    model = _Model(said, (first,), (second,))

    assert model.first().walk.intents == (first,)
    found = model.mended()
    assert found.walk.intents == (second,)
    assert found.passes >= model.first().passes
    assert 0.5 < found.probability <= 1.0


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("print ten zip", (Intent("print_label", {"count": "ten", "label": "zip"}),)),
        ("print 3 zip", (Intent("print_label", {"count": "3", "label": "zip"}),)),
        (
            "print twenty fivve zip",
            (Intent("print_label", {"count": "twenty fivve", "label": "zip"}),),
        ),
        ("take zip", (Intent("take_doses", {"count": "zip"}),)),
        ("show notes", (Intent("show_notes", {}),)),
        ("what is it", (Intent("none"),)),
        (
            "show open and zip",
            (
                Intent("show_notes", {"count": "open"}),
                Intent("show_notes", {"count": "zip"}),
            ),
        ),
    ],
)
def test_what_says_a_number_or_cannot_be_left_out_stays(
    said: str, answer: tuple[Intent, ...]
) -> None:
    model = _Model(said, answer)

    first, found = model.first(), model.mended()
    assert found.walk.intents == first.walk.intents
    assert (found.probability, found.passes) == (first.probability, first.passes)


def test_what_was_left_out_is_no_candidate_either() -> None:
    bad = Intent("show_notes", {"count": "open"})
    found = _Model("show open notes", (bad,), (Intent("show_notes", {}),)).mended()

    for choice in found.choices:
        assert choice.best in found.walk.tokens
