"""Effects: what the daemon does to the machine, by whatever way it is done."""

import asyncio
from pathlib import Path

import pytest

from tests.programs import (
    command,
    with_effects,
)
from whisperad.process import Outcome
from whisperad.runner import Effects


def test_effects_run_at_home_and_keep_our_own_environment_to_us(tmp_path: Path) -> None:
    async def work(effects: Effects) -> tuple[Outcome, Outcome]:
        return (
            await effects.perform(command("pwd"), 8, None),
            await effects.perform(command("env"), 8, None),
        )

    folder, environ = with_effects(tmp_path, work)

    assert folder.stdout == f"{tmp_path}\n"
    assert "LANG=C" in environ.stdout
    assert "NOTIFY_SOCKET" not in environ.stdout


@pytest.mark.parametrize(
    "argv",
    [
        *(("@set_timer", "soon"), ("@set_timer",), ("@set_timer", "9" * 30)),
        *(("@set_alarm", "25:00"), ("@set_alarm", "9999-12-31"), ("@set_alarm",)),
    ],
)
def test_an_action_of_ones_own_that_sets_no_time_is_an_outcome(
    tmp_path: Path, argv: tuple[str, ...]
) -> None:
    async def work(effects: Effects) -> tuple[Outcome, Outcome]:
        return (
            await effects.perform(command(*argv), 8, None),
            await effects.perform(command("@list_timers"), 8, None),
        )

    found, listed = with_effects(tmp_path, work)

    assert found.exit_code == 126
    assert found.stderr.startswith(argv[0])
    assert listed.stdout == "no timer is set"


def test_a_timer_that_rings_shows_a_notification(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    shown = tmp_path / "shown"
    program = tmp_path / "bin" / "notify-send"
    program.write_text(
        f'#!/bin/sh\nprintf "%s|" "$@" > {shown}.part\nmv {shown}.part {shown}\n'
    )
    program.chmod(0o755)

    async def work(effects: Effects) -> Outcome:
        found = await effects.perform(command("@set_timer", "1", "Tea"), 8, None)
        while not shown.exists():
            await asyncio.sleep(0.02)
        return found

    found = with_effects(tmp_path, work, f"{tmp_path / 'bin'}:/usr/bin:/bin")

    assert found.exit_code == 0
    assert found.stdout.startswith("timer set for 1 second, until ")
    assert shown.read_text().endswith("|--|Tea|1 second: time is up|")


def test_what_nobody_does_is_an_outcome(tmp_path: Path) -> None:
    async def work(effects: Effects) -> Outcome:
        return await effects.perform(command("@fly"), 8, None)

    assert with_effects(tmp_path, work).exit_code == 127
