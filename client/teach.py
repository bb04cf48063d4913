"""`whispera teach`: say once and for all what an utterance means."""

from __future__ import annotations

from typing import Annotated

import typer

from client import answers, tables
from client.connection import answer
from client.reply import intent_text
from whisperad import wire

app = typer.Typer()

_EXPECTED = 'an utterance and what it means, as in "open the f" open_app target=figma'


@app.command()
def teach(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="UTTERANCE ACTION [SLOT=WORDS]",
            help='The utterance in quotes, then one action or more; or "none".',
        ),
    ] = None,
    as_list: Annotated[
        bool, typer.Option("--list", help="List what was taught.")
    ] = False,
    remove: Annotated[
        str | None, typer.Option(metavar="UTTERANCE", help="Forget what was taught.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="List it as JSON.")] = False,
) -> None:
    """Say what an utterance means; it counts from now on, and for later training too.

    Words of slots are words of the utterance. "none" says that it is no command.
    """
    if sum((bool(words), as_list or as_json, remove is not None)) != 1:
        raise typer.BadParameter(f"expected {_EXPECTED}; or --list, or --remove")
    if words:
        _teach(words[0], words[1:])
    elif remove is not None:
        _ask({"type": "forget", "utterance": remove})
        print(f'forgotten: "{tables.plain(remove)}"')
    else:
        _list(as_json)


def _teach(utterance: str, meant: list[str]) -> None:
    intents = _intents(meant)
    given = intents[0] if len(intents) == 1 else intents
    _ask({"type": "teach", "utterance": utterance, "intent": given})
    means = " and ".join(map(intent_text, intents))
    print(f'"{tables.plain(utterance)}" now means {tables.plain(means)}')


def _intents(meant: list[str]) -> list[dict[str, object]]:
    """Read actions, each with the slots that come after it."""
    intents: list[dict[str, object]] = []
    for word in meant:
        name, sign, value = word.partition("=")
        if not sign:
            intents.append({"action": name})
        elif intents and name and name != "action":
            intents[-1][name] = value
        else:
            raise typer.BadParameter(f'expected {_EXPECTED}; found "{word}"')
    if not intents:
        raise typer.BadParameter(f"expected {_EXPECTED}; found no action")
    return intents


def _list(as_json: bool) -> None:
    reply = _ask({"type": "taught"})
    if as_json:
        print(tables.json_text(reply))
    else:
        print(tables.taught(answers.read(reply, answers.Taught).rows))


def _ask(message: dict[str, object]) -> dict[str, object]:
    return answer(wire.Paths().socket, message)
