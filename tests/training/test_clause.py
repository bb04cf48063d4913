"""Commands taken apart and said in other sentences."""

from pathlib import Path
from random import Random

import pytest

from training import clause
from training.clause import Clause
from training.verbs import Verbs
from whisperad.phrases import Piece

NO_VERBS = Verbs(Path("nowhere"))


def text(pieces: list[Piece]) -> str:
    return "".join(piece.text for piece in pieces)


def parsed(*pieces: Piece) -> Clause:
    found = clause.clause(pieces, NO_VERBS)
    assert found
    return found


def frames(said: Clause, *others: str) -> set[str]:
    random = Random(1)
    return {
        text(clause.reframed(said, others, {"colour"}, random)) for _ in range(2000)
    }


def test_a_command_is_a_verb_its_object_and_what_is_said_of_it() -> None:
    hour = Piece("an hour", "duration")

    said = parsed(Piece("water the plants for "), hour)

    assert said == Clause(
        "water",
        [Piece("the"), Piece("plants")],
        [Piece("for"), hour],
    )


@pytest.mark.parametrize("words", ["turn on the pump", "turn the pump on"])
def test_a_verb_has_its_particle_wherever_it_stands(words: str) -> None:
    assert parsed(Piece(words)).verb == "turn on"


@pytest.mark.parametrize("words", ["the plants are dry", "plants", "get it", "print"])
def test_what_has_no_verb_or_no_object_is_no_clause(words: str) -> None:
    assert clause.clause([Piece(words)], NO_VERBS) is None


@pytest.mark.parametrize(
    ("template", "verbs"),
    [
        ("(start|run) the [plant] pump", ["start", "run"]),
        ("water [the] plants", ["water"]),
        ("(get|give) me water", []),
        ("{colour} light", []),
        ("(the|my) plants", []),
    ],
)
def test_a_template_may_begin_with_verbs(template: str, verbs: list[str]) -> None:
    assert clause.verbs_of(template) == verbs


def test_an_object_is_said_first_last_and_in_between() -> None:
    hour = Piece("an hour", "duration")

    drawn = frames(parsed(Piece("water the plants for "), hour))

    assert drawn >= {
        "the plants need watering for an hour",
        "get the plants watered for an hour",
        "start watering the plants for an hour",
        "make sure the plants are watered for an hour",
    }


def test_a_value_is_said_beside_what_has_it() -> None:
    drawn = frames(parsed(Piece("turn the lamp to "), Piece("blue", "colour")))

    assert {"the lamp should be blue", "could the lamp be blue"} <= drawn
    assert {"make the lamp blue", "i'd like the lamp to be blue"} <= drawn


def test_a_value_at_the_end_is_no_part_of_the_object() -> None:
    red = Piece("red", "colour")

    said = parsed(Piece("turn the lamp "), red)

    assert (said.object, said.tail) == ([Piece("the"), Piece("lamp")], [red])


def test_words_of_another_verb_come_after_the_object_too() -> None:
    drawn = frames(parsed(Piece("log my lunch")), "write down", "put live")

    assert {"write down my lunch", "write my lunch down", "put my lunch live"} <= drawn
    assert not any("put live" in text for text in drawn)


def test_pieces_are_the_same_put_together_again() -> None:
    pieces = [Piece("book "), Piece("9", "n"), Piece(" euros, "), Piece("tea", "t")]

    assert clause.joined(clause.tokens(pieces)) == pieces
