"""A configuration of four actions whose phrases reach all splits, written to a folder.

Its words are made of lists, so that a baseline has something to learn from.
"""

from itertools import product
from pathlib import Path

from whisperad import catalogue as catalogues
from whisperad.catalogue import Catalogue

_PHRASES = {
    "mute": (
        ("mute", "silence", "hush", "quieten", "shut up"),
        ("the sound", "the music", "all of it", "the noise", "that song"),
    ),
    "set_level": (
        ("set", "put", "turn", "move", "bring", "change"),
        ("the volume to {level}", "the loudness at {level}", "the sound to {level}"),
    ),
    "buy": (
        ("buy", "get", "order", "fetch", "purchase", "acquire", "procure"),
        ("me {fruit}", "some {fruit}", "{fruit} at the shop", "{fruit} for mum"),
    ),
    "go": (
        ("go", "walk", "run", "step", "march", "stroll", "drive"),
        ("{side}", "to the {side}", "{side} now", "over to the {side} side"),
    ),
}
_SLOTS = {
    "mute": "{}",
    "set_level": '{ level = "percent" }',
    "buy": '{ fruit = { type = "package", samples = "fruits" } }',
    "go": '{ side = { type = "choice", values = ["left", "right"],'
    ' said = { left = ["left", "port"] } } }',
}
_TALK = (
    ("i saw", "who ate", "why is", "they painted", "she loves", "we talk about"),
    ("the horse", "a bridge", "the music", "that song", "the left side", "some pears"),
)
_FRUITS = ("apples", "green pears", "a melon", "plums and figs", "cherries")


def write(folder: Path) -> tuple[Catalogue, Path]:
    """Write the configuration; give it loaded, and its folder."""
    for name in ("actions", "names", "samples", "none"):
        (folder / name).mkdir(parents=True)
    actions = "\n".join(_action(name) for name in _PHRASES)
    (folder / "actions" / "small.toml").write_text(f'pack = "small"\n{actions}')
    for name in ("apps", "folders"):
        (folder / "names" / f"{name}.toml").write_text("")
    (folder / "names" / "sites.toml").write_text("[sites]\n")
    (folder / "samples" / "fruits.toml").write_text(f"fruits = {_quoted(_FRUITS)}")
    (folder / "none" / "talk.toml").write_text(f"phrases = {_quoted(_joined(_TALK))}")
    return catalogues.load(folder), folder


def _action(name: str) -> str:
    return f"""[[action]]
id = "{name}"
slots = {_SLOTS[name]}
phrases = {_quoted(_joined(_PHRASES[name]))}
macos = {{ argv = ["true"] }}
linux = {{ argv = ["true"] }}
"""


def _joined(halves: tuple[tuple[str, ...], tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(" ".join(pair) for pair in product(*halves))


def _quoted(texts: tuple[str, ...]) -> str:
    return "[" + ", ".join(f'"{text}"' for text in texts) + "]"
