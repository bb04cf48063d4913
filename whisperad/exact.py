"""Exact phrases: what is said word by word as in a pack, answered without the model.

A user's own phrases come first, then the shipped ones, then the bare names of
applications. Where these say one thing and no other, there is nothing left to decide.
"""

from pathlib import Path

from whisperad.bare import BareNames
from whisperad.catalogue import SHIPPED, Catalogue
from whisperad.intent import Intent
from whisperad.names import RealNames
from whisperad.own_phrases import OwnPhrases
from whisperad.shipped import ShippedPhrases


class Exact:
    """The exact phrases of a catalogue, for one machine's names. Reads all: slow."""

    def __init__(
        self, catalogue: Catalogue, names: RealNames, shipped: Path = SHIPPED
    ) -> None:
        """`shipped` has all packs that are not the user's own."""
        own = {
            file for file in catalogue.rules if not Path(file).is_relative_to(shipped)
        }
        self._own = OwnPhrases(catalogue, own, names)
        self._shipped = ShippedPhrases(catalogue, own, names)
        self._bare = BareNames(catalogue, names)

    def meaning(self, text: str) -> tuple[Intent, ...] | None:
        """Give what a normalised text means; None where that is not certain."""
        found = (
            self._own.meanings(text)
            or self._shipped.meanings(text)
            or self._bare.meanings(text)
        )
        first = found[0] if found else None
        if first is None or any(intent != first for intent in found):
            return None
        return (first,)
