"""Drafts name the likely action, and change no answer."""

import pytest

from training.generate import Generator
from whisperad import catalogue
from whisperad.adjacency import Reader, counted
from whisperad.catalogue import SHIPPED
from whisperad.draft import MOST_OWNERS, Ballot, Draft
from whisperad.learnt import learn
from whisperad.model import Model
from whisperad.settings import EMBEDDED_MODEL
from whisperad.utterance import normalise


def _draft(**phrases: str) -> Draft:
    ballot = Ballot()
    for name, said in phrases.items():
        ballot.add(name, counted(map(Reader({}).read, said.split(","))))
    return Draft(ballot.votes())


def test_words_speak_for_the_action_whose_phrases_have_them() -> None:
    draft = _draft(mute="mute,mute it,silence it", lock="lock it,lock the screen")

    assert draft.action(["please", "mute", "it"]) == "mute"
    assert draft.action(["screen"]) == "lock"


def test_words_side_by_side_speak_for_the_action_that_says_them_so() -> None:
    draft = _draft(on="turn it on,turn on {x} off", off="turn it off,turn off {x} on")

    assert draft.action(["turn", "on", "light", "off"], margin=0.0) == "on"
    assert draft.action(["turn", "off", "light", "on"], margin=0.0) == "off"


def test_a_draft_knows_which_words_an_action_has() -> None:
    draft = _draft(mute="mute it,hush", lock="lock it")

    assert draft.has("mute", "hush")
    assert not draft.has("lock", "hush")
    assert draft.phrases["it"] == 2


def test_a_word_of_most_actions_speaks_for_none_and_is_new_to_none() -> None:
    said = {f"a{number}": "now" for number in range(MOST_OWNERS + 1)}
    draft = _draft(mute="mute now", **said)

    assert draft.action(["now"], margin=0.0) is None
    assert draft.action(["mute", "now"]) == "mute"
    assert draft.has("a1", "now")
    assert not draft.has("a1", "mute")
    assert not draft.has("a1", "never")


def test_where_words_speak_for_two_actions_there_is_no_draft() -> None:
    draft = _draft(one="do it now", two="do it now")

    assert draft.action(["do", "it"]) is None
    assert draft.action(["unheard", "of"]) is None
    assert draft.action([]) is None


@pytest.mark.timeout(120)  # some hundred answers, twice
def test_answers_are_the_same_with_and_without_drafts_and_take_fewer_passes() -> None:
    loaded = catalogue.load()
    model = Model(EMBEDDED_MODEL)
    model.serve(loaded)
    model.use(model.load_adapter(EMBEDDED_MODEL / "adapter"))
    generator = Generator(loaded, SHIPPED, "test")
    said = [normalise(e.utterance) for e in generator.examples(300, 31)]
    without = [model.understand(u) for u in said]
    model.served().guesser.use(learn(loaded))
    drafted = [model.understand(u) for u in said]

    assert [u.intents for u in drafted] == [u.intents for u in without]
    assert [u.confidence for u in drafted] == pytest.approx(
        [u.confidence for u in without], abs=1e-3
    )
    assert sum(u.passes for u in drafted) < 0.95 * sum(u.passes for u in without)
