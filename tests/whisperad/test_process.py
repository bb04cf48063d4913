"""Processes: real programs, and what comes of them."""

import asyncio
import resource
import time
from pathlib import Path

import pytest
import uvloop

from tests.programs import (
    ENVIRON,
    FAMILY,
    LIMIT_BYTES,
    command,
    is_running,
    open_files,
    outcome,
)
from whisperad.command import Command
from whisperad.process import Outcome
from whisperad.runner import run


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
    found = outcome(command("python3", "-c", script), timeout_s=2.0)
    ended = time.monotonic()
    child = int(found.stdout)

    assert found.timed_out
    assert found.exit_code is None
    while is_running(child):  # a signal takes its time
        assert time.monotonic() - ended < 5
        time.sleep(0.01)


def test_what_a_program_left_in_its_group_may_finish_and_is_killed_then(
    tmp_path: Path,
) -> None:
    found = outcome(command("python3", "-c", FAMILY), timeout_s=2.0, cwd=str(tmp_path))
    ended = time.monotonic()
    stubborn, tidy = (int((tmp_path / n).read_text()) for n in ("stubborn", "tidy"))

    assert found.timed_out
    assert (tmp_path / "tidied").exists()
    assert not is_running(tidy)
    while is_running(stubborn):
        assert time.monotonic() - ended < 5
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


def test_a_program_that_never_stops_talking_takes_little_of_our_time() -> None:
    before = time.process_time()
    found = outcome(command("yes"), timeout_s=1.0)

    assert found.timed_out
    assert found.stdout.endswith(f"[cut at {LIMIT_BYTES} bytes]")
    assert time.process_time() - before < 0.25


def test_much_is_said_fast_all_the_same() -> None:
    assert outcome(command("seq", "3000000"), timeout_s=5.0).exit_code == 0


@pytest.mark.parametrize("given", [command("cat", stdin_file="/a\0b"), command("a\0b")])
def test_a_name_that_no_file_can_have_is_an_outcome(given: Command) -> None:
    assert outcome(given).exit_code in {126, 127}


def test_where_hardly_a_file_can_be_opened_none_stays_open() -> None:
    """There may be room for one pipe, but not for two."""
    most, limit = resource.getrlimit(resource.RLIMIT_NOFILE)

    async def starved() -> tuple[set[int | None], set[int], set[int]]:
        await run(command("true"), ENVIRON, 8, Path("/"), LIMIT_BYTES)
        before, codes = open_files(), set()
        free = sorted(set(range(max(before) + 5)) - before)
        for number in free[:5]:
            resource.setrlimit(resource.RLIMIT_NOFILE, (number, limit))
            found = await run(command("true"), ENVIRON, 8, Path("/"), LIMIT_BYTES)
            codes.add(found.exit_code)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, limit))
        await asyncio.sleep(0.1)
        return codes, before, open_files()

    try:
        codes, before, after = uvloop.run(starved())
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, limit))

    assert codes == {126}
    assert after == before


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


def test_a_command_that_is_broken_off_twice_is_killed_at_once(tmp_path: Path) -> None:
    script = (
        "import os, pathlib, signal, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "pathlib.Path('new').write_text(str(os.getpid()))\n"
        "os.rename('new', 'pid')\n"
        "time.sleep(60)\n"
    )

    async def broken_off() -> int:
        given = command("python3", "-c", script)
        task = asyncio.create_task(run(given, ENVIRON, 60, tmp_path, LIMIT_BYTES))
        while not (tmp_path / "pid").exists():
            await asyncio.sleep(0.02)
        for _ in range(2):
            task.cancel()
            await asyncio.sleep(0.1)
        await asyncio.wait({task})
        return int((tmp_path / "pid").read_text())

    stubborn = uvloop.run(broken_off())
    ended = time.monotonic()

    while is_running(stubborn):
        assert time.monotonic() - ended < 5
        time.sleep(0.01)
