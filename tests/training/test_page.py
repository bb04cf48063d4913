"""The report stands alone: one file, nothing fetched, nothing that breaks it."""

import base64
import io
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from rich.console import Console

from tests import tiny_base
from training import page, plots, report
from training.curves import reliability, tradeoff
from training.dataset import Example
from training.evaluate import Answer, Tally, confusions, score
from whisperad.intent import NOT_A_COMMAND, Intent
from whisperad.understanding import Understanding

ROOT = Path(__file__).parent.parent.parent
MUTE = Intent("mute")
NASTY = 'say <script>alert("x")</script> & go'


def answered(
    said: str, expected: Intent, got: tuple[Intent, ...], sure: float
) -> Answer:
    return Answer(
        Example(said, (expected,), "weather"), Understanding(got, sure), sure >= 0.5
    )


ANSWERS = [
    answered("mute", MUTE, (MUTE,), 0.9),
    answered("quieten down", MUTE, (MUTE,), 0.3),
    answered("hush", MUTE, (Intent("shut_down"),), 0.7),
    answered(NASTY, NOT_A_COMMAND, (Intent("open_app", {"target": "<b>"}),), 0.8),
    answered("it rains", NOT_A_COMMAND, (), 0.95),
]
TALLIES = (
    Tally("the model", 3, 2, 1 / 3, 1 / 3, 1 / 3, 0.5, 8.25),
    Tally("hassil", 3, 2, 0.25, 0.125, 0.5, 0.0, 41.5),
)


def rendered(*parts: page.Part) -> str:
    files = {"weather": "small_talk"}
    around = page.Surroundings(
        {"base": "tiny"}, 0.5, tiny_base.catalogue(), files, ["They know little."]
    )
    return page.render(parts, around)


class Tags(HTMLParser):
    """Collects tags, what they refer to, and whether they are closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.addresses: list[str] = []
        self.names: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.addresses += [v or "" for name, v in attrs if name in {"src", "href"}]
        if tag not in {"meta", "img"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_it_is_whole_and_fetches_nothing() -> None:
    tags = Tags()
    tags.feed(rendered(page.Part("test split", ANSWERS, TALLIES)))

    assert tags.open == []
    assert tags.names.isdisjoint({"script", "link", "iframe", "b"})
    assert len(tags.addresses) == 2
    assert all(a.startswith("data:image/svg+xml;base64,") for a in tags.addresses)


def test_it_says_all_that_was_measured() -> None:
    text = re.sub(r"<[^>]*>", " ", rendered(page.Part("test split", ANSWERS, TALLIES)))

    for said in (
        "test split",
        "33.3% of 3 commands were refused",
        "50.0% would run something",
        "small_talk",
        "hassil",
        "41.50",
        "They know little.",
        "Expected calibration error",
        "confidence of 0.50",
        "shut_down",
        "quieten down",
        "say &lt;script&gt;",
    ):
        assert said in text, said


def test_each_set_of_rows_has_its_own_part() -> None:
    text = rendered(page.Part("one", ANSWERS), page.Part("two & more", ANSWERS[:1]))

    assert re.findall(r"<h2>(.*)</h2>", text) == ["one", "two &amp; more"]
    assert text.count("No baselines were asked.") == 2


def test_images_are_drawn_the_same_each_time() -> None:
    image = plots.tradeoff(tradeoff(ANSWERS), 0.5)
    drawing = base64.b64decode(image.partition(",")[2]).decode()

    assert drawing.startswith("<?xml")
    assert "</svg>" in drawing
    assert plots.reliability(reliability(ANSWERS)).startswith("data:image/svg+xml")


def test_no_answers_at_all_still_make_a_page() -> None:
    assert "<h2>empty</h2>" in rendered(page.Part("empty", []))


@pytest.mark.timeout(60)
def test_without_the_extra_it_says_what_is_missing() -> None:
    """Where nothing can import matplotlib or scikit-learn."""
    script = ROOT / "tests" / "training" / "without_extra.py"
    done = subprocess.run(
        [sys.executable, str(script)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "No plots: matplotlib is missing; `make evaluate` installs it" in done.stdout
    assert "<img" not in done.stdout
    assert "mean confidence" in done.stdout  # tables in their place
    assert "scikit-learn is missing" in done.stdout
    assert "nearest phrase" in done.stdout
    assert "TF-IDF + " not in done.stdout


def test_the_terminal_shows_the_worst_and_stays_short() -> None:
    console = Console(width=100, record=True, file=io.StringIO())
    report.show(console, score(ANSWERS, tiny_base.catalogue()), confusions(ANSWERS))
    report.show_tallies(console, TALLIES)
    shown = console.export_text()

    assert "hassil" in shown
    assert "shut_down" in shown
    assert len(shown.splitlines()) < 25
