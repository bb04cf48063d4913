"""Utterances: quotes around words go, apostrophes stay, and spans keep their case."""

import pytest

from whisperad.utterance import normalise


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("Copy 'Hello World' to my clipboard", "copy hello world to my clipboard"),
        ("an event called 'Tea with Sid' on Friday.", "an event called tea with sid on friday"),
        ("say 'don't panic'", "say don't panic"),
        ("play 'don't stop me now' by queen", "play don't stop me now by queen"),
        ("\u2018Hello there\u2019 type it", "hello there type it"),
        ("('quoted' twice 'over')", "(quoted twice over)"),
        ('type "hello"', "type hello"),
    ],
)  # fmt: skip
def test_quotes_around_words_are_dropped(said: str, text: str) -> None:
    assert normalise(said).text == text


@pytest.mark.parametrize(
    "said",
    [
        "play rock 'n' roll",
        "don't stop 'til you get enough",
        "the dogs' dinner and the cats' food",
        "open anna's file and tom's folder",
        "wake me at 5 o'clock",
    ],
)
def test_apostrophes_stay(said: str) -> None:
    assert normalise(said).text == said


def test_a_span_comes_back_in_its_own_case() -> None:
    said = normalise("Copy 'Hello World' to MY clipboard")

    assert said.original("hello world") == "Hello World"
    assert said.original("my clipboard") == "MY clipboard"
    assert said.original("not there") == "not there"
