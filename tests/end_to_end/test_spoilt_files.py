"""What a daemon reads or writes goes bad: it serves all along, and says what is wrong."""

import resource
import signal
import sys

import pytest

from tests.end_to_end.lessons import TAUGHT
from tests.running import Message, RunningDaemon

ROOM_BYTES = 6_000  # on a disk that is as good as full


def test_a_config_that_breaks_and_is_mended_serves_all_along(
    taught: RunningDaemon,
) -> None:
    good = taught.user_file.read_text()
    taught.user_file.write_text(good[:-9])
    refused = taught.ask(type="reload", what="config")
    still = taught.say("hush")["outcome"]
    taught.stop(signal.SIGKILL)
    # The model that the user chose is in the broken file.
    taught.start()
    (problem,) = taught.ask(type="status")["problems"]
    without = taught.say("hush")["outcome"]
    taught.user_file.write_text(good)
    mended = taught.ask(type="reload", what="config")

    assert (refused["type"], refused["code"]) == ("error", "bad-config")
    assert str(taught.user_file) in refused["message"]
    assert (still, without) == ("proposed", "proposed")
    assert str(taught.user_file) in problem
    assert mended["type"] == "ok"
    assert taught.ask(type="status")["problems"] == []
    assert taught.say("doze")["commands"][0]["argv"] == [str(taught.home / "doze")]
    assert taught.stop() == 0


@pytest.mark.skipif(sys.platform != "linux", reason="root writes to any other folder")
def test_a_state_folder_that_cannot_be_written_costs_the_history_alone(
    stopped: RunningDaemon,
) -> None:
    (stopped.home / "state").symlink_to("/proc")
    stopped.start()
    stopped.teach("hush", action="mute_volume")
    answers = {stopped.say("hush")["outcome"] for _ in range(5)}
    history = stopped.ask(type="history")
    problems = stopped.ask(type="status")["problems"]

    assert answers == {"proposed"}
    assert (history["type"], history["code"]) == ("error", "internal")
    assert "history.db" in history["message"]
    assert len(problems) == 1
    assert "history.db" in problems[0]
    assert stopped.stop() == 0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits other processes")
def test_on_a_full_disk_what_is_acknowledged_is_kept(taught: RunningDaemon) -> None:
    files = [*taught.home.glob("data/*"), taught.home / "log"]
    most = max(file.stat().st_size for file in files) + ROOM_BYTES
    resource.prlimit(taught.process.pid, resource.RLIMIT_FSIZE, (most, most))
    kept = set(TAUGHT)
    replies: list[Message] = []
    while len(replies) < 200 and {"error"} != {r["type"] for r in replies[-3:]}:
        said = f"hush {'and again ' * 150}number {len(replies)}"
        reply = taught.ask(type="teach", utterance=said, intent=TAUGHT["hush"])
        replies.append(reply)
        if reply["type"] == "ok":
            kept.add(said)
    answer = taught.say("hush")["outcome"]
    assert taught.stop(signal.SIGKILL) == -signal.SIGKILL  # not one of its own
    taught.start()
    rows = taught.ask(type="taught")["rows"]

    assert (replies[-1]["type"], replies[-1]["code"]) == ("error", "internal")
    assert "taught.db" in replies[-1]["message"]
    assert answer == "proposed"
    assert {row["utterance"] for row in rows} == kept
    assert taught.stop() == 0
