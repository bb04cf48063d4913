"""Few passes give the same answer as one pass a token, and the same probabilities."""

import math
from collections.abc import Generator
from pathlib import Path

import pytest

from tests import passes, tiny_base
from whisperad.decode import Answer, Pass, Scores, alternatives, decode
from whisperad.grammar import Grammar
from whisperad.intent import NOT_A_COMMAND, Intent
from whisperad.learnt import learn
from whisperad.network import Network
from whisperad.prompt import PREFIX, SUFFIX, render_completion
from whisperad.reading import Reader
from whisperad.vocabulary import Vocabulary

_SAID = (
    "mute",
    "open candy crush please",
    "tell mum i'm a little late for tea",
    "zip ~/notes.txt into a.zip, please",
    "open open source source",
    "set a timer for ten minutes called ten minutes of pasta",
)


class Base:
    """A base with its grammar, read apart from the model that serves it."""

    def __init__(self, folder: Path) -> None:
        self.vocabulary = Vocabulary((folder / "tokenizer.json").read_text())
        self.network = Network(folder, self.vocabulary.encode(PREFIX))
        self.network.use(None)
        self.reader = Reader(self.network)
        self.grammar = Grammar(tiny_base.catalogue(), self.vocabulary)

    def decode(self, said: str) -> Answer:
        """Decode as the model does."""
        steps = decode(self.grammar.walk(said), self.prompt(said))
        return self.reader.finish(steps)

    def decode_plainly(self, said: str) -> tuple[tuple[int, ...], float, int]:
        """Decode token by token, reading everything anew for each."""
        walk = self.grammar.walk(said)
        probability, choices = 1.0, 0
        while not walk.is_done:
            allowed = walk.allowed()
            tokens = [*self.prompt(said), *walk.tokens]
            self.network.forget(0)
            (scores,) = passes.read(self.network, tokens, [len(tokens) - 1], allowed)
            total = sum(math.exp(score) for score in scores)
            best = max(range(len(allowed)), key=scores.__getitem__)
            choices += len(allowed) > 1
            probability *= math.exp(scores[best]) / total
            walk.take(allowed[best])
        return walk.tokens, probability, choices

    def prompt(self, said: str) -> list[int]:
        """Cut what is read before an answer into tokens."""
        return self.vocabulary.encode(said + SUFFIX)


@pytest.fixture(scope="module", params=["words", "gpt", "other weights"])
def base(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Base:
    """Give three bases, whose random weights choose different answers."""
    style: tiny_base.Style = "gpt" if request.param == "gpt" else "words"
    folder = tmp_path_factory.mktemp("base")
    seed = 5 if request.param == "other weights" else 1
    return Base(tiny_base.write_base(folder, style=style, seed=seed))


@pytest.mark.parametrize("said", _SAID)
def test_guesses_and_forced_tokens_change_nothing(base: Base, said: str) -> None:
    answer = base.decode(said)
    tokens, probability, choices = base.decode_plainly(said)

    assert answer.walk.tokens == tokens
    assert answer.probability == pytest.approx(probability, rel=1e-3)
    assert len(answer.choices) == choices
    assert answer.passes <= choices


@pytest.mark.parametrize("said", _SAID)
def test_alternatives_name_other_actions_and_are_decoded_as_if_alone(
    base: Base, said: str
) -> None:
    answer = base.decode(said)
    others = base.reader.finish(alternatives(answer, base.prompt(said), 4))
    named = [
        other.walk.intents[0].action if other.walk.intents else "none"
        for other in [answer, *others]
    ]

    assert len(set(named)) == len(named) == 5
    for other in others:
        plain = 1.0
        walk = base.grammar.walk(said)
        for token in other.walk.tokens[len(walk.tokens) :]:
            allowed = walk.allowed()
            tokens = [*base.prompt(said), *walk.tokens]
            base.network.forget(0)
            (scores,) = passes.read(base.network, tokens, [len(tokens) - 1], allowed)
            total = sum(math.exp(score) for score in scores)
            plain *= math.exp(scores[allowed.index(token)]) / total
            walk.take(token)
        assert other.probability == pytest.approx(plain, rel=1e-3)


def _decided(steps: Generator[Pass, Scores, Answer], answer: list[int]) -> Answer:
    """Decode with a network that wants to say just this."""
    try:
        wanted = next(steps)
        while True:
            # A guess may reach beyond the end.
            at, ids = wanted.wanted()
            says = [(answer + [-1] * 99)[place + 1] for place in at]
            wanted = steps.send([[9.0 * (i == s) for i in ids] for s in says])
    except StopIteration as ended:
        found: Answer = ended.value
        return found


@pytest.mark.parametrize(
    ("said", "intent", "passes"),
    [
        ("be quiet", Intent("mute"), 1),
        ("what time is it in rome", NOT_A_COMMAND, 1),
        ("move it to the right", Intent("snap_window", {"side": "right"}), 2),
        ("on the top", Intent("snap_window", {"side": "top left"}), 2),
        ("open chrome", Intent("open_app", {"target": "chrome"}), 2),
        ("open candy crush please", Intent("open_app", {"target": "candy crush"}), 2),
        ("open up the gates app", Intent("open_app", {"target": "the gates"}), 3),
        (
            "set a timer for ten minutes called hard eggs",
            Intent("set_timer", {"duration": "ten minutes", "label": "hard eggs"}),
            3,
        ),
        (
            "tell mum i am late for tea and will be there at five past six",
            Intent(
                "send_message",
                {"contact": "mum", "text": "i am late for tea and will be there"},
            ),
            3,
        ),
        (
            "skip forward thirty seconds",
            Intent("rewind", {"direction": "right", "duration": "thirty seconds"}),
            2,
        ),
    ],
)
def test_an_answer_takes_few_passes(said: str, intent: Intent, passes: int) -> None:
    vocabulary = Vocabulary(tiny_base.tokenizer().to_str())
    catalogue = tiny_base.catalogue()
    grammar = Grammar(catalogue, vocabulary)
    grammar.guesser.use(learn(catalogue))
    walk = grammar.walk(said)
    prompt = vocabulary.encode(said + SUFFIX)
    answer = vocabulary.encode(render_completion((intent,)))
    found = _decided(decode(walk, prompt), prompt + answer)

    assert list(found.walk.tokens) == answer
    assert found.passes <= passes
