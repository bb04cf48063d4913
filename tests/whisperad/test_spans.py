"""Spans of an utterance are those that llguidance's `substring_words` allows."""

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from llguidance._lib import LLMatcher

from tests import tiny_base
from whisperad.spans import Said, Span
from whisperad.utterance import normalise
from whisperad.vocabulary import Vocabulary

_STYLES: tuple[tiny_base.Style, ...] = ("words", "gpt")
_VOCABULARIES = {
    style: Vocabulary(tiny_base.tokenizer(style).to_str()) for style in _STYLES
}
_GRAMMAR = """
start: SPAN
SPAN: WORDS & /[^ ](.*[^ ])?/
WORDS: %regex {{ "substring_words": {} }}
"""
_SOME = ("open", "the", "tab", "(left)", "it's", "日本", "x_1", "c++", "10:30pm", "é")
_SAID = (
    st.lists(st.text("abeo'.-%é/_", max_size=5) | st.sampled_from(_SOME), max_size=5)
    .map(lambda words: normalise(" ".join(words)).text)
    .filter(bool)
)


def _spans(said: str, vocabulary: Vocabulary) -> set[str]:
    """Give what can be said token by token."""
    found = set()
    for value in _substrings(said):
        span = Span(Said(said, vocabulary.tokens))
        for token in vocabulary.encode(value):
            if token not in span.allowed():
                break
            span = span.with_token(token)
        else:
            if span.may_end:
                found.add(value)
    return found


def _substrings(text: str) -> set[str]:
    ends = range(1, len(text) + 1)
    return {text[start:end] for end in ends for start in range(end)}


@pytest.mark.parametrize("style", _STYLES)
@settings(max_examples=60, deadline=None)
@given(said=_SAID)
@example("open the tab left of the other tab")
@example("say (hello) it's 50% of c++, ok?")
def test_spans_are_those_of_llguidance(style: tiny_base.Style, said: str) -> None:
    vocabulary = _VOCABULARIES[style]
    lark = _GRAMMAR.format(json.dumps(said))
    whole = LLMatcher(vocabulary.matching, lark, log_level=0)
    expected = set()
    for value in _substrings(said):
        matcher = whole.deep_copy()
        if matcher.consume_tokens(vocabulary.encode(value)) and matcher.is_accepting():
            expected.add(value)

    assert _spans(said, vocabulary) == expected


@pytest.mark.parametrize("style", _STYLES)
def test_a_span_may_be_cut_into_tokens_in_any_way(style: tiny_base.Style) -> None:
    vocabulary = _VOCABULARIES[style]
    spelt = [vocabulary.encode(letter)[0] for letter in "tab"]
    span = Span(Said("open the tab", vocabulary.tokens))
    for token in spelt:
        assert token in span.allowed()
        span = span.with_token(token)

    assert span.may_end


def test_words_of_scripts_with_marks_are_not_cut() -> None:
    said = Said("खोलो नमस्ते now", _VOCABULARIES["gpt"].tokens)

    assert len(said.starts) == len(said.ends) == 3
