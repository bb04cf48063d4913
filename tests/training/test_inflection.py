"""Verbs as "… is done" and "doing …"."""

import pytest

from training.inflection import gerund, participle


@pytest.mark.parametrize(
    ("verb", "doing", "done"),
    [
        ("water", "watering", "watered"),
        ("make", "making", "made"),
        ("ship", "shipping", "shipped"),
        ("free", "freeing", "freed"),
        ("tie", "tying", "tied"),
        ("copy", "copying", "copied"),
        ("play", "playing", "played"),
        ("feed", "feeding", "fed"),
        ("run", "running", "run"),
        ("open", "opening", "opened"),
        ("show", "showing", "shown"),
        ("fix", "fixing", "fixed"),
        ("submit", "submitting", "submitted"),
    ],
)
def test_verbs_are_inflected(verb: str, doing: str, done: str) -> None:
    assert (gerund(verb), participle(verb)) == (doing, done)
