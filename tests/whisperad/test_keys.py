"""Spoken keys, for X11 and for a Mac."""

import tomllib

import pytest

from whisperad.catalogue import SHIPPED
from whisperad.keys import combination


@pytest.mark.parametrize(
    ("said", "keysym", "code", "modifiers"),
    [
        ("control shift t", "ctrl+shift+t", 17, "control,shift"),
        ("ctrl+shift+t", "ctrl+shift+t", 17, "control,shift"),
        ("cmd c", "super+c", 8, "command"),
        ("ctrl-z", "ctrl+z", 6, "control"),
        ("ctrl plus c", "ctrl+c", 8, "control"),
        ("page down", "Next", 121, ""),
        ("f5", "F5", 96, ""),
        ("f twelve", "F12", 111, ""),
        ("enter", "Return", 36, ""),
        ("alt f4", "alt+F4", 118, "option"),
        ("command minus", "super+minus", 27, "command"),
        ("control plus", "ctrl+plus", 24, "control,shift"),
        ("question mark", "question", 44, "shift"),
        ("command shift three", "shift+super+3", 20, "shift,command"),
        ("super", "Super_L", 55, ""),
        ("alt shift", "alt+Shift_L", 56, "option"),
    ],
)
def test_keys_are_named_for_both_systems(
    said: str, keysym: str, code: int, modifiers: str
) -> None:
    keys = combination(said, is_mac=True)

    assert keys is not None
    assert (keys.keysym, keys.code, keys.modifiers) == (keysym, code, modifiers)


def test_delete_deletes_backwards_on_a_mac_only() -> None:
    on_mac, on_linux = combination("delete", True), combination("delete", False)

    assert on_mac is not None
    assert on_mac.code == 51
    assert on_linux is not None
    assert on_linux.keysym == "Delete"


@pytest.mark.parametrize("said", ["", "hello there", "control banana", "any key"])
def test_other_words_are_no_key(said: str) -> None:
    keys = combination(said, is_mac=False)

    assert keys is None


def test_every_key_that_training_draws_is_known() -> None:
    samples = tomllib.loads((SHIPPED / "samples" / "apps_and_devices.toml").read_text())
    unknown = [said for said in samples["key_names"] if not combination(said, False)]

    assert unknown == []
