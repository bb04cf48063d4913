"""Settings: what the environment and the user's file may say."""

import sys
from pathlib import Path

import msgspec
import pytest

from whisperad import settings
from whisperad.errors import BadConfig
from whisperad.settings import EMBEDDED_MODEL, Limits, Preferences

REAL = "macos" if sys.platform == "darwin" else "linux"
OTHER = "linux" if sys.platform == "darwin" else "macos"


def test_paths_come_from_the_environment() -> None:
    read = settings.read({"WHISPERA_HOME": "/h", "HOME": "/u"})

    assert read.config == Path("/h/config")
    assert read.data == Path("/h/data")
    assert read.state == Path("/h/state")
    assert read.socket == Path("/h/run/whisperad.sock")
    assert read.home == Path("/u")


def test_by_default_commands_are_for_this_machine_and_may_run() -> None:
    read = settings.read({"HOME": "/u"})

    assert (read.platform, read.can_execute) == (REAL, True)


def test_commands_for_the_other_system_never_run() -> None:
    read = settings.read({"HOME": "/u", "WHISPERA_PLATFORM": OTHER})

    assert (read.platform, read.can_execute) == (OTHER, False)


def test_an_unknown_platform_is_named() -> None:
    with pytest.raises(BadConfig) as caught:
        settings.read({"HOME": "/u", "WHISPERA_PLATFORM": "beos"})

    assert str(caught.value) == (
        'WHISPERA_PLATFORM: expected macos or linux, found "beos"'
    )


def test_the_users_settings_are_read() -> None:
    given: dict[str, int | float | bool | str] = {
        "confidence_threshold": 0.8,
        "model": "mine",
    }

    assert settings.preferences(given, Path("/c")) == Preferences(0.8, "mine")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"confidence_treshold": 0.8}, "unknown field `confidence_treshold`"),
        ({"confidence_threshold": 80}, "`float` <= 1.0 - at `$.confidence_threshold`"),
        ({"confidence_threshold": "high"}, "$.confidence_threshold"),
        ({"model": ""}, "$.model"),
        ({"clients": 0}, "`int` >= 1 - at `$.clients`, found 0"),
        ({"line_bytes": 65537}, "`int` <= 65536 - at `$.line_bytes`, found 65537"),
        ({"read_timeout_s": 0}, "`float` >= 0.1 - at `$.read_timeout_s`, found 0"),
        ({"queue": True}, "Expected `int`, got `bool` - at `$.queue`, found True"),
        ({"model": "a\0b"}, "$.model"),
    ],
)
def test_a_wrong_setting_is_named_with_file_and_key(
    given: dict[str, int | float | bool | str], message: str
) -> None:
    with pytest.raises(BadConfig) as caught:
        settings.preferences(given, Path("/c"))

    assert str(caught.value).startswith("/c/whispera_config.json: settings: ")
    assert message in str(caught.value)


def test_every_wrong_setting_is_named() -> None:
    with pytest.raises(BadConfig) as caught:
        settings.preferences({"clients": 0, "timers": 7, "idle": 5}, Path("/c"))

    assert len(caught.value.mistakes) == 2
    assert "$.clients" in caught.value.mistakes[0]
    assert "idle" in caught.value.mistakes[1]


def test_every_limit_may_be_set_and_says_since_when_it_counts() -> None:
    schema = msgspec.json.schema(Limits)["$defs"]["Limits"]["properties"]

    assert settings.preferences({"timers": 7}, Path("/c")).timers == 7
    assert set(Limits.__struct_fields__) < set(Preferences.__struct_fields__)
    for name, limit in schema.items():
        assert limit["minimum"] <= getattr(Limits(), name) <= limit["maximum"]
        assert "A change counts from the next " in limit["description"]


@pytest.mark.parametrize(
    ("model", "folder"),
    [
        (None, EMBEDDED_MODEL),
        ("qwen", Path("/h/data/models/qwen")),
        ("/m/qwen", Path("/m/qwen")),
        ("~/qwen", Path("/u/qwen")),
        ("~nobody/qwen", Path("/h/data/models/~nobody/qwen")),
    ],
)
def test_the_model_is_the_embedded_one_or_what_the_user_chose(
    model: str | None, folder: Path
) -> None:
    read = settings.read({"WHISPERA_HOME": "/h", "HOME": "/u"})

    assert settings.model_folder(read, Preferences(model=model)) == folder
