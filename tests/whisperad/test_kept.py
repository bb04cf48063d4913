"""Kept programs: they run on by name until they are told to stop."""

import asyncio
from pathlib import Path

from tests.programs import (
    command,
    is_running,
    with_effects,
)
from whisperad.command import Command
from whisperad.process import Outcome
from whisperad.runner import Effects


def test_a_kept_program_runs_until_it_is_stopped(tmp_path: Path) -> None:
    script = tmp_path / "recorder.py"
    script.write_text(
        "import signal, sys\n"
        "signal.signal(signal.SIGINT, lambda *_: (open('saved', 'w'), sys.exit(0)))\n"
        "open('started', 'w')\n"
        "signal.pause()\n"
    )
    recorder = command("python3", str(script), keep="recording")

    async def work(effects: Effects) -> list[Outcome]:
        first = await effects.perform(recorder, 8, tmp_path)
        while not (tmp_path / "started").exists():
            await asyncio.sleep(0.02)
        again = await effects.perform(recorder, 8, tmp_path)
        stopped = await effects.perform(command("@stop", "recording"), 8, None)
        return [
            first,
            again,
            stopped,
            await effects.perform(command("@stop", "recording"), 8, None),
        ]

    first, again, stopped, gone = with_effects(tmp_path, work)

    assert (first.exit_code, first.stdout) == (0, '"recording" is running')
    assert again.exit_code == 1
    assert again.stderr == '"recording" is already running; stop it first'
    assert (stopped.exit_code, stopped.stdout) == (0, '"recording" has stopped')
    assert (tmp_path / "saved").exists()
    assert (gone.exit_code, gone.stderr) == (1, '"recording" is not running')


def test_a_kept_program_that_cannot_start_says_why(tmp_path: Path) -> None:
    async def work(effects: Effects) -> tuple[Outcome, Outcome, Outcome]:
        return (
            await effects.perform(command("ls", "/nonexistent", keep="x"), 8, None),
            await effects.perform(command("nonexistent-program", keep="x"), 8, None),
            await effects.perform(command("@stop", "x"), 8, None),
        )

    failed, missing, stopped = with_effects(tmp_path, work)

    assert failed.exit_code == 2
    assert "/nonexistent" in failed.stderr
    assert missing.exit_code == 127
    assert stopped.exit_code == 1


def test_a_kept_program_may_give_way_to_the_next(tmp_path: Path) -> None:
    def sleep(seconds: str) -> Command:
        return command("sleep", seconds, keep="awake", replaces=True)

    async def work(effects: Effects) -> list[str]:
        await effects.perform(sleep("61"), 8, None)
        await effects.perform(sleep("62"), 8, None)
        listed = await effects.perform(command("ps", "-eo", "args"), 8, None)
        return listed.stdout.splitlines()

    given = with_effects(tmp_path, work)

    assert "sleep 61" not in given


def test_a_kept_program_that_ends_with_its_input_can_be_given_one_without_an_end(
    tmp_path: Path,
) -> None:
    async def work(effects: Effects) -> list[str]:
        given = [
            await effects.perform(command("cat", keep="a"), 8, None),
            await effects.perform(command("cat", keep="b", stdin_open=True), 8, None),
            await effects.perform(command("@stop", "b"), 8, None),
        ]
        return [outcome.stdout for outcome in given]

    assert with_effects(tmp_path, work) == ["", '"b" is running', '"b" has stopped']


def test_kept_programs_end_with_the_daemon(tmp_path: Path) -> None:
    async def work(effects: Effects) -> None:
        given = command("sh", "-c", "echo $$ > pid; exec sleep 60", keep="awake")
        assert (await effects.perform(given, 8, tmp_path)).exit_code == 0

    with_effects(tmp_path, work)

    assert not is_running(int((tmp_path / "pid").read_text()))


def test_a_kept_program_that_ended_by_itself_can_be_started_again(
    tmp_path: Path,
) -> None:
    async def work(effects: Effects) -> Outcome:
        await effects.perform(command("sleep", "0.4", keep="awake"), 8, None)
        await asyncio.sleep(0.4)
        return await effects.perform(command("sleep", "60", keep="awake"), 8, None)

    assert with_effects(tmp_path, work).exit_code == 0


def test_a_program_is_kept_once_however_many_ask_for_it(tmp_path: Path) -> None:
    given = command("sh", "-c", "touch $$.pid; exec sleep 60", keep="awake")

    async def work(effects: Effects) -> list[int | None]:
        starts = [effects.perform(given, 8, tmp_path) for _ in range(4)]
        return [outcome.exit_code for outcome in await asyncio.gather(*starts)]

    codes = with_effects(tmp_path, work)
    pids = [int(path.stem) for path in tmp_path.glob("*.pid")]

    assert sorted(map(str, codes)) == ["0", "1", "1", "1"]
    assert len(pids) == 1
    assert not is_running(pids[0])


def test_a_kept_program_that_is_broken_off_leaves_nothing_behind(
    tmp_path: Path,
) -> None:
    given = command("sh", "-c", "touch $$.pid; exec sleep 60", keep="awake")

    async def work(effects: Effects) -> int | None:
        task = asyncio.create_task(effects.perform(given, 8, tmp_path))
        while not list(tmp_path.glob("*.pid")):
            await asyncio.sleep(0.005)
        task.cancel()
        await asyncio.wait({task})
        return (await effects.perform(command("@stop", "awake"), 8, None)).exit_code

    assert with_effects(tmp_path, work) == 1
    assert not is_running(int(next(tmp_path.glob("*.pid")).stem))
