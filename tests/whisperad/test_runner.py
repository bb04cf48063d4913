"""Running: real programs, and what comes of them."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import TypeVar

import pytest
import uvloop

from whisperad.command import Command
from whisperad.process import Outcome
from whisperad.runner import Effects, run
from whisperad.settings import Settings

T = TypeVar("T")
ENVIRON = {"PATH": os.environ["PATH"], "LANG": "C"}
LIMIT_BYTES = 1000


def command(
    *argv: str,
    stdin: bytes | None = None,
    stdin_file: str | None = None,
    env: Mapping[str, str] | None = None,
    keep: str | None = None,
    replaces: bool = False,
    stdin_open: bool = False,
) -> Command:
    return Command(
        argv, "safe", "daemon", stdin, stdin_file, dict(env or {}), keep, replaces,
        stdin_open=stdin_open,
    )  # fmt: skip


def outcome(given: Command, timeout_s: float = 8.0, cwd: str = "/") -> Outcome:
    """Run on the loop that the daemon has."""
    return uvloop.run(run(given, ENVIRON, timeout_s, Path(cwd), LIMIT_BYTES))


def test_a_program_says_what_it_says() -> None:
    found = outcome(command("echo", "two  words", "$HOME; id"))

    assert (found.exit_code, found.stdout, found.stderr) == (
        0,
        "two  words $HOME; id\n",
        "",
    )
    assert found.duration_ms > 0


def test_it_works_on_the_loop_of_the_standard_library() -> None:
    found = asyncio.run(run(command("echo", "hi"), ENVIRON, 8, Path("/"), LIMIT_BYTES))

    assert (found.exit_code, found.stdout) == (0, "hi\n")


def test_a_failing_program_is_an_outcome() -> None:
    found = outcome(command("ls", "/nonexistent"))

    assert found.exit_code == 2
    assert "/nonexistent" in found.stderr


def test_a_program_that_is_not_there_is_an_outcome() -> None:
    found = outcome(command("nonexistent-program"))

    assert found.exit_code == 127
    assert found.stderr == "nonexistent-program is not installed"


def test_a_folder_that_is_not_there_is_an_outcome() -> None:
    found = outcome(command("true"), cwd="/nonexistent")

    assert found.exit_code == 126
    assert found.stderr == "/nonexistent is no folder"


def test_a_program_that_a_signal_ended_has_no_exit_code(tmp_path: Path) -> None:
    found = outcome(command("python3", "-c", "import os; os.kill(os.getpid(), 9)"))

    assert found.exit_code is None
    assert not found.timed_out


def test_a_program_runs_in_the_folder_it_is_told(tmp_path: Path) -> None:
    assert outcome(command("pwd"), cwd=str(tmp_path)).stdout == f"{tmp_path}\n"


def test_a_command_adds_to_the_environment() -> None:
    found = outcome(command("env", env={"TZ": "Asia/Tokyo"}))

    assert set(found.stdout.split()) >= {"TZ=Asia/Tokyo", "LANG=C"}


def test_a_program_reads_what_it_is_given(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("from a file")

    assert outcome(command("cat", stdin="grüße".encode())).stdout == "grüße"
    assert (
        outcome(command("cat", stdin_file=str(tmp_path / "file"))).stdout
        == "from a file"
    )
    assert outcome(command("cat")).stdout == ""


def test_more_is_read_than_a_pipe_holds() -> None:
    assert outcome(command("wc", "-c", stdin=b"x" * 300_000)).stdout.strip() == "300000"


@pytest.mark.parametrize("path", ["/dev/zero", "/", "/nonexistent"])
def test_only_a_file_can_be_given_to_read(path: str) -> None:
    found = outcome(command("cat", stdin_file=path))

    assert found.exit_code == 126
    assert path in found.stderr


def test_output_is_cut_at_its_limit_and_the_program_runs_on() -> None:
    found = outcome(command("seq", "100000"))

    assert found.exit_code == 0
    assert found.stdout.startswith("1\n2\n")
    assert found.stdout.endswith(f"[cut at {LIMIT_BYTES} bytes]")


def test_output_that_is_no_text_is_an_outcome_all_the_same() -> None:
    assert outcome(command("printf", r"a\377b")).stdout == "a\ufffdb"


def test_a_program_that_takes_too_long_is_ended_with_its_children(
    tmp_path: Path,
) -> None:
    script = "import subprocess as s; print(s.Popen(['sleep', '60']).pid, flush=True); s.run(['sleep', '60'])"
    started = time.monotonic()
    found = outcome(command("python3", "-c", script), timeout_s=0.6)
    child = int(found.stdout)

    assert found.timed_out
    assert found.exit_code is None
    while is_running(child):  # a signal takes its time
        assert time.monotonic() - started < 5
        time.sleep(0.01)


def test_a_program_that_will_not_end_is_killed() -> None:
    script = "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(60)"
    started = time.monotonic()
    found = outcome(command("python3", "-c", script), timeout_s=0.5)

    assert found.timed_out
    assert time.monotonic() - started < 5


def test_a_child_that_stays_is_not_waited_for_and_not_harmed(tmp_path: Path) -> None:
    """Clipboard programs and opened applications hold our pipes and live on."""
    script = tmp_path / "stays.py"
    script.write_text(
        "import os, sys, time\n"
        "print('opened', flush=True)\n"
        "if os.fork():\n"
        "    os._exit(0)\n"
        "os.setsid()\n"
        "for _ in range(30):\n"
        "    print('x' * 100_000, flush=True)\n"
        "open(sys.argv[1], 'w').write('alive')\n"
    )

    async def opened() -> tuple[Outcome, float]:
        started = time.monotonic()
        given = command("python3", str(script), str(tmp_path / "alive"))
        found = await run(given, ENVIRON, 8, Path("/"), LIMIT_BYTES)
        took_s = time.monotonic() - started
        while not (tmp_path / "alive").exists():
            await asyncio.sleep(0.02)
        return found, took_s

    found, took_s = uvloop.run(opened())

    assert found.exit_code == 0
    assert found.stdout.startswith("opened\n")
    assert took_s < 3


def test_a_command_that_is_broken_off_leaves_nothing_behind(tmp_path: Path) -> None:
    async def broken_off() -> int:
        given = command(
            "python3",
            "-c",
            "import os, time; open('pid', 'w').write(str(os.getpid())); time.sleep(60)",
        )
        task = asyncio.create_task(run(given, ENVIRON, 60, tmp_path, LIMIT_BYTES))
        while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
            await asyncio.sleep(0.02)
        task.cancel()
        await asyncio.wait({task})
        return int((tmp_path / "pid").read_text())

    assert not is_running(uvloop.run(broken_off()))


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]


def with_effects(
    folder: Path, work: Callable[[Effects], Awaitable[T]], path: str = ENVIRON["PATH"]
) -> T:
    environ = {"PATH": path, "NOTIFY_SOCKET": "/ours", "LANG": "C"}
    given = Settings(
        "linux", True, folder, folder, folder, folder / "state", folder / "s",
        environ=environ,
    )  # fmt: skip

    async def whole() -> T:
        effects = Effects(given)
        await effects.start()
        try:
            return await work(effects)
        finally:
            await effects.stop()

    return uvloop.run(whole())


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
        script = "import os; open('pid', 'w').write(str(os.getpid())); import time; time.sleep(60)"
        given = command("python3", "-c", script, keep="awake")
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
