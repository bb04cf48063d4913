"""`whispera-train evaluate`, as it is typed, with a small base that knows nothing."""

import subprocess
from pathlib import Path

import pytest

from tests.training import trainer

ROWS = '{"utterance":"open chrome","expect":{"action":"open_app","target":"chrome"}}\n'


def _evaluate(
    home: Path, base: Path, *arguments: str
) -> subprocess.CompletedProcess[str]:
    trainer.choose(home, base)
    return trainer.run(home, "evaluate", *arguments)


@pytest.mark.timeout(120)  # the whole catalogue is loaded and drawn from
def test_a_report_is_written_and_its_path_is_printed(
    short_dir: Path, random_base: Path
) -> None:
    own = short_dir / "own.jsonl"
    own.write_text(ROWS)
    done = _evaluate(
        short_dir,
        random_base,
        "--count",
        "8",
        "--baseline-rows",
        "0",
        "--rows",
        str(own),
    )
    report = short_dir / "data" / "report.html"

    assert done.returncode == 0, done.stderr
    assert f"report: {report}" in done.stdout
    text = report.read_text()
    assert f"<h2>{own}</h2>" in text
    assert "<td>open_app</td>" in text
    assert "No baselines were asked." in text
    assert text.count("<img") == 4  # two plots for each set of rows


@pytest.mark.timeout(30)  # a busy machine starts processes slowly
def test_a_mistake_in_rows_is_named_before_anything_is_asked(
    short_dir: Path, random_base: Path
) -> None:
    own = short_dir / "own.jsonl"
    own.write_text(ROWS.replace("open_app", "fly"))
    done = _evaluate(short_dir, random_base, "--rows", str(own))

    assert done.returncode == 1
    assert f'{own}:1: no action is called "fly"' in done.stderr.replace("\n", "")
    assert not (short_dir / "data" / "report.html").exists()


@pytest.mark.timeout(30)  # a busy machine starts processes slowly
def test_a_report_that_cannot_be_written_is_said_at_once(
    short_dir: Path, random_base: Path
) -> None:
    done = _evaluate(short_dir, random_base, "--report", str(short_dir))

    assert done.returncode == 1
    assert "Is a directory" in done.stderr
