"""Power comes from a battery or it does not, and is looked up where the system says."""

from pathlib import Path

import pytest

from whisperad.power import on_battery


@pytest.mark.parametrize(
    ("status", "found"),
    [("Discharging\n", True), ("Charging\n", False), ("Full\n", False), ("", False)],
)
def test_linux_says_what_each_battery_does(
    tmp_path: Path, status: str, *, found: bool
) -> None:
    for name in ("AC", "BAT0"):
        (tmp_path / name).mkdir()
    (tmp_path / "AC" / "online").write_text("0")
    (tmp_path / "BAT0" / "status").write_text(status)

    assert on_battery("linux", tmp_path) is found


def test_a_machine_without_a_battery_runs_on_none(tmp_path: Path) -> None:
    assert not on_battery("linux", tmp_path)
    assert not on_battery("linux", tmp_path / "missing")
    assert not on_battery("darwin", pmset=str(tmp_path / "missing"))


@pytest.mark.parametrize(
    ("source", "found"), [("Battery Power", True), ("AC Power", False)]
)
def test_pmset_says_where_power_comes_from(
    tmp_path: Path, source: str, *, found: bool
) -> None:
    pmset = tmp_path / "pmset"
    pmset.write_text(f"#!/bin/sh\necho \"Now drawing from '{source}'\"\n")
    pmset.chmod(0o755)

    assert on_battery("darwin", pmset=str(pmset)) is found


def test_a_pmset_that_hangs_says_nothing(tmp_path: Path) -> None:
    pmset = tmp_path / "pmset"
    pmset.write_text("#!/bin/sh\nexec sleep 30\n")
    pmset.chmod(0o755)

    assert not on_battery("darwin", pmset=str(pmset))
