"""Naming a model leaves everything else in the user's file as it was."""

import json
from pathlib import Path

import pytest

from training import user_file
from whisperad.catalogue import USER_FILE
from whisperad.errors import BadConfig

WRITTEN = """{
    "sites": {"wiki": "https://wiki.example"},
    "apps": {"müsli": "Müsli Maker"},
    "settings": {
        "confidence_threshold": 0.30,
        "model": "old",
        "packs_off": ["git"]
    }
}
"""


def test_only_the_model_changes(tmp_path: Path) -> None:
    file = tmp_path / USER_FILE
    file.write_text(WRITTEN, encoding="utf-8")
    changed = user_file.name_model(tmp_path, "new")
    text = file.read_text(encoding="utf-8")

    assert changed
    assert json.loads(text) == json.loads(WRITTEN.replace('"old"', '"new"'))
    assert list(json.loads(text)) == ["sites", "apps", "settings"]
    assert "Müsli Maker" in text
    assert '\n    "sites"' in text


def test_what_is_so_already_is_not_written(tmp_path: Path) -> None:
    file = tmp_path / USER_FILE
    file.write_text(WRITTEN, encoding="utf-8")

    assert not user_file.name_model(tmp_path, "old")
    assert file.read_text(encoding="utf-8") == WRITTEN


def test_no_name_takes_the_key_away(tmp_path: Path) -> None:
    file = tmp_path / USER_FILE
    file.write_text('{"apps": {"a": "A"}, "settings": {"model": "old"}}')

    assert user_file.name_model(tmp_path, None)
    assert file.read_text() == '{"apps": {"a": "A"}, "settings": {}}\n'


def test_a_file_that_is_not_there_is_made_when_it_has_something_to_say(
    tmp_path: Path,
) -> None:
    config = tmp_path / "config"

    assert not user_file.name_model(config, None)
    assert not config.exists()
    assert user_file.name_model(config, "new")
    assert user_file.preferences(config).model == "new"


def test_a_link_stays_one_and_its_file_keeps_its_mode(tmp_path: Path) -> None:
    file = tmp_path / "elsewhere.json"
    file.write_text(WRITTEN, encoding="utf-8")
    file.chmod(0o640)
    (tmp_path / USER_FILE).symlink_to(file)
    user_file.name_model(tmp_path, "new")

    assert (tmp_path / USER_FILE).is_symlink()
    assert json.loads(file.read_text())["settings"]["model"] == "new"
    assert file.stat().st_mode & 0o777 == 0o640
    assert {path.name for path in tmp_path.iterdir()} == {USER_FILE, "elsewhere.json"}


@pytest.mark.parametrize(
    "broken",
    [
        b'{"apps": {},',
        b'{"appz": {}}',
        b'{"settings": {"model": 7}}',
        b'{"settings": {"modell": "x"}}',
        b'["settings"]',
        b'{"apps": {"a": "\xff"}}',
    ],
)
def test_a_broken_file_is_refused_and_left_alone(tmp_path: Path, broken: bytes) -> None:
    file = tmp_path / USER_FILE
    file.write_bytes(broken)

    with pytest.raises(BadConfig, match=USER_FILE):
        user_file.name_model(tmp_path, "new")
    assert file.read_bytes() == broken
