"""Switches: the packs that the user's settings leave out of the catalogue."""

from collections.abc import Mapping

from whisperad.action import Action
from whisperad.pack import Setting

KEY = "packs_off"  # of the `settings` in the user's file


def packs_off(
    given: Mapping[str, Setting], packs: Mapping[str, str]
) -> tuple[dict[str, str], list[str]]:
    """Give the packs that are off with their summaries, and mistakes in the setting.

    What is no list of names is left to the check of all settings.
    """
    names = given.get(KEY, ())
    if not isinstance(names, tuple):
        return {}, []
    mistakes = [
        f'settings.{KEY}: no pack is called "{name}"; there are {_listed(packs)}'
        for name in dict.fromkeys(names)
        if name not in packs
    ]
    if packs and packs.keys() <= set(names):
        mistakes.append(f"settings.{KEY}: expected at least one pack that stays on")
    return {name: packs[name] for name in sorted({*names} & packs.keys())}, mistakes


def left_on(actions: Mapping[str, Action], off: Mapping[str, str]) -> dict[str, Action]:
    """Give the actions of the packs that are not off."""
    return {name: a for name, a in actions.items() if a.pack not in off}


def _listed(packs: Mapping[str, str]) -> str:
    return ", ".join(sorted(packs))
