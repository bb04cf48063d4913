"""A user's own phrases said otherwise: other words, the same meaning and slots."""

from pathlib import Path
from random import Random

import pytest

from tests.training import small_config
from training.compounds import Part
from training.generate import Generator
from training.loosen import Loosener
from training.templates import Template
from training.thesaurus import Thesaurus
from whisperad import catalogue as catalogues
from whisperad import phrases
from whisperad.action import Action, Phrase
from whisperad.phrases import Piece
from whisperad.utterance import normalise

PACK = """
pack = "mine"

[[action]]
id = "print_label"
slots = { text = { type = "text", samples = "fruits" } }
phrases = ["print a label {text}", "label saying {text}", "make a label for {text}",
  "i need a label for {text}", "new label {text}"]
linux = { argv = ["true", "{text}"] }
macos = { argv = ["true", "{text}"] }
"""


def template(action: str, text: str) -> Template:
    phrase = Phrase(text, {}, "mine.toml")
    owner = Action(
        id=action,
        pack="mine",
        summary="",
        slots={},
        risk="safe",
        where="daemon",
        critical=False,
        inverse=None,
        phrases=(phrase,),
        forms={},
    )
    return Template(owner, phrase, phrases.parse(text))


@pytest.fixture
def thesaurus() -> Thesaurus:
    same = "(start|launch|fire up) the {thing}"
    return Thesaurus([template(f"action_{n}", same) for n in range(3)])


def test_words_of_one_alternation_stand_for_each_other(thesaurus: Thesaurus) -> None:
    random = Random(1)

    drawn = {thesaurus.other("start", random) for _ in range(50)}

    assert drawn == {"launch", "fire up"}
    assert thesaurus.other("the", random) is None


def test_what_few_actions_say_is_no_synonym() -> None:
    few = Thesaurus(
        [template("one", "(shut|open) it"), template("two", "(shut|open) it")]
    )

    assert few.other("shut", Random(1)) is None


def test_slots_keep_their_words(thesaurus: Thesaurus) -> None:
    own = [template("print_label", "make a label for {text}")]
    loosener = Loosener(own, [template("other", "show the {thing}")] * 10)
    part = Part(
        "print_label",
        [Piece("make a label for "), Piece("salt and pepper", "text")],
        {},
        is_open=True,
    )
    random = Random(5)

    drawn = [loosener.loosen(part, random).pieces for _ in range(200)]

    assert all(p[-1] == Piece("salt and pepper", "text") for p in drawn)
    assert len({"".join(piece.text for piece in p) for p in drawn}) > 20
    assert any("label" in p[0].text and "make" not in p[0].text for p in drawn)


def test_a_users_own_action_is_drawn_often_and_in_other_words(tmp_path: Path) -> None:
    _, shipped = small_config.write(tmp_path / "shipped")
    mine = tmp_path / "mine"
    (mine / "actions").mkdir(parents=True)
    (mine / "actions" / "mine.toml").write_text(PACK)
    catalogue = catalogues.load(shipped, mine)

    drawn = list(Generator(catalogue, shipped, "train").examples(3000, 1))

    own = [e for e in drawn if e.intents[0].action == "print_label"]
    assert 300 < len(own) < 900
    assert len({normalise(e.utterance).text.split("label")[0] for e in own}) > 40
    alike = [e for e in drawn if e.intents[0].is_none and "label" in e.utterance]
    assert len(alike) > 20  # "don't print a label", "what is a label"
    for example in own:
        text = normalise(example.utterance).text
        assert all(value in text for value in example.intents[0].slots.values())
