"""What is wrong with a base or an adapter is told, with what to do about it."""

import shutil
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests import tiny_base
from tests.whisperad import checking
from tests.whisperad.checking import only, write_settings
from training.adapters import write_manifest
from training.hashes import file_hash
from whisperad.adapter import CONFIG, MANIFEST, WEIGHTS, read_manifest
from whisperad.model_checkup import weights_problem


def test_a_base_without_an_adapter_is_told(
    environ: dict[str, str], user_file: Path
) -> None:
    adapter = only(environ, "adapter")

    assert only(environ, "model").found.startswith("mine, ")
    assert (adapter.state, adapter.next_step) == (
        "warning",
        "make one with `make retrain`",
    )


@pytest.mark.parametrize("chosen", ["gone", "/nowhere/at/all", "~/gone"])
def test_a_base_that_is_not_there_is_told(
    environ: dict[str, str], user_file: Path, chosen: str
) -> None:
    write_settings(user_file, model=chosen)
    model = only(environ, "model")

    assert model.state == "failed"
    assert model.found.endswith(f"{chosen.removeprefix('~')}: there is no such folder")
    assert "whispera model use" in str(model.next_step)
    assert only(environ, "adapter").state == "skipped"


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "model.safetensors"])
def test_a_base_that_lacks_a_file_is_told(
    environ: dict[str, str], user_file: Path, own_base: Path, name: str
) -> None:
    (own_base / name).unlink()
    model = only(environ, "model")

    assert model.state == "failed"
    assert name in model.found


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "model.safetensors"])
@pytest.mark.parametrize("junk", [b"", b"{", b"\xff" * 40, b"null", b"[" * 9999])
def test_a_base_with_a_damaged_file_is_told(
    environ: dict[str, str], user_file: Path, own_base: Path, name: str, junk: bytes
) -> None:
    (own_base / name).write_bytes(junk)
    model = only(environ, "model")

    assert model.state == "failed"
    assert name in model.found


def test_weights_that_end_too_early_are_told(
    environ: dict[str, str], user_file: Path, own_base: Path
) -> None:
    weights = own_base / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1])
    model = only(environ, "model")

    assert model.state == "failed"
    assert "bytes of weights, found" in model.found


def test_a_header_without_weights_is_told(tmp_path: Path) -> None:
    file = tmp_path / "x.safetensors"
    file.write_bytes((2).to_bytes(8, "little") + b"{}")

    assert weights_problem(file) == (f"{file}: there are no weights in it")


@pytest.fixture
def adapter(tmp_path: Path, own_base: Path, user_file: Path) -> Path:
    """Give the current adapter of that base."""
    adapters = tmp_path / "home" / "data" / "adapters"
    made = tiny_base.write_adapter(adapters / "made", own_base)
    (adapters / "current").symlink_to("made")
    return made


def _keep_hash(adapter: Path) -> None:
    """Have the manifest say which weights it is about, as training does."""
    known = replace(read_manifest(adapter), weights_hash=file_hash(adapter / WEIGHTS))
    write_manifest(adapter, known)


def test_an_adapter_that_fits_is_well(environ: dict[str, str], adapter: Path) -> None:
    found = only(environ, "adapter")

    assert (found.state, found.next_step) == ("ok", None)
    assert found.found.startswith("made, made for mine, ")


def test_an_adapter_whose_weights_are_those_of_its_manifest_is_well(
    environ: dict[str, str], adapter: Path
) -> None:
    _keep_hash(adapter)
    found = only(environ, "adapter")

    assert found.state == "ok"
    assert f", weights {file_hash(adapter / WEIGHTS)[:8]}, in " in found.found


def test_weights_of_which_a_bit_is_flipped_are_told(
    environ: dict[str, str], adapter: Path
) -> None:
    _keep_hash(adapter)
    weights = bytearray((adapter / WEIGHTS).read_bytes())
    weights[-1] ^= 1
    (adapter / WEIGHTS).write_bytes(weights)
    found = only(environ, "adapter")

    assert found.state == "failed"
    assert found.found.startswith(f"{adapter / WEIGHTS}: expected weights ")
    assert "whispera-train rollback" in str(found.next_step)
    assert "make retrain" in str(found.next_step)


def test_a_link_to_an_adapter_that_is_gone_is_told(
    environ: dict[str, str], adapter: Path
) -> None:
    shutil.rmtree(adapter)
    found = only(environ, "adapter")

    assert found.state == "failed"
    assert found.found == f"{adapter}: there is no such folder, but a link leads to it"
    assert "whispera-train rollback" in str(found.next_step)


def test_an_adapter_of_another_base_is_told(
    environ: dict[str, str], adapter: Path, own_base: Path
) -> None:
    tiny_base.write_base(own_base, seed=7)
    found = only(environ, "adapter")

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
    found = only(environ, "adapter")

    assert found.state == "failed"
    assert name in found.found


def test_the_adapter_that_serves_instead_is_told_too(
    environ: dict[str, str], adapter: Path, own_base: Path
) -> None:
    tiny_base.write_adapter(own_base / "adapter", own_base)
    (adapter / MANIFEST).unlink()

    assert [found.state for found in checking.found(environ, "adapter")] == [
        "failed",
        "ok",
    ]
