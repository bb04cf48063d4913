"""Packs as text."""

import json


def action(name: str, phrases: list[str], slots: str = "{}") -> str:
    """Give an action that does nothing, as it stands in a pack."""
    return (
        f'[[action]]\nid = "{name}"\nslots = {slots}\nphrases = {json.dumps(phrases)}\n'
        'linux = { argv = ["true"] }\n'
    )
