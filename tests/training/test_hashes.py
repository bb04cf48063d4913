"""A dataset is known by all that shapes it, and the same wherever it is drawn."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.training import small_config
from training import hashes, retrain
from whisperad import catalogue as catalogues

ROOT = Path(__file__).parent.parent.parent
PACK = """pack = "mine"

[[action]]
id = "feed"
slots = { food = { type = "package", samples = "fruits" } }
phrases = ["feed the [old] cat {food}", "give {food} to the (cat|kitten)", "cat wants {food}"]
macos = { argv = ["true"] }
linux = { argv = ["true"] }
"""
DRAW = """
import sys
from pathlib import Path
from training.retrain import generate
from whisperad import catalogue
shipped, user, folder = map(Path, sys.argv[1:])
generate(catalogue.load(shipped, user), shipped, folder, 400, 1)
"""


def test_all_that_shapes_examples_is_hashed() -> None:
    names = {path.as_posix() for path in hashes.drawing()}

    assert names >= {
        "training/generate.py",
        "training/loosen.py",
        "training/taught.py",
        "training/thesaurus.py",
        "whisperad/conflicts.py",
        "whisperad/phrases.py",
        "whisperad/prompt.py",
        "whisperad/settled.py",
        "whisperad/utterance.py",
    }


def test_another_module_is_another_hash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = hashes.wording_hash(tmp_path, "a")
    for path in hashes.drawing():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes((ROOT / path).read_bytes())
    monkeypatch.setattr(hashes, "_ROOT", tmp_path)
    same = hashes.wording_hash(tmp_path, "a")
    with (tmp_path / "training" / "thesaurus.py").open("a") as file:
        file.write("# upgraded\n")

    assert same == before
    assert hashes.wording_hash(tmp_path, "a") != before


@pytest.mark.timeout(120)  # two processes, on a busy machine
def test_two_processes_draw_the_same_bytes(tmp_path: Path) -> None:
    _, shipped = small_config.write(tmp_path / "config")
    user = tmp_path / "user"
    (user / "actions").mkdir(parents=True)
    (user / "actions" / "mine.toml").write_text(PACK)
    for seed in ("1", "2"):
        subprocess.run(
            [sys.executable, "-c", DRAW, str(shipped), str(user), tmp_path / seed],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=ROOT,
            check=True,
        )

    assert "feed" in catalogues.load(shipped, user).actions
    for split in retrain.SPLITS:
        first, second = ((tmp_path / s / f"{split}.jsonl") for s in ("1", "2"))
        assert first.read_bytes() == second.read_bytes()
        assert (b"feed" in first.read_bytes()) == (split == "train")
