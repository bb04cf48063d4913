"""Manifests: what does not fit is refused with a message that says what and where."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whisperad.adapter import (
    CONFIG,
    MANIFEST,
    Calibration,
    Canary,
    Manifest,
    adapter_folders,
    read_manifest,
    read_scale,
)
from whisperad.errors import BadAdapter
from whisperad.prompt import PROMPT_VERSION

_HASH = "a" * 64


def test_a_manifest_is_read(tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_text(
        '{"base":"b","base_hash":"c","prompt_version":1,"scores":{"exact":1},"later":0,'
        '"calibration":{"slope":2,"offset":-1,"threshold":0.7},'
        '"canaries":[{"utterance":"mute","intent":{"action":"mute"}}]}'
    )
    manifest = read_manifest(tmp_path)

    assert manifest.scores == {"exact": 1.0}
    assert manifest.calibration == Calibration(2.0, -1.0, 0.7)
    assert manifest.canaries == (Canary("mute", {"action": "mute"}),)


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "{",
        "[]",
        "{}",
        "\udcff",
        '{"base":"b","base_hash":"c","prompt_version":"one"}',
        '{"later":' * 60_000,
        '{"base":"b","base_hash":"c","prompt_version":1,"canaries":[{"utterance":"a",'
        '"intent":{}}]}',
    ],
)
def test_a_manifest_that_is_none_is_refused_with_its_path(
    tmp_path: Path, text: str | None
) -> None:
    if text is not None:
        (tmp_path / MANIFEST).write_text(text, errors="surrogateescape")

    with pytest.raises(BadAdapter, match=MANIFEST):
        read_manifest(tmp_path)


def test_an_adapter_for_other_weights_does_not_fit(tmp_path: Path) -> None:
    manifest = Manifest("other", "b" * 64, PROMPT_VERSION)

    with pytest.raises(BadAdapter, match=r'made for base "other" .* but "mine"'):
        manifest.check_fits(tmp_path, "mine", _HASH)


def test_an_adapter_for_another_prompt_does_not_fit(tmp_path: Path) -> None:
    manifest = Manifest("mine", _HASH, PROMPT_VERSION + 1)

    with pytest.raises(BadAdapter, match="prompt version"):
        manifest.check_fits(tmp_path, "mine", _HASH)


def test_only_plain_lora_is_served(tmp_path: Path) -> None:
    (tmp_path / CONFIG).write_text(
        '{"fine_tune_type":"dora","lora_parameters":{"scale":2.0,"rank":8}}'
    )

    with pytest.raises(BadAdapter, match='"dora", expected "lora"'):
        read_scale(tmp_path)


def test_the_users_adapter_comes_before_the_shipped_one(tmp_path: Path) -> None:
    base, data = tmp_path / "base", tmp_path / "data"
    assert list(adapter_folders(base, data)) == []
    (base / "adapter").mkdir(parents=True)
    assert list(adapter_folders(base, data)) == [base / "adapter"]
    (data / "adapters" / "first").mkdir(parents=True)
    current = data / "adapters" / "current"
    current.symlink_to("first")

    assert list(adapter_folders(base, data)) == [
        data / "adapters" / "first",
        base / "adapter",
    ]


@pytest.mark.parametrize("target", ["gone", "current"])
def test_a_link_to_no_adapter_is_not_taken_for_none(
    tmp_path: Path, target: str
) -> None:
    current = tmp_path / "adapters" / "current"
    current.parent.mkdir()
    current.symlink_to(target)

    (folder,) = adapter_folders(tmp_path / "base", tmp_path)
    with pytest.raises(BadAdapter, match=MANIFEST):
        read_manifest(folder)


def test_a_base_with_an_impossible_name_has_no_adapter(tmp_path: Path) -> None:
    assert list(adapter_folders(tmp_path / ("x" * 5000), tmp_path)) == []


def test_what_is_no_number_is_no_confidence() -> None:
    assert Calibration().confidence(float("nan")) == 0.0


def test_uncalibrated_confidence_is_the_probability() -> None:
    assert Calibration().confidence(0.73) == pytest.approx(0.73)


@given(
    st.floats(0, 1),
    st.floats(0, 1),
    st.floats(0.01, 1000),
    st.floats(-1000, 1000),
)
def test_confidence_rises_with_probability_and_stays_a_probability(
    p: float, q: float, slope: float, offset: float
) -> None:
    calibration = Calibration(slope, offset)
    low, high = calibration.confidence(min(p, q)), calibration.confidence(max(p, q))

    assert 0 <= low <= high <= 1
