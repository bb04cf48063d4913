"""The checks that need the daemon's modules: each trouble is named with what to do."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests import tiny_base
from tests.setting import HERE
from training.adapters import write_manifest
from training.hashes import file_hash
from whisperad import checkup, settings
from whisperad.adapter import CONFIG, MANIFEST, WEIGHTS, read_manifest
from whisperad.blas import LIBRARIES
from whisperad.finding import Finding
from whisperad.machine import Machine
from whisperad.model_checkup import weights_problem

ROOT = Path(__file__).parents[2]
OTHER = {"macos": "linux", "linux": "macos"}[HERE]


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """Give surroundings in which there is nothing of the user's yet."""
    home = str(tmp_path / "home")
    return {"HOME": home, "WHISPERA_HOME": home, "PATH": os.environ["PATH"]}


@pytest.fixture
def base(tmp_path: Path, random_base: Path) -> Path:
    """Give a base that a test may damage."""
    return shutil.copytree(random_base, tmp_path / "home" / "data" / "models" / "mine")


@pytest.fixture
def user_file(tmp_path: Path, base: Path) -> Path:
    """Give the user's file, which chooses that base."""
    return _write(tmp_path / "home" / "config" / "whispera_config.json", model="mine")


def _write(file: Path, **chosen: object) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"settings": chosen}))
    return file


def _found(environ: dict[str, str], name: str) -> list[Finding]:
    return [finding for finding in checkup.check(environ) if finding.name == name]


def _only(environ: dict[str, str], name: str) -> Finding:
    (finding,) = _found(environ, name)
    return finding


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
    _write(user_file, model=1, history_rows=-1)
    actions = user_file.parent / "actions"
    actions.mkdir()
    (actions / "bad.toml").write_text("pack = ")
    (actions / "worse.toml").write_text('pack = "worse"\n')
    mistakes = _found(environ, "config")

    assert [mistake.state for mistake in mistakes] == ["failed"] * 4
    for part in ("bad.toml", "worse.toml", "$.model", "$.history_rows"):
        assert sum(part in mistake.found for mistake in mistakes) == 1
    assert "whispera reload" in str(mistakes[0].next_step)
    # A daemon leaves all of the user's file out.
    assert _only(environ, "model").found.startswith("whispera-tiny, ")


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"settings": 1}', "\0", "[" * 9999]
)
def test_a_user_file_that_is_none_is_told(
    environ: dict[str, str], user_file: Path, content: str
) -> None:
    user_file.write_text(content)

    assert _only(environ, "config").state == ("failed" if content else "ok")


def test_a_pipe_for_a_user_file_is_told(
    environ: dict[str, str], user_file: Path
) -> None:
    user_file.unlink()
    os.mkfifo(user_file)

    assert "expected a file" in _only(environ, "config").found


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


def test_a_base_without_an_adapter_is_told(
    environ: dict[str, str], user_file: Path
) -> None:
    adapter = _only(environ, "adapter")

    assert _only(environ, "model").found.startswith("mine, ")
    assert (adapter.state, adapter.next_step) == (
        "warning",
        "make one with `make retrain`",
    )


@pytest.mark.parametrize("chosen", ["gone", "/nowhere/at/all", "~/gone"])
def test_a_base_that_is_not_there_is_told(
    environ: dict[str, str], user_file: Path, chosen: str
) -> None:
    _write(user_file, model=chosen)
    model = _only(environ, "model")

    assert model.state == "failed"
    assert model.found.endswith(f"{chosen.removeprefix('~')}: there is no such folder")
    assert "whispera model use" in str(model.next_step)
    assert _only(environ, "adapter").state == "skipped"


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "model.safetensors"])
def test_a_base_that_lacks_a_file_is_told(
    environ: dict[str, str], user_file: Path, base: Path, name: str
) -> None:
    (base / name).unlink()
    model = _only(environ, "model")

    assert model.state == "failed"
    assert name in model.found


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "model.safetensors"])
@pytest.mark.parametrize("junk", [b"", b"{", b"\xff" * 40, b"null", b"[" * 9999])
def test_a_base_with_a_damaged_file_is_told(
    environ: dict[str, str], user_file: Path, base: Path, name: str, junk: bytes
) -> None:
    (base / name).write_bytes(junk)
    model = _only(environ, "model")

    assert model.state == "failed"
    assert name in model.found


def test_weights_that_end_too_early_are_told(
    environ: dict[str, str], user_file: Path, base: Path
) -> None:
    weights = base / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1])
    model = _only(environ, "model")

    assert model.state == "failed"
    assert "bytes of weights, found" in model.found


def test_a_header_without_weights_is_told(tmp_path: Path) -> None:
    file = tmp_path / "x.safetensors"
    file.write_bytes((2).to_bytes(8, "little") + b"{}")

    assert weights_problem(file) == (f"{file}: there are no weights in it")


@pytest.fixture
def adapter(tmp_path: Path, base: Path, user_file: Path) -> Path:
    """Give the current adapter of that base."""
    adapters = tmp_path / "home" / "data" / "adapters"
    made = tiny_base.write_adapter(adapters / "made", base)
    (adapters / "current").symlink_to("made")
    return made


def _keep_hash(adapter: Path) -> None:
    """Have the manifest say which weights it is about, as training does."""
    known = replace(read_manifest(adapter), weights_hash=file_hash(adapter / WEIGHTS))
    write_manifest(adapter, known)


def test_an_adapter_that_fits_is_well(environ: dict[str, str], adapter: Path) -> None:
    found = _only(environ, "adapter")

    assert (found.state, found.next_step) == ("ok", None)
    assert found.found.startswith("made, made for mine, ")


def test_an_adapter_whose_weights_are_those_of_its_manifest_is_well(
    environ: dict[str, str], adapter: Path
) -> None:
    _keep_hash(adapter)
    found = _only(environ, "adapter")

    assert found.state == "ok"
    assert f", weights {file_hash(adapter / WEIGHTS)[:8]}, in " in found.found


def test_weights_of_which_a_bit_is_flipped_are_told(
    environ: dict[str, str], adapter: Path
) -> None:
    _keep_hash(adapter)
    weights = bytearray((adapter / WEIGHTS).read_bytes())
    weights[-1] ^= 1
    (adapter / WEIGHTS).write_bytes(weights)
    found = _only(environ, "adapter")

    assert found.state == "failed"
    assert found.found.startswith(f"{adapter / WEIGHTS}: expected weights ")
    assert "whispera-train rollback" in str(found.next_step)
    assert "make retrain" in str(found.next_step)


def test_a_link_to_an_adapter_that_is_gone_is_told(
    environ: dict[str, str], adapter: Path
) -> None:
    shutil.rmtree(adapter)
    found = _only(environ, "adapter")

    assert found.state == "failed"
    assert found.found == f"{adapter}: there is no such folder, but a link leads to it"
    assert "whispera-train rollback" in str(found.next_step)


def test_an_adapter_of_another_base_is_told(
    environ: dict[str, str], adapter: Path, base: Path
) -> None:
    tiny_base.write_base(base, seed=7)
    found = _only(environ, "adapter")

    assert found.state == "failed"
    assert 'made for base "mine" (' in found.found
    assert "make retrain" not in found.found
    assert "make retrain" in str(found.next_step)


@pytest.mark.parametrize("name", [CONFIG, MANIFEST, WEIGHTS])
@pytest.mark.parametrize("junk", [None, b"", b"{}", b"\xff" * 20])
def test_an_adapter_with_a_damaged_file_is_told(
    environ: dict[str, str], adapter: Path, name: str, junk: bytes | None
) -> None:
    (adapter / name).unlink()
    if junk is not None:
        (adapter / name).write_bytes(junk)
    found = _only(environ, "adapter")

    assert found.state == "failed"
    assert name in found.found


def test_the_adapter_that_serves_instead_is_told_too(
    environ: dict[str, str], adapter: Path, base: Path
) -> None:
    tiny_base.write_adapter(base / "adapter", base)
    (adapter / MANIFEST).unlink()

    assert [found.state for found in _found(environ, "adapter")] == ["failed", "ok"]


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
    found = _only(environ, "pack lab")

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
    step = str(_only(environ, "pack lab").next_step)

    assert step.endswith(f'"packs_off": ["lab"] in the settings of {user_file}')


def test_programs_of_another_system_are_not_looked_for(
    environ: dict[str, str],
) -> None:
    found = _only({**environ, "WHISPERA_PLATFORM": OTHER}, "programs")

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
