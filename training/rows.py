"""Rows of a user's own: utterances and how they may be understood, as JSON lines.

What is an answer and when it is right is said here, for these rows and for our own
examples alike.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from training.dataset import Example
from whisperad.catalogue import Catalogue
from whisperad.errors import BadConfig
from whisperad.intent import NONE, Intent
from whisperad.spoken import integer, percent
from whisperad.utterance import normalise

Said = dict[str, str | int]  # an intent, as on the wire
Answer = tuple[Said, ...]  # empty: it is no command


class Row(Example, frozen=True):
    """A row of a user's own; any of several answers may be right."""

    answers: tuple[Answer, ...] = ()


class _Line(msgspec.Struct, frozen=True):
    utterance: str
    expect: Said | list[Said] | None
    accept: list[Said | list[Said]] = []


def read(path: Path, catalogue: Catalogue) -> list[Row]:
    """Read the rows of a file. Raises `BadConfig` with all mistakes."""
    rows: list[Row] = []
    mistakes: list[str] = []
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise BadConfig((f"{path}: {error.strerror}",)) from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        place = f"{path}:{number}"
        try:
            row = _row(msgspec.json.decode(line, type=_Line), place)
        except (msgspec.DecodeError, ValueError) as error:
            mistakes.append(f"{place}: {error}")
            continue
        rows.append(row)
        mistakes += [f"{place}: {fault}" for fault in _faults(row, catalogue)]
    if not rows and not mistakes:
        mistakes.append(f"{path}: expected at least one row")
    if mistakes:
        raise BadConfig(tuple(mistakes))
    return rows


def commands(example: Example) -> tuple[Intent, ...]:
    """Give what an example asks for; nothing if it is no command."""
    return tuple(intent for intent in example.intents if not intent.is_none)


def takes(example: Example, intents: tuple[Intent, ...]) -> bool:
    """Whether an answer is right: all actions and all slots, in their order."""
    if not isinstance(example, Row):
        return intents == commands(example)
    return any(_agree(intents, answer) for answer in example.answers)


def takes_actions(example: Example, intents: tuple[Intent, ...]) -> bool:
    """Whether an answer has the right actions, whatever its slots are."""
    given = [intent.action for intent in intents]
    if not isinstance(example, Row):
        return given == [intent.action for intent in commands(example)]
    return any(given == [s["action"] for s in answer] for answer in example.answers)


def _row(line: _Line, place: str) -> Row:
    answers = tuple(_answer(given) for given in (line.expect, *line.accept))
    intents = tuple(
        Intent(str(said["action"]), {n: str(v) for n, v in _slots(said)})
        for said in answers[0]
    )
    return Row(line.utterance, intents or (Intent(NONE),), place, answers)


def _answer(given: Said | list[Said] | None) -> Answer:
    """Give the commands of an answer. Raises `ValueError` for one without action."""
    said = [given] if isinstance(given, dict) else given or []
    if any(not isinstance(one.get("action"), str) for one in said):
        raise ValueError('expected an "action" in every answer')
    return tuple(one for one in said if one["action"] != NONE)


def _faults(row: Row, catalogue: Catalogue) -> Iterator[str]:
    """Say what no answer to a row could ever have."""
    for said in (said for answer in row.answers for said in answer):
        action = catalogue.actions.get(str(said["action"]))
        if action is None:
            yield f'no action is called "{said["action"]}"'
            continue
        for name, _ in _slots(said):
            if name not in action.slots:
                yield f'action "{action.id}" has no slot "{name}"'


def _slots(said: Said) -> list[tuple[str, str | int]]:
    return [(name, value) for name, value in said.items() if name != "action"]


def _agree(intents: tuple[Intent, ...], answer: Answer) -> bool:
    return len(intents) == len(answer) and all(
        intent.action == said["action"]
        and intent.slots.keys() == said.keys() - {"action"}
        and all(_same(intent.slots[name], value) for name, value in _slots(said))
        for intent, said in zip(intents, answer, strict=True)
    )


def _same(words: str, wanted: str | int) -> bool:
    """Compare the words of a slot: as a number if a number is wanted."""
    if isinstance(wanted, int):
        return wanted in {percent(words), integer(words)}
    return normalise(words).text == normalise(wanted).text


def shown(intents: Iterable[Intent]) -> str:
    """Give intents as words; of no intents, that they are none."""
    said = (
        " ".join([i.action, *(f'{name}="{words}"' for name, words in i.slots.items())])
        for i in intents
    )
    return "; ".join(said) or "none"
