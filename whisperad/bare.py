"""Bare names: the name of an application alone opens it, where it means nothing else.

"spotify" can mean nothing else. "mail" and "music" are words that people use for other
things too, so what they mean alone is the model's to say.
"""

from array import array
from bisect import bisect_left

from whisperad.catalogue import Catalogue
from whisperad.intent import Intent
from whisperad.names import RealNames

OPENING = "open_app"  # what the bare name of an application asks for
SHORTEST = 3  # letters

# Names that phrases have too, but for nothing but the application.
_PRODUCTS = frozenset(
    "chrome discord duckduckgo facetime firefox htop imessage itunes photoshop safari"
    " skype slack spotify vlc whatsapp xcode".split()
)
# Names that are words of everyday, though no phrase may have them.
_EVERYDAY = frozenset(
    "alfred arc ark audacious backups bottles builder calc canary charles claude"
    " compressor dolphin eclipse element epiphany evolution extensions fonts fractal"
    " hazel hello hey heroic hyper impress infuse instruments kate kitty logic loom"
    " magnet marble meld messenger mines nemo nova orion parallels piper podcasts"
    " premiere printers reaper reeder rider scanner seahorse solitaire spark spectacle"
    " stickies strawberry sublime sudoku superhuman terminator thanks tidal totem"
    " tweaks unity warp writer yes zeal".split()
)
_BLANKS = str.maketrans(dict.fromkeys("()[]{}<>|;", " "))


class BareNames:
    """Looks up bare names."""

    def __init__(self, catalogue: Catalogue, names: RealNames) -> None:
        """Take note of all words that phrases have: slow."""
        self._names = names
        opening = catalogue.actions.get(OPENING)
        is_safe = opening is not None and opening.risk == "safe"
        kinds = [slot.type for slot in opening.slots.values()] if opening else []
        self._slots = tuple(opening.slots) if opening else ()
        self._is_opened = is_safe and kinds == ["app"]
        words: set[str] = set()
        for action in catalogue.actions.values():
            text = "\n".join([phrase.template for phrase in action.phrases])
            words.update(text.lower().translate(_BLANKS).split())
        self._spoken = array("q", sorted(map(hash, words)))

    def meanings(self, name: str) -> list[Intent | None]:
        """Give what a bare name means; nothing where it may be something else."""
        if not self._is_opened or not self._names.knows("app", name):
            return []
        if self._names.knows("folder", name) or not self._is_plain(name):
            return []
        return [Intent(OPENING, dict.fromkeys(self._slots, name))]

    def _is_plain(self, name: str) -> bool:
        """Whether a name has a word that means nothing else."""
        return any(
            word in _PRODUCTS
            or (
                len(word) >= SHORTEST
                and word not in _EVERYDAY
                and not self._is_spoken(word)
            )
            for word in name.split()
        )

    def _is_spoken(self, word: str) -> bool:
        at = bisect_left(self._spoken, hash(word))
        return at < len(self._spoken) and self._spoken[at] == hash(word)
