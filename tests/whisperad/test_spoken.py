"""Spoken amounts: what people say and what they mean by it."""

from collections.abc import Callable
from random import Random

import pytest

from training import spoken as drawn
from whisperad import spoken

DRAWS = 3000


LEVELS = {
    -10: "minus ten|-10|minus 10 percent|negative ten",
    -5: "minus five|-5%",
    0: "zero|0|nothing|mute|the minimum|lowest|all the way down|off|silent|min",
    1: "1|one percent",
    2: "one and a half|1 1/2",
    5: "a bit|a little|a touch|slightly|a tad|just a bit|a tiny bit|a wee bit|a smidge"
    "|a bit more|a little louder|a touch brighter|slightly less|by a little|somewhat"
    "|a little bit|level five|five per cent|a hair|ever so slightly",
    10: "a notch|one notch|a step|ten|ten points|ten percent more|by 10 %|a tenth",
    12: "a dozen",
    13: "12.5 percent",
    20: "a fifth|two notches|a couple of notches|quite a bit|to about twenty",
    25: "a quarter|quarter|one quarter|by a quarter|.25|0.25",
    26: "25.5%",
    30: "a lot|much",
    33: "a third|1/3|one third",
    40: "fourty|two fifths",
    43: "forty-two point five percent",
    50: "fifty percent|50 %|50%|fifty percent volume|half|a half|halfway|half way|0.5"
    "|point five|half of it|half the volume|about half|five out of ten|50 pct|\u00bd",
    55: "fifty-five per cent|fifty five percent brightness",
    60: "sixty odd|sixty something|sixty ish",
    67: "two thirds",
    70: "7 out of 10|sevnty",
    75: "three quarters|three-quarters|\u00be|three fourths|high",
    80: "8/10",
    90: "ninety|nine tenths",
    100: "a hundred|hundred percent|100%|the max value|the maximum|all the way up|full"
    "|as loud as possible|to the max|to the top|maximum volume|hundred|100 %|max",
    105: "one hundred and five percent",
    110: "a hundred and ten|110%",
    150: "one hundred and fifty",
    200: "two hundred percent",
}
SPANS_S = {
    0: "zero|0 minutes",
    1: "a sec|one second|a second",
    3: "a few seconds",
    20: "a third",
    30: "half a minute|thirty secs|30s|half minute",
    45: "three quarters|45 s",
    60: "a minute|a min|minute|one minute",
    90: "90 sec|1:30|one and a half|a minute and a half|one and a half minutes",
    120: "a couple of minutes|couple minutes|two",
    150: "two and a half|2:30|2\u00bd|2 1/2 minutes",
    180: "a few minutes|few minutes",
    330: "five minutes thirty|five minutes and thirty seconds",
    600: "ten|ten minutes|ten-minute|10-minute|10m|10 m|ten more minutes|10 min"
    "|ten minutes or so|ten minutes more|another ten minutes|for ten minutes|ten mins",
    720: "a dozen minutes",
    900: "a quarter of an hour|quarter hour",
    1500: "twenty-five mintues|twenty five",
    1800: "half an hour|half hour|a half hour|a half an hour|30 mins|\u00bd hour",
    2100: "thirty-five minutes",
    2700: "three quarters of an hour",
    3600: "an hour|1 hr|sixty|about an hour|a full hour|hour|an hour or so",
    3605: "1:00:05",
    3661: "1h1m1s",
    3723: "1 hour, 2 minutes, 3 seconds",
    4200: "an hour plus ten minutes",
    4205: "one hour, ten minutes and 5 seconds",
    4500: "an hour and a quarter|an hour fifteen|an hour and fifteen minutes",
    4800: "one hour twenty",
    5400: "an hour and a half|one and a half hours|1h30|1h30m|1.5 hours|ninety|1,5 h"
    "|one point five hours|1 1/2 h",
    6300: "an hour and three quarters",
    7200: "2 h|a hundred and twenty minutes|2 hrs",
    9000: "2h30|two hours thirty minutes|2 hours 30|2h 30m|two and a half hours"
    "|2\u00bd hours|2 1/2 hours",
    86400: "a day|twenty four hours|24h",
    129600: "a day and a half",
    604800: "a week|seven days",
    1209600: "a fortnight",
}
NUMBERS = {
    0: "zero|0|oh",
    2: "a couple|a couple of",
    3: "third|a few|three",
    5: "#5|number five",
    12: "a dozen|twelve",
    24: "two dozen",
    42: "42|forty two|forty-two|four two",
    100: "a hundred|hundred",
    105: "a hundred and five|one hundred and five",
    110: "a hundred and ten",
    443: "four four three",
    1000: "1,000|a thousand|1k",
    1200: "twelve hundred",
    1234: "one thousand two hundred thirty four|pid 1234|one two three four|1,234",
    1999: "nineteen ninety nine",
    2024: "twenty twenty four",
    3000: "port 3000|three thousand",
    3306: "thirty three oh six",
    5432: "fifty four thirty two",
    8080: "eighty eighty|eight thousand and eighty|eight oh eight oh|eight thousand eighty",
    9200: "ninety two hundred",
    10001: "ten thousand and one",
    1000000: "one million",
}


def pairs(table: dict[int, str]) -> list[tuple[str, int]]:
    return [
        (said, value) for value, words in table.items() for said in words.split("|")
    ]


@pytest.mark.parametrize(("said", "level"), pairs(LEVELS))
def test_a_level_is_read(said: str, level: int) -> None:
    assert spoken.percent(said) == level


@pytest.mark.parametrize(("said", "seconds"), pairs(SPANS_S))
def test_a_time_span_is_read(said: str, seconds: int) -> None:
    assert spoken.duration(said) == seconds


@pytest.mark.parametrize(("said", "number"), pairs(NUMBERS))
def test_a_whole_number_is_read(said: str, number: int) -> None:
    assert spoken.integer(said) == number


def test_a_bare_number_counts_in_the_unit_that_is_asked_for() -> None:
    assert spoken.duration("thirty", unit_s=1) == 30


@pytest.mark.parametrize(
    "said", ["", "loud music", "ten bananas", "half past six", "-"]
)
@pytest.mark.parametrize("read", [spoken.percent, spoken.duration, spoken.integer])
def test_other_words_are_no_amount(said: str, read: Callable[[str], object]) -> None:
    assert read(said) is None


@pytest.mark.parametrize(
    ("read", "said"),
    [
        (spoken.percent, "fifty-fifty"),
        (spoken.percent, "fifty to sixty"),
        (spoken.percent, "half a notch of it all"),
        (spoken.duration, "minus five"),
        (spoken.duration, "fifty-fifty"),
        (spoken.duration, "five to ten minutes"),
        (spoken.duration, "an hour and a bit"),
        (spoken.duration, "five thirty"),
        (spoken.integer, "minus five"),
        (spoken.integer, "-5"),
        (spoken.integer, "12.5"),
        (spoken.integer, "half"),
    ],
)
def test_what_may_mean_several_amounts_is_none(
    read: Callable[[str], object], said: str
) -> None:
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
