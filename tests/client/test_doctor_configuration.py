"""`whispera doctor` and what is configured or installed: each trouble is named, with what to do about it."""

import json
import os
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests import tiny_base
from tests.client.conftest import Run
from tests.client.examining import Examine
from tests.setting import HERE
from training.adapters import write_manifest
from training.hashes import file_hash
from whisperad.adapter import WEIGHTS, read_manifest

pytestmark = pytest.mark.timeout(60)  # a busy machine starts daemons slowly


def test_a_model_that_is_gone_is_told(home: Path, examine: Examine) -> None:
    settings = {"settings": {"model": "gone"}}
    (home / "config" / "whispera_config.json").write_text(json.dumps(settings))
    found = examine()

    assert found["model"][0].state == "failed"
    assert "whispera model use" in str(found["model"][0].next_step)
    assert found["adapter"][0].state == "skipped"


def test_an_adapter_whose_weights_were_damaged_is_told(
    home: Path, random_base: Path, whispera: Run, examine: Examine
) -> None:
    """By the files, and by the daemon that answers without it."""
    adapters = home / "data" / "adapters"
    made = tiny_base.write_adapter(adapters / "made", random_base)
    weights = (made / WEIGHTS).read_bytes()
    known = replace(read_manifest(made), weights_hash=file_hash(made / WEIGHTS))
    write_manifest(made, known)
    (adapters / "current").symlink_to("made")
    (made / WEIGHTS).write_bytes(weights[:-1] + bytes([weights[-1] ^ 1]))
    whispera("start")
    found = examine()
    (made / WEIGHTS).write_bytes(weights)
    whispera("reload")
    mended = examine()

    assert found["adapter"][0].state == "failed"
    assert "expected weights " in found["adapter"][0].found
    assert "whispera-train rollback" in str(found["adapter"][0].next_step)
    assert found["daemon"][0].found.endswith(" and no adapter")
    assert "expected weights " in found["daemon"][1].found
    assert mended["daemon"][0].found.endswith(" answers with random and made")
    assert [one.state for one in mended["adapter"]] == ["ok"]


def test_programs_that_a_pack_lacks_are_told(home: Path, examine: Examine) -> None:
    (home / "config" / "actions").mkdir()
    (home / "config" / "actions" / "lab.toml").write_text(
        'pack = "lab"\n[[action]]\nid = "pump"\nphrases = ["pump it"]\n'
        f'{HERE} = {{ argv = ["no-such-pump"] }}\n'
    )
    (found,) = examine()["pack lab"]

    assert found.state == "warning"
    assert found.found == "1 of 1 actions lack a program: no-such-pump"
    assert '"packs_off": ["lab"]' in str(found.next_step)


def test_every_mistake_of_the_configuration_is_told(
    home: Path, examine: Examine
) -> None:
    mistakes = {"settings": {"model": 1, "history_days": 0}}
    (home / "config" / "whispera_config.json").write_text(json.dumps(mistakes))
    found = examine()["config"]

    assert len(found) == 2
    assert all("whispera_config.json" in one.found for one in found)


def test_an_installation_that_is_damaged_is_told(
    short_dir: Path, examine: Examine, environ: dict[str, str]
) -> None:
    (short_dir / "rtoml.py").write_text("raise ImportError('not what you want')\n")
    path = os.pathsep.join([str(short_dir), environ["PYTHONPATH"]])
    (found,) = examine(PYTHONPATH=path)["checkup"]

    assert found.state == "failed"
    assert found.found == "ImportError: not what you want"
