"""Explain: why an utterance was understood as it was, without doing anything."""

import time
from pathlib import Path

import pytest

from tests import tiny_base
from tests.running import RunningDaemon
from tests.setting import Setting
from whisperad import catalogue
from whisperad.daemon import Daemon
from whisperad.explain import Explanation, nearest_phrase
from whisperad.intent import Intent
from whisperad.protocol import Explain, Reload

SHIPPED = catalogue.load()


async def explained(daemon: Daemon, utterance: str) -> Explanation:
    reply = await daemon.answer(Explain(utterance=utterance), time.monotonic())
    assert isinstance(reply, Explanation)
    return reply


@pytest.mark.parametrize(
    ("intent", "said"),
    [
        (Intent("open_app", {"target": "candy crush"}), "open candy crush"),
        (
            Intent("open_app", {"target": "candy crush"}),
            "could you open candy crush please",
        ),
        (Intent("mute_volume"), "mute"),
        (
            Intent("set_volume", {"level": "fifty percent"}),
            "set the volume to fifty percent",
        ),
    ],
)
def test_a_phrase_that_has_the_utterance_is_named(intent: Intent, said: str) -> None:
    near = nearest_phrase(SHIPPED, intent, said)
    line = Path(near.file).read_text().splitlines()[near.line - 1]

    assert (near.is_match, near.wording, near.likeness) == (True, said, 1.0)
    assert near.action == intent.action
    assert f'"{near.template}"' in line


def test_else_the_nearest_wording_is_named_with_its_phrase() -> None:
    near = nearest_phrase(SHIPPED, Intent("mute_volume"), "muted the sounds")

    assert not near.is_match
    assert 0.7 < near.likeness < 1
    assert "mute" in near.wording
    assert near == nearest_phrase(SHIPPED, Intent("mute_volume"), "muted the sounds")


def test_a_choice_is_matched_by_the_words_that_are_said_for_it() -> None:
    made = tiny_base.catalogue()
    back = Intent("rewind", {"direction": "left", "duration": "ten seconds"})

    assert nearest_phrase(made, back, "skip back by ten seconds").is_match
    assert not nearest_phrase(made, back, "skip forward by ten seconds").is_match


def test_it_tells_what_would_run_and_runs_nothing(
    setting: Setting, short_dir: Path
) -> None:
    setting.pack(f'argv = ["touch", "{short_dir}/ran"]')

    async def case(daemon: Daemon, utterance: str) -> None:
        reply = await explained(daemon, utterance)

        assert reply.outcome == "proposed"
        assert reply.commands[0].argv == ("touch", f"{short_dir}/ran")
        assert reply.threshold == 0.0
        assert [c.intent for c in reply.candidates] == list(reply.intents)
        assert reply.candidates[0].confidence == reply.confidence
        assert (reply.phrases[0].template, reply.phrases[0].line) == ("make it", 5)
        assert reply.phrases[0].file.endswith("test.toml")
        assert not (short_dir / "ran").exists()

    setting.run(case)


def test_below_the_threshold_it_tells_what_would_have_run(setting: Setting) -> None:
    setting.threshold = 0.0

    async def case(daemon: Daemon, utterance: str) -> None:
        setting.threshold = 1.0
        setting.settings()
        await daemon.answer(Reload(what="config"), time.monotonic())
        reply = await explained(daemon, utterance)

        assert (reply.outcome, reply.threshold) == ("unsure", 1.0)
        assert [command.argv for command in reply.commands] == [("echo", "made it")]

    setting.run(case)


def test_there_are_up_to_five_candidates_best_first(daemon: RunningDaemon) -> None:
    reply = daemon.ask(type="explain", utterance="open chrome", id=3)
    sure = [candidate["confidence"] for candidate in reply["candidates"]]

    assert (reply["type"], reply["id"]) == ("interpretation", 3)
    assert 3 < len(sure) <= 5
    assert sure == sorted(sure, reverse=True)
    assert len({str(c["intent"]) for c in reply["candidates"]}) == len(sure)
    assert len(reply["phrases"]) >= 1


def test_it_takes_what_interpret_takes_but_executes_nothing(
    daemon: RunningDaemon,
) -> None:
    executed = daemon.ask(type="explain", utterance="open chrome", execute=True)
    elsewhere = daemon.ask(type="explain", utterance="open chrome", cwd="here")

    assert executed["code"] == elsewhere["code"] == "bad-request"
    assert "execute" in executed["message"]
    assert "cwd" in elsewhere["message"]


def test_nothing_said_is_explained_as_nothing(daemon: RunningDaemon) -> None:
    reply = daemon.ask(type="explain", utterance=" ")

    assert (reply["outcome"], reply["candidates"], reply["phrases"]) == ("none", [], [])
