"""Guesses come from the words alone: which of them an action's phrases do not have."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import tiny_base
from whisperad.guess import Guesser
from whisperad.learnt import learn
from whisperad.utterance import normalise

_CATALOGUE = tiny_base.catalogue()
_GUESSER = Guesser(_CATALOGUE)
_GUESSER.use(learn(_CATALOGUE))


@pytest.mark.parametrize(
    ("said", "answer", "rest"),
    [
        ("launch the figma app please", "open_app", '","target":"|figma|"}'),
        ("launch figma", 'open_app","target":"', "figma"),
        ("launch candy crush saga", 'open_app","target":"candy', " crush saga"),
        ("could you open it again", "open_app", '","target":"|it again|"}'),
        ("be quiet", "mute", '"}'),
        ("skip back by ten seconds", "rewind", '","direction":"|left|","duration":"|ten seconds'),
        ("go forward", "rewind", '","direction":"|right|"}'),
        ("skip by ten seconds", "rewind", '","direction":"'),
        ("tell mum hello dear", "send_message", '","contact":"|mum|","text":"|hello dear'),
        ("tell mum dear me", 'send_message","contact":"mum","text":"', "dear me"),
        ("zip (~/a.txt), please", "compress", '","source":"|~/a.txt), please'),
        ("open figma", "op", ""),
        ("open figma", "none", ""),
    ],
)  # fmt: skip
def test_the_rest_of_an_answer_is_guessed(said: str, answer: str, rest: str) -> None:
    pieces = _GUESSER.rest('{"action":"' + answer, said)

    assert pieces[: rest.count("|") + 1] == (
        [piece for piece in rest.split("|") if piece]
    )


@pytest.mark.parametrize(
    ("said", "answer", "rest"),
    [
        (
            "open figma and mute the microphone",
            '[{"action":"open_app',
            '","target":"|figma|"},{"action":"|mute_microphone|"}]',
        ),
        (
            "open figma, slack and then skip forward by ten seconds",
            '[{"action":"',
            'open_app|","target":"|figma|"},{"action":"|open_app|","target":"|slack'
            '|"},{"action":"|rewind|","direction":"|right|","duration":"|ten seconds|"}]',
        ),
        (
            "open figma & slack",
            '[{"action":"open_app","target":"figma"},{"action":"',
            'open_app|","target":"|slack|"}]',
        ),
        (
            "mute the microphone, and set the volume to ten",
            "",
            '[{"action":"|mute_microphone|"},{"action":"|set_volume|","level":"|ten|"}]',
        ),
    ],
)
def test_the_rest_of_a_list_is_guessed_part_by_part(
    said: str, answer: str, rest: str
) -> None:
    assert _GUESSER.rest(answer, said) == rest.split("|")


_BEGUN = (
    "m",
    "mute",
    "set_timer",
    'set_timer"',
    'set_timer","duration":"',
    'set_timer","duration":"a',
    'set_timer","duration":"a b","label":"',
    'rewind","direction":"',
    'rewind","direction":"lef',
    'rewind","direction":"left',
    'install","scope":"dev"}',
)


@given(st.text().map(lambda said: normalise(said).text), st.sampled_from(_BEGUN))
def test_a_guess_can_be_asked_for_at_any_point(said: str, begun: str) -> None:
    assert isinstance(_GUESSER.rest('{"action":"' + begun, said), list)
    assert isinstance(_GUESSER.rest('[{"action":"' + begun, said), list)
    listed = '[{"action":"mute"},{"action":"' + begun
    assert isinstance(_GUESSER.rest(listed, said), list)
