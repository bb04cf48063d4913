"""Spoken amounts: what people say and what they mean by it."""

from collections.abc import Callable
from random import Random

import pytest

from training import spoken as drawn
from whisperad import spoken

DRAWS = 3000


@pytest.mark.parametrize(
    ("said", "level"),
    [
        ("fifty percent", 50),
        ("the max value", 100),
        ("fifty percent volume", 50),
        ("fifty-five per cent", 55),
        ("50 %", 50),
        ("50%", 50),
        ("12.5 percent", 13),
        ("a quarter", 25),
        ("three quarters", 75),
        ("two thirds", 67),
        ("half", 50),
        ("the maximum", 100),
        ("all the way up", 100),
        ("all the way down", 0),
        ("as loud as possible", 100),
        ("halfway", 50),
        ("a hundred", 100),
        ("one hundred and fifty", 150),
        ("minus ten", -10),
        ("0.5", 50),
        ("7 out of 10", 70),
        ("8/10", 80),
        ("fourty", 40),
        ("sevnty", 70),
        ("to about twenty", 20),
    ],
)
def test_a_level_is_read(said: str, level: int) -> None:
    assert spoken.percent(said) == level


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("ten", 600),
        ("ten minutes", 600),
        ("90 sec", 90),
        ("2 h", 7200),
        ("1h30m", 5400),
        ("1h30", 5400),
        ("1:30", 90),
        ("1:00:05", 3605),
        ("half an hour", 1800),
        ("half a minute", 30),
        ("an hour and a half", 5400),
        ("one and a half hours", 5400),
        ("an hour and a quarter", 4500),
        ("three quarters of an hour", 2700),
        ("a quarter of an hour", 900),
        ("a couple of minutes", 120),
        ("a few minutes", 180),
        ("two and a half", 150),
        ("one hour twenty", 4800),
        ("one hour, ten minutes and 5 seconds", 4205),
        ("a hundred and twenty minutes", 7200),
        ("twenty-five mintues", 1500),
        ("1.5 hours", 5400),
        ("a fortnight", 1209600),
    ],
)
def test_a_time_span_is_read(said: str, seconds: int) -> None:
    assert spoken.duration(said) == seconds


def test_a_bare_number_counts_in_the_unit_that_is_asked_for() -> None:
    assert spoken.duration("thirty", unit_s=1) == 30


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("42", 42),
        ("1,000", 1000),
        ("eighty eighty", 8080),
        ("eight thousand and eighty", 8080),
        ("four four three", 443),
        ("fifty four thirty two", 5432),
        ("thirty three oh six", 3306),
        ("ninety two hundred", 9200),
        ("twenty twenty four", 2024),
        ("a hundred and five", 105),
        ("one hundred and five", 105),
        ("third", 3),
        ("port 3000", 3000),
    ],
)
def test_a_whole_number_is_read(said: str, number: int) -> None:
    assert spoken.integer(said) == number


@pytest.mark.parametrize(
    "said", ["", "loud music", "ten bananas", "half past six", "-"]
)
@pytest.mark.parametrize("read", [spoken.percent, spoken.duration, spoken.integer])
def test_other_words_are_no_amount(said: str, read: Callable[[str], object]) -> None:
    assert read(said) is None


@pytest.mark.parametrize("said", ["9" * 16, "hundred " * 100, "9" * 1990])
@pytest.mark.parametrize("read", [spoken.percent, spoken.integer])
def test_more_than_anybody_means_is_no_amount(
    said: str, read: Callable[[str], object]
) -> None:
    """JSON could not carry it."""
    assert read(said) is None


@pytest.mark.parametrize("draw", [drawn.percent, drawn.amount])
def test_every_level_that_training_draws_is_read(draw: Callable[[Random], str]) -> None:
    random = Random(1)
    for said in (draw(random) for _ in range(DRAWS)):
        level = spoken.percent(said)

        assert level is not None, said
        assert 0 <= level <= 100, said


def test_every_time_span_that_training_draws_is_read() -> None:
    random = Random(2)
    for said in (drawn.duration(random) for _ in range(DRAWS)):
        assert (spoken.duration(said) or 0) > 0, said


@pytest.mark.parametrize("draw", [drawn.integer, drawn.port])
def test_every_whole_number_that_training_draws_is_read(
    draw: Callable[[Random], str],
) -> None:
    random = Random(3)
    for said in (draw(random) for _ in range(DRAWS)):
        assert spoken.integer(said) is not None, said


def test_what_training_says_of_a_number_is_that_number() -> None:
    for value in [*range(130), 999, 1000, 1001, 4321, 9999]:
        assert spoken.integer(drawn.number_words(value)) == value
        assert spoken.integer(drawn.number_words(value, hyphen=True)) == value
