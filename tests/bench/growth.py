"""What more actions to choose from, and longer utterances, cost."""

import json
from collections.abc import Sequence
from functools import partial
from itertools import islice, product
from pathlib import Path
from random import Random

from tests.bench.contenders import TURN, Base, daemon, script, timed
from tests.bench.figures import Row, p50
from training.generate import Generator
from training.samples import Samples
from whisperad import catalogue as catalogues
from whisperad.catalogue import SHIPPED, USER_FILE

# 50 actions of every day; what is said in this comparison is meant for one of them.
FEW = ("apps", "clipboard", "media", "timers", "volume", "windows")
MANY = 1000
WORDS = (2, 10, 30, 60)  # of utterances
SEED = 29
# Made-up actions are called by words that mean nothing, so that nobody means them.
SYLLABLES = ("ba", "de", "fi", "go", "ku", "la", "me", "ni", "po", "ru")


def actions(scratch: Path, base: Base, count: int) -> list[Row]:
    """Time the same utterances with few actions to choose from, ours, and many."""
    shipped = catalogues.load(SHIPPED)
    off = sorted(shipped.packs.keys() - set(FEW))
    utterances, few = _said_with(scratch / "few", off, TURN + count)
    ours = len(shipped.actions)
    write_pack(scratch / "many" / "config" / "actions", MANY - ours)
    ways: tuple[tuple[str, int, list[str]], ...]
    ways = (("few", few, off), ("ours", ours, []), ("many", MANY, []))
    names = [f"{size:,} actions to choose from, p50" for _, size, _ in ways]
    times = timed(
        {
            name: partial(
                daemon, scratch / home, base, [], shortcuts=False, packs_off=left_out
            )
            for name, (home, _, left_out) in zip(names, ways, strict=True)
        },
        utterances,
        at_once=base.is_small,
    )
    return [Row(name, p50(times[name])) for name in names]


def _said_with(home: Path, off: Sequence[str], count: int) -> tuple[list[str], int]:
    """Give utterances for the packs that are on, and how many actions these have."""
    (home / "config").mkdir(parents=True)
    given = {"settings": {"packs_off": off}}
    (home / "config" / USER_FILE).write_text(json.dumps(given))
    catalogue = catalogues.load(SHIPPED, home / "config")
    generator = Generator(catalogue, SHIPPED, "test")
    said = [example.utterance for example in generator.examples(count, SEED)]
    return said, len(catalogue.actions)


def write_pack(folder: Path, count: int) -> None:
    """Write a user's pack of so many made-up actions."""
    lines = ['pack = "made_up"', 'summary = "Actions that there are not"']
    for words in islice(product(SYLLABLES, repeat=3), count):
        name, verb = "".join(words), words[0] + words[2]
        lines += [
            "[[action]]",
            f'id = "{verb}_{name}"',
            f'phrases = ["{verb} the {name}", "(please|now) {verb} {name}"]',
            'macos = { argv = ["/usr/bin/true"] }',
            'linux = { argv = ["/bin/true"] }',
        ]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "made_up.toml").write_text("\n".join(lines) + "\n")


def words(scratch: Path, base: Base, count: int) -> list[Row]:
    """Time utterances of so many words, and a bare pass over the same tokens."""
    samples, random = Samples(SHIPPED), Random(SEED)
    lengths = [WORDS[0]] * TURN + [length for length in WORDS for _ in range(count)]
    said = [_dictated(length, samples, random) for length in lengths]
    times = timed(
        {
            "daemon": partial(daemon, scratch / "words", base, [], shortcuts=False),
            "bare": partial(script, "bare.py", base.folder, base),
        },
        said,
        at_once=base.is_small,
    )
    rows = []
    for number, length in enumerate(WORDS):
        part = slice(number * count, (number + 1) * count)
        rows += [
            Row(f"{length} words: bare pass, p50", p50(times["bare"][part])),
            Row(f"{length} words: daemon, p50", p50(times["daemon"][part])),
        ]
    return rows


def _dictated(length: int, samples: Samples, random: Random) -> str:
    """Give a command to type sentences: such a slot has no limit of its own."""
    words = ["type"]
    while len(words) < length:
        words += samples.draw("sentences", random).split()
    return " ".join(words[:length])
