"""Prompts and completions: what is written can be read back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whisperad.intent import Intent
from whisperad.prompt import END, parse_completion, render_completion
from whisperad.utterance import normalise

# As a slot holds them: normalised words, among them what looks like an answer's own.
WORDS = st.text(st.sampled_from('}{,:"\\\\ ab') | st.characters(codec="utf-8")).map(
    lambda said: normalise(said).text
)
INTENTS = st.builds(
    lambda slots: Intent("do_it", slots),
    st.dictionaries(st.sampled_from(["text", "target", "action_"]), WORDS),
)


@given(st.lists(INTENTS, min_size=1, max_size=4))
def test_an_answer_survives_being_written(intents: list[Intent]) -> None:
    assert parse_completion(render_completion(tuple(intents))) == tuple(intents)


@pytest.mark.parametrize(
    "value", ["}{", "}", "{", "}{ }{", '}{"action":'.replace('"', "")]
)
def test_a_value_may_look_like_the_end_of_an_answer(value: str) -> None:
    answer = f'{{"action":"type_text","text":"{value}"}}{END}'

    assert parse_completion(answer) == (Intent("type_text", {"text": value}),)
