"""Every walk through the grammar ends in an intent, and every intent can be reached."""

import re
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import tiny_base
from whisperad.errors import BadAdapter
from whisperad.grammar import Grammar, Walk
from whisperad.intent import NOT_A_COMMAND, Intent
from whisperad.prompt import (
    LIST_OPENING,
    MAX_INTENTS,
    OPENING,
    PREFIX,
    SUFFIX,
    completion_pieces,
    render,
    render_completion,
)
from whisperad.utterance import Utterance, normalise
from whisperad.vocabulary import Vocabulary

_CATALOGUE = tiny_base.catalogue()
_STYLES: tuple[tiny_base.Style, ...] = ("words", "gpt")
_VOCABULARIES = {
    style: Vocabulary(tiny_base.tokenizer(style).to_str()) for style in _STYLES
}
_GRAMMARS = {
    style: Grammar(_CATALOGUE, vocabulary)
    for style, vocabulary in _VOCABULARIES.items()
}
_WORDS = ("open", "figma", "fig", "10:30pm", "c++", "~/a.txt", "don't", "é", '"x"')
_SENTENCES = st.lists(st.sampled_from(_WORDS), max_size=12).map(" ".join)
_SAID = (st.text() | _SENTENCES).map(normalise).filter(lambda said: said.text != "")

grammars = pytest.mark.parametrize("style", _STYLES)


def _ended(walk: Walk, random: Random) -> Walk:
    walk.forced()
    while not walk.is_done:
        walk.take(random.choice(walk.allowed()))
        walk.forced()
    return walk


@grammars
@settings(max_examples=150, deadline=None)
@given(said=_SAID, seed=st.integers())
def test_every_walk_ends_in_an_intent_with_spans_of_the_utterance(
    style: tiny_base.Style, said: Utterance, seed: int
) -> None:
    text = said.text
    walk = _ended(_GRAMMARS[style].walk(text), Random(seed))

    for intent in walk.intents:
        action = _CATALOGUE.actions[intent.action]
        required = [name for name, slot in action.slots.items() if not slot.optional]
        assert set(required) <= set(intent.slots)
        order = list(action.slots)
        assert list(intent.slots) == sorted(intent.slots, key=order.index)
        for name, value in intent.slots.items():
            slot = action.slots[name]
            if slot.type == "choice":
                assert value in slot.values
            else:
                assert value in text
                assert value.strip() == value != ""


@grammars
@settings(max_examples=100, deadline=None)
@given(said=_SAID, data=st.data())
def test_every_intent_can_be_reached(
    style: tiny_base.Style, said: Utterance, data: st.DataObject
) -> None:
    text = said.text
    words = text.split(" ")
    action = data.draw(st.sampled_from(list(_CATALOGUE.actions.values())))
    slots = {}
    for name, slot in action.slots.items():
        if slot.optional and data.draw(st.booleans()):
            continue
        if slot.type == "choice":
            slots[name] = data.draw(st.sampled_from(slot.values))
        else:
            first = data.draw(st.integers(0, len(words) - 1))
            last = data.draw(st.integers(first + 1, len(words)))
            slots[name] = " ".join(words[first:last])

    assert _GRAMMARS[style].admits(text, Intent(action.id, slots))


@grammars
@pytest.mark.parametrize(
    "intent",
    [
        Intent("open_app", {"target": "crush candy"}),
        Intent("open_app", {"target": "cand"}),
        Intent("open_app", {"target": "andy"}),
        Intent("open_app", {"target": " candy"}),
        Intent("open_app", {"target": "candy "}),
        Intent("open_app", {"target": " "}),
        Intent("open_app", {"target": ""}),
        Intent("open_app", {"target": "chrome"}),
        Intent("open_app"),
        Intent("open_app", {"text": "candy"}),
        Intent("mute", {"target": "candy"}),
        Intent("mut"),
        Intent("launch"),
        Intent("snap_window", {"side": "top"}),
        Intent("compress", {"format": "zip", "source": "candy"}),
    ],
)
def test_what_the_catalogue_or_the_words_do_not_have_is_not_admitted(
    style: tiny_base.Style, intent: Intent
) -> None:
    assert not _GRAMMARS[style].admits("open candy crush", intent)


@grammars
@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("open photoshop, please", "photoshop"),
        ("open john's files", "john"),
        ("turn it to 50%", "50"),
        ("open ~/notes.txt", "~/notes.txt"),
        ("open .bashrc", ".bashrc"),
        ("öffne café", "café"),
        ("打开微信", "打开微信"),
        ("open 😀", "😀"),
        ("a b a b c", "a b c"),
        ("{}[]()", "{}[]()"),
    ],
)
def test_a_value_may_leave_punctuation_out_or_have_it(
    style: tiny_base.Style, said: str, value: str
) -> None:
    assert _GRAMMARS[style].admits(said, Intent("open_app", {"target": value}))


@grammars
def test_not_a_command_is_always_possible(style: tiny_base.Style) -> None:
    assert _GRAMMARS[style].admits("open chrome", NOT_A_COMMAND)


@grammars
def test_an_action_is_chosen_among_all_before_anything_else(
    style: tiny_base.Style,
) -> None:
    vocabulary, walk = _VOCABULARIES[style], _GRAMMARS[style].walk("x")
    ids = [*_CATALOGUE.actions, "none"]
    first = {vocabulary.encode(start)[0] for start in (OPENING, LIST_OPENING)}

    assert set(walk.allowed()) == first
    for token in vocabulary.encode(OPENING):
        walk.take(token)
    assert set(walk.allowed()) == {vocabulary.encode(name)[0] for name in ids}


@grammars
@given(said=_SAID)
@settings(deadline=None)
def test_the_prompts_prefix_can_be_read_apart(
    style: tiny_base.Style, said: Utterance
) -> None:
    encode = _VOCABULARIES[style].encode

    assert encode(PREFIX) + encode(said.text + SUFFIX) == encode(render(said))


@given(said=_SAID)
@settings(deadline=None)
def test_pieces_are_what_the_embedded_tokenizer_makes_of_a_whole_answer(
    said: Utterance,
) -> None:
    text = said.text
    intent = Intent("send_message", {"contact": text, "text": text})
    encode = _VOCABULARIES["words"].encode
    pieces = [
        token for piece in completion_pieces((intent,)) for token in encode(piece)
    ]

    assert pieces == encode(render_completion((intent,)))


@grammars
@pytest.mark.parametrize("count", range(1, MAX_INTENTS + 1))
def test_up_to_four_commands_can_be_said_at_once(
    style: tiny_base.Style, count: int
) -> None:
    vocabulary = _VOCABULARIES[style]
    given = tuple(
        Intent("open_app", {"target": name}) if number % 2 else Intent("mute")
        for number, name in enumerate(("figma", "candy", "crush", "slack")[:count])
    )
    walk = _GRAMMARS[style].walk("open figma and candy, crush then slack")
    for piece in completion_pieces(given):
        for token in vocabulary.encode(piece):
            assert token in walk.allowed()
            walk.take(token)

    assert walk.is_done
    assert walk.intents == given


@grammars
def test_a_fifth_command_is_not_possible(style: tiny_base.Style) -> None:
    vocabulary, walk = _VOCABULARIES[style], _GRAMMARS[style].walk("x")
    pieces = completion_pieces((Intent("shut_down"),) * MAX_INTENTS)
    for piece in pieces[:-2]:
        for token in vocabulary.encode(piece):
            assert token in walk.allowed()
            walk.take(token)
    walk.forced()

    assert walk.is_done
    assert len(walk.intents) == MAX_INTENTS


def test_a_long_utterance_compiles() -> None:
    text = " ".join(f"word{number}" for number in range(250))
    walk = _ended(_GRAMMARS["words"].walk(text), Random(3))

    assert walk.is_done


def test_a_guess_is_the_words_that_follow() -> None:
    vocabulary = _VOCABULARIES["words"]
    walk = _GRAMMARS["words"].walk("open candy crush please")
    for piece in (OPENING, "open_app", '","target":"', "candy"):
        for token in vocabulary.encode(piece):
            assert token in walk.allowed()
            walk.take(token)

    assert vocabulary.decode(walk.guess()) == " crush please"


_WITHOUT_END = tiny_base.tokenizer().to_str().replace("<|im_end|>", "<|im_emd|>")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "tokenizer.json"),
        ("{}", "tokenizer.json"),
        (_WITHOUT_END, '"<|im_end|>" is not one token'),
    ],
    ids=["empty", "no tokenizer", "no end"],
)
def test_a_tokenizer_that_is_none_of_ours_is_refused(text: str, message: str) -> None:
    with pytest.raises(BadAdapter, match=re.escape(message)):
        Vocabulary(text)
