"""Words that fill slots: the shipped sample lists, spoken numbers, unseen names.

A third of all names are made up, or come from a list of another kind, so that the
model learns to copy what stands there instead of remembering what usually does.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from random import Random

from hassil.expression import Group, Sentence, TextChunk

from training import spoken
from whisperad import phrases
from whisperad.errors import BadConfig
from whisperad.pack import Slot
from whisperad.wordgraph import LIST_OF_TYPE

SPOKEN = {
    "clock_times": spoken.clock_time,
    "percents": spoken.percent,
    "amounts": spoken.amount,
    "durations": spoken.duration,
    "integers": spoken.integer,
    "ports": spoken.port,
}
# What may be made up: names of things; a time or a language may not.
_NAMES = frozenset(
    {"app_names", "contacts", "device_names", "folders", "playlists", "network_names",
     "songs", "places", "words", "titles", "sites", "file_paths", "cities",
     "timer_labels", "settings_panes"}
)  # fmt: skip
_TEXTS = frozenset(
    {"search_queries", "site_queries", "messages", "typed_texts", "copied_texts",
     "find_texts", "translate_texts", "notification_texts"}
)  # fmt: skip
# What a user's own slot may take that takes any words: names, things, days, chores, …
_ANYTHING = (
    "titles", "timer_labels", "places", "cities", "contacts", "playlists", "project_names",
    "words", "groceries", "tasks_said", "days_said", "people_said", "things", "event_titles",
    "folder_names_new", "songs", "foods", "products", "shops", "spots", "shortcut_names",
    "titles_on_screen", "artists", "service_names", "stuff", "chores_said", "plain_topics",
    "program_names", "note_texts", "first_names", "animals", "days_said",
)  # fmt: skip
_TWO_SHARE = 0.25  # two of them together: most of what people name has several words
_ANYTHING_SHARE = 0.6  # of the rest
# What may be dictated at length, sentence after sentence.
_DICTATED = frozenset(
    {"messages", "typed_texts", "copied_texts", "note_texts", "email_bodies",
     "translate_texts", "spoken_texts", "reminder_texts"}
)  # fmt: skip
_DICTATED_SHARE = 0.3
_MOST_SENTENCES = 5
_ONSETS = (
    "b c d f g h j k l m n p r s t v w z br cl dr fl gr kr pl sk sl st tr th".split()
)
_VOWELS = "a e i o u ai ea ee oo ou y".split()
_CODAS = ["", "", "", "n", "r", "l", "s", "t", "x", "m", "nd", "ck", "rt", "sh"]


class Samples:
    """The sample lists of a config folder, ready to draw from.

    Raises `BadConfig` if a file or a template in one is wrong.
    """

    def __init__(self, config: Path) -> None:
        self._lists: dict[str, list[Sentence]] = {}
        mistakes: list[str] = []
        for path in sorted((config / "samples").glob("*.toml")):
            try:
                read = tomllib.loads(path.read_text(encoding="utf-8"))
            except (OSError, tomllib.TOMLDecodeError) as error:
                mistakes.append(f"{path}: {error}")
                continue
            for name, entries in read.items():
                parsed = self._lists.setdefault(name, [])
                for entry in entries:
                    try:
                        parsed.append(phrases.parse(entry))
                    except ValueError as error:
                        mistakes.append(f'{path}: {name}: "{entry}": {error}')
        for name, sentences in self._lists.items():
            for sentence in sentences:
                mistakes += [
                    f'sample list "{name}" refers to "{other}", which is no list'
                    for other in phrases.references(sentence.expression, {})
                    if other not in self._lists and other not in SPOKEN
                ]
        if mistakes:
            raise BadConfig(tuple(mistakes))
        self._words = sorted(self._lexicon())

    @property
    def names(self) -> frozenset[str]:
        """The names of all lists."""
        return frozenset(self._lists) | frozenset(SPOKEN)

    def draw(self, name: str, random: Random) -> str:
        """Draw one entry of a list, as it stands there."""
        if name in SPOKEN:
            return SPOKEN[name](random)
        sentence = random.choice(self._lists[name])
        pieces = phrases.sample(
            sentence.expression, {}, random, lambda other: self.draw(other, random)
        )
        return "".join(piece.text for piece in pieces)

    def entries(self, name: str) -> list[str]:
        """Give the entries of a list that are nothing but text."""
        texts = (_plain_text(sentence) for sentence in self._lists.get(name, []))
        return [text for text in texts if text is not None]

    def fill(self, slot: Slot, random: Random) -> str:
        """Draw words for a slot, sometimes words never listed for it."""
        name = slot.samples or LIST_OF_TYPE[slot.type]
        if slot.examples and random.random() < 0.5:
            return random.choice(slot.examples)
        if slot.type == "percent" and slot.optional:
            name = "amounts"
        if name in _DICTATED and random.random() < _DICTATED_SHARE:
            return self._dictated(random)
        chance = random.random()
        if name in _NAMES:
            if chance < 0.14:
                return self._unseen(random)
            if chance < 0.24:
                return self._some_words(random, 3)
            if chance < 0.32:
                return self.draw(random.choice(sorted(_NAMES)), random)
        if name in _TEXTS:
            if chance < 0.12:
                return self._some_words(random, 7)
            if chance < 0.2:
                return self.draw(random.choice(sorted(_TEXTS)), random)
        return self.draw(name, random)

    def fill_own(self, slot: Slot, random: Random) -> str:
        """Draw words for a text of a user's own pack: anything, nearly."""
        if slot.samples or slot.examples:
            return self.fill(slot, random)
        known = [name for name in _ANYTHING if name in self._lists]
        if known and random.random() < _TWO_SHARE:
            return " ".join(self.draw(random.choice(known), random) for _ in range(2))
        chance = random.random()
        if chance < _ANYTHING_SHARE and known:
            return self.draw(random.choice(known), random).removeprefix("on ")
        if chance < _ANYTHING_SHARE + 0.1:
            return self._unseen(random)
        if chance < _ANYTHING_SHARE + 0.2:
            return self._some_words(random, 3)
        return self.fill(slot, random)

    def _unseen(self, random: Random) -> str:
        """Make up a name of one or two words."""
        words = []
        for _ in range(random.choice([1, 1, 2])):
            syllables = random.choice([1, 2, 2, 3])
            word = "".join(
                random.choice(_ONSETS) + random.choice(_VOWELS)
                for _ in range(syllables)
            ) + random.choice(_CODAS)
            words.append(word)
        name = " ".join(words)
        return f"{name} {random.randrange(1, 100)}" if random.random() < 0.05 else name

    def _dictated(self, random: Random) -> str:
        """Draw some sentences, put together as people do who speak without dots."""
        text = self.draw("sentences", random)
        for _ in range(random.randrange(_MOST_SENTENCES)):
            joint = random.choice([" ", ", ", f" {self.draw('joints_said', random)} "])
            text += joint + self.draw("sentences", random)
        return text

    def _some_words(self, random: Random, most: int) -> str:
        count = random.randrange(1, most + 1)
        return " ".join(random.choice(self._words) for _ in range(count))

    def _lexicon(self) -> set[str]:
        random = Random(0)
        words: set[str] = set()
        for name in sorted(self._lists):
            for _ in range(3 * len(self._lists[name])):
                words.update(self.draw(name, random).split())
        return {word for word in words if word.isalpha() and len(word) > 1}


def _plain_text(sentence: Sentence) -> str | None:
    """Give the text of a template that is nothing but text."""
    match sentence.expression:
        case Group(items=items) if all(isinstance(item, TextChunk) for item in items):
            return "".join(i.original_text for i in items if isinstance(i, TextChunk))
    return None


def unknown_lists(samples: Samples, slots: Mapping[str, Slot]) -> list[str]:
    """Name the lists that slots ask for and nobody wrote."""
    wanted = [slot.samples for slot in slots.values() if slot.samples]
    return [name for name in wanted if name not in samples.names]
