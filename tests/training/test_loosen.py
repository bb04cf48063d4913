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
from training.verbs import Verbs
from whisperad import catalogue as catalogues
from whisperad.action import Action, Phrase
from whisperad.pack import Slot
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


def template(
    action: str, text: str, inverse: str | None = None, **slots: Slot
) -> Template:
    phrase = Phrase(text, {}, "mine.toml")
    owner = Action(
        id=action,
        pack="mine",
        summary="",
        slots=slots,
        risk="safe",
        where="daemon",
        critical=False,
        inverse=inverse,
        phrases=(phrase,),
        forms={},
    )
    return Template(owner, phrase)


SHIPPED = [
    *(
        template(f"start_{n}", "(start|launch) the {thing}", f"stop_{n}")
        for n in range(4)
    ),
    *(template(f"stop_{n}", "(stop|halt) the {thing}", f"start_{n}") for n in range(4)),
    *(
        template(f"on_{n}", "(turn|switch) on the {thing}", f"off_{n}")
        for n in range(4)
    ),
    *(
        template(f"off_{n}", "(turn|switch) off the {thing}", f"on_{n}")
        for n in range(4)
    ),
    *(template(f"other_{n}", "show the {thing}") for n in range(40)),
]


NO_VERBS = Verbs(Path("nowhere"))


def wordings(loosener: Loosener, action: str, text: str, **fixed: str) -> set[str]:
    part = Part(action, [Piece(text)], fixed, is_open=False)
    random = Random(3)
    drawn = (loosener.loosen(part, random).pieces for _ in range(500))
    return {"".join(piece.text for piece in pieces) for pieces in drawn}


def refused(loosener: Loosener, action: str, text: str) -> set[str]:
    part = Part(action, [Piece(text)], {}, is_open=False)
    random = Random(3)
    drawn = (loosener.no_command(part, random) for _ in range(500))
    return {"".join(piece.text for piece in pieces) for pieces in drawn if pieces}


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


@pytest.fixture
def sided() -> Thesaurus:
    """Tell four actions from their inverses, beside toggles that mix them up."""
    templates = [template(f"toggle_{n}", "(start|stop|begin) it") for n in range(4)]
    for n in range(4):
        templates += [
            template(f"start_{n}", "(start|launch) the {thing}", inverse=f"stop_{n}"),
            template(f"stop_{n}", "(stop|halt) the {thing}", inverse=f"start_{n}"),
        ]
    return Thesaurus(templates)


def test_what_tells_an_action_from_its_inverse_is_no_synonym(sided: Thesaurus) -> None:
    assert sided.other("start", Random(1)) is None  # "stop" would be one of them
    assert sided.other("begin", Random(1)) is None
    assert sided.takes_sides("start")
    assert sided.takes_sides("halt")
    assert not sided.takes_sides("the")
    assert sided.opposite("the") is None


def test_an_action_never_gets_the_words_of_its_contrary() -> None:
    own = [template("start_pump", t) for t in ("start the pump", "run the pump now")]
    loosener = Loosener(own, SHIPPED, NO_VERBS)

    drawn = wordings(loosener, "start_pump", "start the pump")

    assert len(drawn) > 3
    sides = {"start", "starting", "started", "launch"}
    assert all(sides & set(text.split()) for text in drawn)
    assert not any({"stop", "halt", "run"} & set(text.split()) for text in drawn)
    seeming = refused(loosener, "start_pump", "start the pump")
    assert seeming & {"stop the pump", "halt the pump"}
    assert "start the pump" not in seeming


def test_two_own_actions_keep_apart_what_tells_them_apart() -> None:
    on, off = "turn the pool lights on", "turn the pool lights off"
    own = [template("pool_on", on), template("pool_off", off)]
    loosener = Loosener(own, SHIPPED, NO_VERBS)

    for action, text, mine, other in (
        ("pool_on", on, "on", "off"),
        ("pool_off", off, "off", "on"),
    ):
        for drawn in wordings(loosener, action, text):
            assert mine in drawn.split()
            assert other not in drawn.split()
    assert off not in refused(loosener, "pool_on", on)
    assert on not in refused(loosener, "pool_off", off)


def test_what_tells_an_action_from_its_contrary_may_stand_beside_a_telling_word() -> (
    None
):
    text = "switch on the pool heater"
    loosener = Loosener([template("heater_on", text)], SHIPPED, NO_VERBS)

    drawn = wordings(loosener, "heater_on", text)

    assert drawn & {"heater on", "the heater on", "pool on", "the pool on"}
    assert "heater" not in drawn  # on or off?


def test_one_and_many_are_both_said() -> None:
    own = [template("feed_goldfish", "feed the goldfishes in the ponds")]
    loosener = Loosener(own, SHIPPED, NO_VERBS)

    drawn = wordings(loosener, "feed_goldfish", "feed the goldfishes in the pond")

    said = {word for text in drawn for word in text.split()}
    assert {"goldfishe", "ponds"} & said
    assert "ins" not in said  # it tells nothing


def test_words_that_stand_for_a_value_stay() -> None:
    own = [template("set_scene", "make it cosy in the den")]
    loosener = Loosener(own, SHIPPED, NO_VERBS)

    drawn = wordings(loosener, "set_scene", "make it cosy in the den", scene="cosy")

    assert all(
        [
            word
            for word in text.split()
            if word not in ("a", "my", "our", "some", "this", "all", "the")
        ]
        == ["make", "it", "cosy", "in", "den"]
        for text in drawn
    )


def test_words_of_a_choice_are_said_otherwise_too() -> None:
    colour = Slot(type="choice", values=("red", "blue"))
    own = [template("desk_light", "turn the desk lamp {colour}", colour=colour)]
    loosener = Loosener(own, SHIPPED, NO_VERBS)
    pieces = [Piece("turn the desk lamp "), Piece("red", "colour")]
    part = Part("desk_light", pieces, {"colour": "red"}, is_open=False)
    random = Random(1)

    drawn = [loosener.loosen(part, random).pieces for _ in range(2000)]

    said = {"".join(piece.text for piece in pieces) for pieces in drawn}
    assert said >= {"the desk lamp should be red", "turn the lamp on the desk red"}
    assert all(Piece("red", "colour") in pieces for pieces in drawn)


def test_another_verb_is_said_where_the_object_tells_what_is_meant(
    tmp_path: Path,
) -> None:
    (tmp_path / "wording").mkdir()
    groups = 'groups = [["deploy", "ship", "stop", "roll out"]]'
    (tmp_path / "wording" / "verbs.toml").write_text(groups)
    verbs = Verbs(tmp_path)
    own = [template("deploy_site", "deploy the site"), template("deploy", "deploy it")]
    loosener = Loosener(own, SHIPPED, verbs)

    told = wordings(loosener, "deploy_site", "deploy the site")

    assert told >= {"ship the site", "roll the site out"}
    assert "stop the site" in told

    slots = [Piece("deploy "), Piece("it", "text")]
    part = Part("deploy", slots, {}, is_open=True)
    random = Random(1)
    drawn = [loosener.loosen(part, random).pieces for _ in range(500)]
    firsts = {piece.text.strip() for pieces in drawn for piece in pieces}
    assert "ship" in firsts
    assert "stop" not in firsts  # shipped actions say so of anything


def test_what_another_own_action_does_with_an_object_is_no_refusal() -> None:
    def made(*others: Template) -> set[str]:
        own = [template("water_plants", "water the plants"), *others]
        return refused(
            Loosener(own, SHIPPED, NO_VERBS), "water_plants", "water the plants"
        )

    assert {"sell the plants", "paint the plants"} <= made()
    others = template("sell", "sell (my shares|a plant)"), template("paint", "paint it")
    assert not {"sell the plants", "paint the plants"} & made(*others)


def test_what_is_said_of_an_object_is_no_command() -> None:
    own = [template("water_plants", "water the plants")]
    loosener = Loosener(own, SHIPPED, NO_VERBS)

    seeming = refused(loosener, "water_plants", "water the plants")

    assert {"i watered the plants yesterday", "the plants were stolen"} <= seeming
    assert "water the plants" not in seeming


def test_what_a_user_calls_a_command_is_not_refused() -> None:
    own = [template("label_price", "how much is a label")]
    loosener = Loosener(own, SHIPPED, NO_VERBS)

    assert "how much is a label" not in refused(loosener, "label_price", "print")


def test_slots_keep_their_words(thesaurus: Thesaurus) -> None:
    own = [template("print_label", "make a label for {text}")]
    loosener = Loosener(own, [template("other", "show the {thing}")] * 10, NO_VERBS)
    part = Part(
        "print_label",
        [Piece("make a label for "), Piece("salt and pepper", "text")],
        {},
        is_open=True,
    )
    random = Random(5)

    drawn = [loosener.loosen(part, random).pieces for _ in range(200)]

    assert all(Piece("salt and pepper", "text") in p for p in drawn)
    assert any(p[0].slot and "label" in p[-1].text for p in drawn)  # the value first
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
    phrases = {p.template for p in catalogue.actions["print_label"].phrases}
    assert phrases <= {e.template for e in own}  # none is held out
    assert 300 < len(own) < 900
    assert len({normalise(e.utterance).text.split("label")[0] for e in own}) > 40
    alike = [e for e in drawn if e.intents[0].is_none and "label" in e.utterance]
    assert len(alike) > 20  # "don't print a label", "what is a label"
    for example in own:
        text = normalise(example.utterance).text
        assert all(value in text for value in example.intents[0].slots.values())
