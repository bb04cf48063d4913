"""Where this user's base, dataset and adapters are."""

import os
from pathlib import Path

import msgspec

from training import taught
from training.taught import Taught
from whisperad import catalogue as catalogues
from whisperad import settings as surroundings
from whisperad.catalogue import SHIPPED, Catalogue


class Place(msgspec.Struct, frozen=True):
    """Where this user's base, dataset and adapters are, and the catalogue."""

    base: Path
    dataset: Path
    adapters: Path
    catalogue: Catalogue

    @property
    def taught(self) -> Taught:
        """Read what the user taught. Raises `CannotKeep`."""
        return taught.examples(self.dataset.parent, self.catalogue)


def place() -> Place:
    """Look all of it up. Raises `BadConfig`."""
    settings = surroundings.read(os.environ)
    loaded = catalogues.load(SHIPPED, settings.config)
    chosen = surroundings.preferences(loaded.settings, settings.config)
    return Place(
        surroundings.model_folder(settings, chosen),
        settings.data / "dataset",
        settings.data / "adapters",
        loaded,
    )
