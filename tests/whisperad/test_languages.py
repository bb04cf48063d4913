"""Languages and their codes."""

import tomllib

from whisperad.catalogue import SHIPPED
from whisperad.languages import language

SAMPLES = tomllib.loads((SHIPPED / "samples" / "places_and_people.toml").read_text())


def test_languages_have_names_and_codes() -> None:
    assert language("french") == ("French", "fr")
    assert language("Mandarin") == ("Chinese", "zh-CN")
    assert language("spannish") == ("Spanish", "es")
    assert language("klingon") is None


def test_every_language_that_training_draws_is_known() -> None:
    assert [said for said in SAMPLES["languages"] if language(said) is None] == []
