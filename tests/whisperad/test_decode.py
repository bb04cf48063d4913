"""Few passes give the same answer as one pass a token, and the same probabilities."""

import math
from pathlib import Path

import pytest

from tests import tiny_base
from whisperad.decode import Answer, alternatives, decode
from whisperad.grammar import Grammar, Vocabulary
from whisperad.intent import NOT_A_COMMAND, Intent
from whisperad.network import Network
from whisperad.prompt import PREFIX, SUFFIX, render_completion

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
        self.network.use({}, None)
        self.grammar = Grammar(tiny_base.catalogue(), self.vocabulary)

    def decode(self, said: str) -> Answer:
        """Decode as the model does."""
        walk = self.grammar.walk(said)
        return decode(self.network, walk, [*self._prompt(said), *walk.tokens])

    def decode_plainly(self, said: str) -> tuple[tuple[int, ...], float, int]:
        """Decode token by token, reading everything anew for each."""
        walk = self.grammar.walk(said)
        probability, choices = 1.0, 0
        while not walk.is_done:
            allowed = walk.allowed()
            tokens = [*self._prompt(said), *walk.tokens]
            self.network.forget(0)
            (scores,) = self.network.read(tokens, [len(tokens) - 1], allowed)
            total = sum(math.exp(score) for score in scores)
            best = max(range(len(allowed)), key=scores.__getitem__)
            choices += len(allowed) > 1
            probability *= math.exp(scores[best]) / total
            walk.take(allowed[best])
        return walk.tokens, probability, choices

    def _prompt(self, said: str) -> list[int]:
        self.network.forget(0)
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
    others = alternatives(base.network, answer, 4)
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
            tokens = [*base.vocabulary.encode(said + SUFFIX), *walk.tokens]
            base.network.forget(0)
            (scores,) = base.network.read(tokens, [len(tokens) - 1], allowed)
            total = sum(math.exp(score) for score in scores)
            plain *= math.exp(scores[allowed.index(token)]) / total
            walk.take(token)
        assert other.probability == pytest.approx(plain, rel=1e-3)


class Decided:
    """A network that knows what it wants to answer, and remembers what it has read."""

    def __init__(self, tokens: list[int]) -> None:
        self._wanted = tokens + [-1] * 99  # a guess may reach beyond the end
        self._read = 0

    def read(
        self, tokens: list[int], at: list[int], ids: tuple[int, ...]
    ) -> list[list[float]]:
        """Score the wanted token highest, wherever it is asked."""
        places = [self._read + place + 1 for place in at]
        self._read += len(tokens)
        return [[9.0 * (i == self._wanted[place]) for i in ids] for place in places]

    def forget(self, kept: int) -> None:
        """Go back to where `kept` tokens were read."""
        assert kept <= self._read
        self._read = kept


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
    walk = Grammar(tiny_base.catalogue(), vocabulary).walk(said)
    prompt = vocabulary.encode(said + SUFFIX)
    answer = vocabulary.encode(render_completion((intent,)))
    found = decode(Decided(prompt + answer), walk, [*prompt, *walk.tokens])

    assert list(found.walk.tokens) == answer
    assert found.passes <= passes
