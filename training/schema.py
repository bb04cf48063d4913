"""Write `config/schema/*.json` from the msgspec types; editors complete with them."""

from pathlib import Path

import msgspec

from whisperad.catalogue import SHIPPED
from whisperad.pack import NamesFile, PackFile, SitesFile
from whisperad.settings import Preferences


class UserFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`whispera_config.json`, the user's own names and settings."""

    # As in `pack.py`, but for the settings, which are checked after the file.
    apps: dict[str, str] = {}
    folders: dict[str, str] = {}
    sites: dict[str, str] = {}
    settings: Preferences = Preferences()


TYPES = {
    "pack": PackFile,
    "whispera_config": UserFile,
    "names": NamesFile,
    "sites": SitesFile,
}


def schemas() -> dict[str, bytes]:
    """Give each schema file's name and content."""
    return {
        f"{name}.json": msgspec.json.format(
            msgspec.json.encode(msgspec.json.schema(kind), order="sorted"), indent=2
        )
        + b"\n"
        for name, kind in TYPES.items()
    }


def main(folder: Path = SHIPPED / "schema") -> None:
    """Write them all."""
    folder.mkdir(exist_ok=True)
    for name, content in schemas().items():
        (folder / name).write_bytes(content)


if __name__ == "__main__":
    main()
