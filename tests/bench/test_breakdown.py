"""`make bench-qwen` says where the time goes; here in a small base of that shape."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench import qwen_shaped

BREAKDOWN = Path(__file__).with_name("breakdown.py")
SMALL = qwen_shaped.Shape(hidden=64, inner=128, layers=2, heads=4, vocabulary=4000)


@pytest.mark.timeout(180)  # a busy machine is slow
def test_the_parts_of_an_answer_make_up_the_whole(tmp_path: Path) -> None:
    base = qwen_shaped.write(tmp_path / "small", SMALL)
    file = tmp_path / "table.json"
    given = ("--model", base, "--rows", "3", "--json", file)
    ran = subprocess.run(
        [sys.executable, str(BREAKDOWN), *map(str, given)],
        env={**os.environ, "PYTHONPATH": str(BREAKDOWN.parents[2])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr

    rows = {row["name"]: row for row in json.loads(file.read_text())["rows"]}
    parts = [row for row in rows.values() if row["of"] == "an answer, mean"]
    assert [row["name"] for row in parts] == [
        "  tokenizer",
        "  grammar",
        "  drafts",
        "  layers: mlx",
        "  layers: Python that says what mlx is to do",
        "  all other Python",
    ]
    assert all(row["value"] > 0 for row in parts)
    assert 0.8 < sum(row["ratio"] for row in parts) <= 1.02
    assert {"  embedding", "  blocks", "  logits of the actions alone"} <= rows.keys()
    assert rows["passes an answer, mean"]["value"] >= 1


def test_a_base_has_the_shape_that_is_asked_for(tmp_path: Path) -> None:
    base = qwen_shaped.write(tmp_path / "small", SMALL)
    config = json.loads((base / "config.json").read_text())
    vocabulary = json.loads((base / "tokenizer.json").read_text())["model"]["vocab"]

    assert (config["hidden_size"], config["num_hidden_layers"]) == (64, 2)
    assert config["vocab_size"] - len(vocabulary) == SMALL.unused
    # Of the real one: 151,643 tokens and three special ones.
    assert qwen_shaped.QWEN.vocabulary - qwen_shaped.QWEN.unused == 151_646
