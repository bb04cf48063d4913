"""Verbs that are said for one another."""

from pathlib import Path

import pytest

from training.verbs import Verbs
from whisperad.catalogue import SHIPPED
from whisperad.errors import BadConfig


def written(folder: Path, text: str) -> Path:
    (folder / "wording").mkdir()
    (folder / "wording" / "verbs.toml").write_text(text)
    return folder


def test_a_verb_has_the_others_of_all_its_groups(tmp_path: Path) -> None:
    groups = 'groups = [["log", "note down"], ["log", "track", "note down"], ["cut"]]'
    verbs = Verbs(written(tmp_path, groups))

    assert verbs.like("log") == ("note down", "track")
    assert verbs.like("cut") == verbs.like("fly") == ()
    assert "cut" in verbs
    assert "fly" not in verbs


def test_a_folder_without_the_file_has_none(tmp_path: Path) -> None:
    assert Verbs(tmp_path).like("log") == ()


def test_a_file_that_is_wrong_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadConfig, match=r"verbs\.toml"):
        Verbs(written(tmp_path, "groups = ["))


@pytest.mark.parametrize(
    ("verb", "contrary"),
    [("start", "stop"), ("turn on", "turn off"), ("open", "close"), ("lock", "unlock")],
)
def test_contraries_share_no_group(verb: str, contrary: str) -> None:
    verbs = Verbs(SHIPPED)

    assert verbs.like(verb)
    assert contrary not in verbs.like(verb)
    assert not {*verbs.like(verb)} & {*verbs.like(contrary)}
