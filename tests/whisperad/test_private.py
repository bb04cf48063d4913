"""What the history leaves out of private actions' words."""

from msgspec.structs import replace

from tests import tiny_base
from whisperad import catalogue
from whisperad.private import told
from whisperad.protocol import (
    Interpretation,
    LikelyIntent,
    Said,
    Timing,
    UsedModel,
)

ACTIONS = dict(tiny_base.catalogue().actions)
ACTIONS["send_message"] = replace(ACTIONS["send_message"], private=True)
# Their words may be a message, a password, an appointment.
PERSONAL = frozenset(
    "compose_email copy_text create_event create_note create_reminder say_text"
    " send_message show_notification translate_text type_text".split()
)
MUTE: Said = {"action": "mute"}
MESSAGE: Said = {"action": "send_message", "contact": "mum", "text": "i am late"}
REPLY = Interpretation(
    outcome="proposed",
    intents=(MUTE,),
    resolved=(),
    commands=(),
    confidence=1.0,
    stage="model",
    candidates=(),
    results=(),
    token=None,
    model=UsedModel("random", None),
    timing=Timing(0, 0, 0, 0, 0),
)


def test_shipped_actions_that_take_a_persons_own_text_are_private() -> None:
    shipped = catalogue.load().actions

    assert {name for name, action in shipped.items() if action.private} == PERSONAL


def test_what_is_not_private_is_told() -> None:
    assert told(REPLY, "hush", ACTIONS) == ("hush", (MUTE,))


def test_the_words_of_a_private_action_are_left_out() -> None:
    reply = replace(REPLY, intents=(MUTE, MESSAGE))

    assert told(reply, "hush and tell mum i am late", ACTIONS) == (
        "mute send_message …",
        (MUTE, {"action": "send_message", "contact": "…", "text": "…"}),
    )


def test_choices_of_the_catalogue_are_no_secret() -> None:
    private = {"compress": replace(ACTIONS["compress"], private=True)}
    said: Said = {"action": "compress", "source": "diary", "format": "zip"}

    assert told(replace(REPLY, intents=(said,)), "zip my diary", private) == (
        "compress …",
        ({"action": "compress", "source": "…", "format": "zip"},),
    )


def test_what_may_have_been_private_is_left_out_too() -> None:
    reply = replace(
        REPLY,
        outcome="unsure",
        intents=(),
        candidates=(LikelyIntent(MUTE, 0.3), LikelyIntent(MESSAGE, 0.2)),
    )

    assert told(reply, "mum i am late", ACTIONS) == ("send_message …", ())


def test_an_action_that_is_gone_counts_as_private() -> None:
    reply = replace(REPLY, intents=({"action": "gone", "word": "hunter2"},))

    assert told(reply, "say hunter2", ACTIONS) == (
        "gone …",
        ({"action": "gone", "word": "…"},),
    )


def test_a_user_cannot_make_a_shipped_private_action_public() -> None:
    loaded = catalogue.load().actions
    reply = replace(REPLY, intents=({"action": "type_text", "text": "hunter2"},))

    assert told(reply, "type hunter2", loaded)[0] == "type_text …"
