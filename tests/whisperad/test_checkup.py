"""The checks that need the daemon's modules: each trouble is named with what to do."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.setting import HERE
from tests.whisperad import checking
from tests.whisperad.checking import only, write_settings
from whisperad import checkup, settings
from whisperad.blas import LIBRARIES
from whisperad.finding import Finding
from whisperad.machine import Machine

ROOT = Path(__file__).parents[2]
OTHER = {"macos": "linux", "linux": "macos"}[HERE]


def test_what_we_ship_is_well(environ: dict[str, str]) -> None:
    found = {finding.name: finding for finding in checkup.check(environ)}

    assert found["config"].state == "ok"
    assert found["model"].found.startswith("whispera-tiny, ")
    assert found["adapter"].state == "ok"
    assert {found["data space"].state, found["state space"].state} == {"ok"}


def test_all_that_is_not_well_has_a_next_step(environ: dict[str, str]) -> None:
    for finding in checkup.check({**environ, "PATH": "/nowhere"}):
        assert (finding.state == "ok") == (finding.next_step is None)
        assert "\n" not in finding.found


def test_a_setting_that_is_none_stops_all_else(environ: dict[str, str]) -> None:
    (finding,) = checkup.check({**environ, "WHISPERA_PLATFORM": "windows"})

    assert (finding.name, finding.state) == ("settings", "failed")
    assert 'found "windows"' in finding.found
    assert finding.next_step is not None


def test_every_mistake_of_the_configuration_is_told(
    environ: dict[str, str], user_file: Path
) -> None:
    write_settings(user_file, model=1, history_rows=-1)
    actions = user_file.parent / "actions"
    actions.mkdir()
    (actions / "bad.toml").write_text("pack = ")
    (actions / "worse.toml").write_text('pack = "worse"\n')
    mistakes = checking.found(environ, "config")

    assert [mistake.state for mistake in mistakes] == ["failed"] * 4
    for part in ("bad.toml", "worse.toml", "$.model", "$.history_rows"):
        assert sum(part in mistake.found for mistake in mistakes) == 1
    assert "whispera reload" in str(mistakes[0].next_step)
    # A daemon leaves all of the user's file out.
    assert only(environ, "model").found.startswith("whispera-tiny, ")


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"settings": 1}', "\0", "[" * 9999]
)
def test_a_user_file_that_is_none_is_told(
    environ: dict[str, str], user_file: Path, content: str
) -> None:
    user_file.write_text(content)

    assert only(environ, "config").state == ("failed" if content else "ok")


def test_a_pipe_for_a_user_file_is_told(
    environ: dict[str, str], user_file: Path
) -> None:
    user_file.unlink()
    os.mkfifo(user_file)

    assert "expected a file" in only(environ, "config").found


def test_without_what_we_ship_no_pack_is_looked_at(
    environ: dict[str, str], tmp_path: Path
) -> None:
    given = replace(settings.read(environ), shipped=tmp_path)
    loaded, _, findings = checkup.configuration(given)
    machine = Machine(given.platform, given.home, given.environ)

    assert loaded is None
    assert {finding.state for finding in findings} == {"failed"}
    assert len(findings) == 3  # the three maps of names, each once
    assert checkup.programs(loaded, given, machine)[0].state == "skipped"


def test_programs_that_are_not_there_are_told_pack_by_pack(
    environ: dict[str, str], user_file: Path
) -> None:
    actions = user_file.parent / "actions"
    actions.mkdir()
    (actions / "lab.toml").write_text(
        'pack = "lab"\n'
        '[[action]]\nid = "pump"\nphrases = ["pump it"]\n'
        f'{HERE} = {{ argv = ["no-such-pump"] }}\n'
        '[[action]]\nid = "stir"\nphrases = ["stir it"]\n'
        f'{HERE} = [{{ argv = ["no-such-spoon"] }}, {{ argv = ["echo"] }}]\n'
        '[[action]]\nid = "heat"\nphrases = ["heat it"]\n'
        f'{HERE} = {{ argv = ["echo"], needs = "no-such-stove" }}\n'
    )
    found = only(environ, "pack lab")

    assert found.state == "warning"
    assert found.found == "2 of 3 actions lack a program: no-such-pump, no-such-stove"
    assert found.next_step == "install what you want to use of them"


def test_a_pack_of_which_nothing_runs_may_be_left_out(
    environ: dict[str, str], user_file: Path
) -> None:
    actions = user_file.parent / "actions"
    actions.mkdir()
    (actions / "lab.toml").write_text(
        'pack = "lab"\n[[action]]\nid = "pump"\nphrases = ["pump it"]\n'
        f'{HERE} = {{ argv = ["no-such-pump"] }}\n'
    )
    step = str(only(environ, "pack lab").next_step)

    assert step.endswith(f'"packs_off": ["lab"] in the settings of {user_file}')


def test_programs_of_another_system_are_not_looked_for(
    environ: dict[str, str],
) -> None:
    found = only({**environ, "WHISPERA_PLATFORM": OTHER}, "programs")

    assert found.state == "skipped"
    assert "WHISPERA_PLATFORM" in str(found.next_step)


def test_too_little_room_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "not" / "yet"
    little = checkup.space("data", folder, (1 << 62, 0))
    least = checkup.space("data", folder, (1 << 62, 1 << 61))

    assert (little.state, least.state) == ("warning", "failed")
    assert f"MB free at {folder}" in little.found
    assert little.next_step == f"make room on the disk that {tmp_path} is on"


def _blas(environ: dict[str, str], **more: str) -> Finding:
    """Ask a process of its own: which BLAS is loaded is settled once in each."""
    ran = subprocess.run(
        [sys.executable, "-P", "-m", "whisperad.checkup"],
        env={**environ, "PYTHONPATH": str(ROOT), **more},
        capture_output=True,
        check=True,
    )
    findings = json.loads(ran.stdout)["findings"]
    (found,) = (Finding(**one) for one in findings if one["name"] == "blas")
    return found


def test_a_blas_that_was_asked_for_in_vain_is_told(environ: dict[str, str]) -> None:
    if sys.platform == "darwin":
        pytest.skip("macOS has its own")
    found = _blas(environ, WHISPERA_BLAS="/nowhere/libblas.so")

    assert found.state == "warning"
    assert "WHISPERA_BLAS is /nowhere/libblas.so" in found.found


def test_a_slow_blas_is_told(environ: dict[str, str], tmp_path: Path) -> None:
    if sys.platform == "darwin":
        pytest.skip("macOS has its own")
    for name in LIBRARIES:
        (tmp_path / name).touch()
    found = _blas(environ, LD_LIBRARY_PATH=str(tmp_path))

    assert found.state == "warning"
    assert "libopenblas0" in str(found.next_step)


def test_a_home_that_is_no_utf8_can_be_told(
    environ: dict[str, str], tmp_path: Path
) -> None:
    odd = os.fsdecode(os.fsencode(tmp_path) + b"/\xff")

    assert _blas({**environ, "WHISPERA_HOME": odd}).name == "blas"
