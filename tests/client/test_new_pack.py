"""`whispera actions new`: a pack to begin with, which loads as it is."""

import re
from pathlib import Path

import pytest

from tests.client.conftest import Run, runner
from whisperad import catalogue as catalogues
from whisperad.catalogue import SHIPPED

SLOTS = """slots.duration = { type = "duration", optional = true, default = 60 }
slots.folder = { type = "folder", optional = true, default = "x" }
"""


@pytest.fixture
def whispera(environ: dict[str, str]) -> Run:
    """Give `whispera` without a daemon."""
    return runner("client.cli", environ)


def test_a_new_pack_loads_and_adds_an_action(whispera: Run, short_dir: Path) -> None:
    done = whispera("actions", "new", "lab")
    path = short_dir / "config" / "actions" / "lab.toml"
    loaded = catalogues.load(SHIPPED, short_dir / "config")  # parses these phrases
    action = loaded.actions["lab_hello"]

    assert done.returncode == 0
    assert done.stdout.strip() == str(path)
    assert action.pack == "lab"
    assert len(action.phrases) == 8
    assert all(action.forms.values())


def test_what_it_shows_in_comments_loads_too(whispera: Run, short_dir: Path) -> None:
    whispera("actions", "new")
    path = short_dir / "config" / "actions" / "mine.toml"
    text = path.read_text()
    shown = re.findall(r"^#   .*?: +((macos|linux|slots) = \{.*\})$", text, re.M)
    for number, (line, kind) in enumerate(shown):
        rest = 'linux = { argv = ["true"] }' if kind == "slots" else SLOTS
        said = re.findall(r"lamp|folder|duration", line)[:1]
        phrase = f"shown {{{said[0]}}}" if said else "shown"
        text += f'[[action]]\nid = "shown_{number}"\n{line}\n{rest}\n'
        text += f'phrases = ["{phrase}"]\n'
    path.write_text(text)
    loaded = catalogues.load(SHIPPED, short_dir / "config")

    assert len(shown) == 5
    assert {f"shown_{number}" for number in range(5)} <= set(loaded.actions)


@pytest.mark.timeout(120)  # every phrase is held against every other
def test_a_new_pack_shares_no_wording_with_others(
    whispera: Run, short_dir: Path
) -> None:
    whispera("actions", "new")
    done = whispera("actions", "--conflicts")

    assert done.stdout.strip() == "no wording belongs to two actions"


def test_nothing_is_written_over(whispera: Run, short_dir: Path) -> None:
    path = short_dir / "config" / "actions" / "mine.toml"
    whispera("actions", "new")
    path.write_text("mine")
    done = whispera("actions", "new")

    assert done.returncode == 1
    assert f"{path} is there already" in done.stderr
    assert path.read_text() == "mine"


@pytest.mark.parametrize("name", ["../x", "Mine", "a b", ""])
def test_only_a_name_is_a_name(whispera: Run, short_dir: Path, name: str) -> None:
    done = whispera("actions", "new", name)

    assert done.returncode == (0 if not name else 1)
