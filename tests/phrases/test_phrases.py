"""What people say becomes the right intent and arguments, with the embedded model.

Each pack has a file with phrases, and sentences `near` them that are no commands; "..."
stands for an argument too long to repeat, a script. `known_failures.toml` lists what the
model is known to get wrong, and may only shrink: for a new model,
`python tests/phrases/test_phrases.py --update` writes it again.
"""

import sys
import tomllib
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

import msgspec
import pytest

from whisperad import catalogue, policy
from whisperad.adapter import adapter_folders
from whisperad.catalogue import SHIPPED, Catalogue
from whisperad.command import Resolver
from whisperad.intent import Intent
from whisperad.machine import Machine
from whisperad.model import Model
from whisperad.pack import Platform, Slot
from whisperad.settings import EMBEDDED_MODEL
from whisperad.utterance import normalise
from whisperad.values import COUNTED, count

Said = dict[str, str | int]  # an intent, as on the wire
Lists = tuple[tuple[str, ...], ...]  # the argument lists of a command, run in order

_FOLDER = Path(__file__).parent
_KNOWN = _FOLDER / "known_failures.toml"
_PACKS = sorted(file.name for file in (SHIPPED / "actions").glob("*.toml"))
_OPEN = "..."  # an argument that a file leaves open

# On machines of which nothing is known the first way to do an action is taken, and
# names and folders are those of the shipped maps.
_HOMES: Mapping[Platform, Path] = {
    "macos": Path("/Users/ada"),
    "linux": Path("/home/ada"),
}
_NOW = datetime(2026, 11, 22, 14, 5, 9)  # a Sunday

_HEAD = """\
# What the model gets wrong, and what it makes of it. It may only get shorter; for a new
# model, write it with `python tests/phrases/test_phrases.py --update`.
"""


class Phrase(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An utterance, the intent it has and the arguments it becomes."""

    say: str
    intent: Said
    macos: tuple[str | tuple[str, ...], ...] | None = None  # None: not checked
    linux: tuple[str | tuple[str, ...], ...] | None = None

    def lists(self, platform: Platform) -> Lists | None:
        """Give the argument lists of a platform; a file may write one by itself."""
        given = self.macos if platform == "macos" else self.linux
        if given is None:
            return None
        single = tuple(part for part in given if isinstance(part, str))
        several = tuple(part for part in given if not isinstance(part, str))
        assert not (single and several), f"arguments and lists of them in {self.say!r}"
        return several or (single,)


class PackPhrases(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The phrases of one pack, and sentences that are near it."""

    near: tuple[str, ...]
    phrase: tuple[Phrase, ...]

    def expected(self) -> dict[str, list[Said]]:
        """Give what each utterance means; nothing for sentences that are near."""
        meant = {phrase.say: [phrase.intent] for phrase in self.phrase}
        return meant | {say: [] for say in self.near}


class Served:
    """The embedded model with its adapter, and the shipped catalogue."""

    def __init__(self) -> None:
        shipped = catalogue.load()
        self.resolvers = {
            platform: Resolver(shipped, Machine(platform, home, None), lambda: _NOW)
            for platform, home in _HOMES.items()
        }
        self._model = Model(EMBEDDED_MODEL)
        self._model.serve(shipped)
        # There is no folder of a user's own adapters.
        adapter = next(adapter_folders(EMBEDDED_MODEL, _FOLDER), None)
        if adapter is not None:
            self._model.use(self._model.load_adapter(adapter))

    def understood(self, say: str) -> list[Said]:
        """Give what the daemon would go on with: nothing when it is unsure."""
        utterance = normalise(say)
        found = self._model.understand(utterance)
        if policy.clarity(found, self._model.calibration.threshold) != "clear":
            return []
        said = self.resolvers["linux"].said
        return [said(intent, utterance) for intent in found.intents]

    def lists(self, phrase: Phrase, platform: Platform) -> Lists:
        """Give the argument lists that a phrase becomes when it is understood."""
        action, slots = _parts(phrase.intent)
        intent = Intent(action, {name: str(value) for name, value in slots.items()})
        found = self.resolvers[platform].resolve(intent, normalise(phrase.say))
        return tuple(command.argv for command in found.commands)


@pytest.fixture(scope="session")
def served() -> Served:
    """Give the embedded model, loaded once."""
    return Served()


@pytest.fixture(scope="module")
def shipped() -> Catalogue:
    """Give the shipped catalogue."""
    return catalogue.load()


@pytest.mark.parametrize("file", _PACKS)
def test_a_pack_is_understood_and_does_what_was_said(file: str, served: Served) -> None:
    pack = _read(file)
    expected = pack.expected()
    found = {say: served.understood(say) for say in expected}
    known = _known().get(Path(file).stem, [])
    new = [say for say in expected if found[say] != expected[say] and say not in known]
    mended = [say for say in known if say in expected and found[say] == expected[say]]

    assert {say: found[say] for say in new} == {say: expected[say] for say in new}
    assert not mended, f"understood now: take it out of {_KNOWN.name}"
    for platform in _HOMES:
        for phrase in pack.phrase:
            lists = phrase.lists(platform)
            if lists is not None:
                given = served.lists(phrase, platform)
                assert _blanked(given, lists) == lists, f"{platform}: {phrase.say}"


@pytest.mark.parametrize("file", _PACKS)
def test_the_phrases_of_a_pack_say_all_its_actions(
    file: str, shipped: Catalogue
) -> None:
    said = {phrase.intent["action"] for phrase in _read(file).phrase}

    assert said == {a.id for a in shipped.actions.values() if f"{a.pack}.toml" == file}


@pytest.mark.parametrize("file", _PACKS)
def test_the_intent_of_a_phrase_is_one_that_the_model_could_find(
    file: str, shipped: Catalogue
) -> None:
    misfits = {p.say: list(_misfits(p, shipped)) for p in _read(file).phrase}

    assert {say: names for say, names in misfits.items() if names} == {}


def test_every_file_is_of_a_pack_and_every_known_failure_is_in_one() -> None:
    files = {file.name for file in _FOLDER.glob("*.toml")}
    said = {Path(file).stem: _read(file).expected() for file in _PACKS}

    assert files == {*_PACKS, _KNOWN.name}
    for stem, known in _known().items():
        assert set(known) <= set(said.get(stem, ())), stem


def test_nothing_is_said_twice() -> None:
    said = [
        say
        for pack in map(_read, _PACKS)
        for say in (*pack.near, *(phrase.say for phrase in pack.phrase))
    ]

    assert len(said) == len(set(said))


def _read(file: str) -> PackPhrases:
    path = _FOLDER / file
    assert path.exists(), f"pack {file} has no phrases: expected {path}"
    return msgspec.convert(tomllib.loads(path.read_text()), PackPhrases)


def _known() -> dict[str, list[str]]:
    return msgspec.convert(tomllib.loads(_KNOWN.read_text()), dict[str, list[str]])


def _parts(said: Said) -> tuple[str, Said]:
    return str(said["action"]), {n: v for n, v in said.items() if n != "action"}


def _misfits(phrase: Phrase, shipped: Catalogue) -> Iterator[str]:
    """Name the slots of a phrase that no answer of the model could have."""
    action, given = _parts(phrase.intent)
    slots = shipped.actions[action].slots
    text = normalise(phrase.say).text
    yield from (n for n, slot in slots.items() if not slot.optional and n not in given)
    for name, value in given.items():
        if name not in slots or not _fits(slots[name], value, text):
            yield name


def _fits(slot: Slot, value: str | int, text: str) -> bool:
    if slot.type in COUNTED:
        words = text.split()
        ends = range(1, len(words) + 1)
        spans = (" ".join(words[start:end]) for end in ends for start in range(end))
        return value in {count(slot, span) for span in spans}
    if slot.type == "choice":
        return value in slot.values
    return f" {value}" in f" {text}"


def _blanked(found: Lists, expected: Lists) -> Lists:
    """Leave open in the argument lists what the expected ones leave open."""
    if [len(given) for given in found] != [len(like) for like in expected]:
        return found
    return tuple(
        tuple(
            _OPEN if like == _OPEN else part for part, like in zip(*pair, strict=True)
        )
        for pair in zip(found, expected, strict=True)
    )


def _update() -> None:
    """Write down what the model gets wrong."""
    served, lines, count, failures = Served(), [_HEAD], 0, 0
    for file in _PACKS:
        wrong = []
        for say, expected in _read(file).expected().items():
            count += 1
            found = served.understood(say)
            if found != expected:
                wrong.append(f"  {_quoted(say)},  # {_shown(found)}")
        if wrong:
            lines.append("\n".join([f"{Path(file).stem} = [", *wrong, "]\n"]))
        failures += len(wrong)
    _KNOWN.write_text("\n".join(lines))
    sys.stdout.write(f"{count - failures} of {count} right; {_KNOWN} lists the rest\n")


def _quoted(value: str | int) -> str:
    return msgspec.json.encode(value).decode()


def _shown(found: list[Said]) -> str:
    return (
        "; ".join(
            " ".join([action, *(f"{name}={_quoted(v)}" for name, v in slots.items())])
            for action, slots in map(_parts, found)
        )
        or "not understood"
    )


if __name__ == "__main__":
    if sys.argv[1:] != ["--update"]:
        sys.exit(f"usage: {sys.argv[0]} --update")
    _update()
