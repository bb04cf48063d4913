"""What can be said, and what an utterance means: two commands of `whispera`."""

from pathlib import Path
from typing import Annotated

import typer

from client import answers, apart, new_pack, tables
from client.connection import answer, working_folder
from client.reply import Interpretation
from whisperad import wire

app = typer.Typer()

NEW = "new"  # no pack of ours is called so

Json = Annotated[bool, typer.Option("--json", help="Print the daemon's reply.")]


@app.command()
def actions(
    pack: Annotated[
        str | None,
        typer.Argument(help='Only this pack; "new" writes one of your own.'),
    ] = None,
    name: Annotated[str | None, typer.Argument(help='Of a "new" pack.')] = None,
    as_json: Json = False,
    conflicts: Annotated[
        bool, typer.Option("--conflicts", help="List wordings that two actions share.")
    ] = False,
) -> None:
    """List what can be said, with examples, and the packs."""
    if pack == NEW:
        print(new_pack.write(Path(wire.Paths().config), name or "mine"))
        return
    if name is not None:
        raise typer.BadParameter(f'expected one pack, found "{name}" after it')
    if conflicts:
        _conflicts(as_json)
        return
    reply = answer(wire.Paths().socket, {"type": "actions"})
    known = answers.read(reply, answers.Actions)
    packs = {one.name for one in known.packs} | {one.pack for one in known.actions}
    if pack is not None and pack not in packs:
        expected = ", ".join(sorted(packs))
        raise typer.BadParameter(f'expected one of {expected}, found "{pack}"')
    shown = [action for action in known.actions if pack in {None, action.pack}]
    shown_packs = [one for one in known.packs if pack in {None, one.name}]
    if as_json:
        print(tables.json_text({"actions": shown, "packs": shown_packs}))
    else:
        print(tables.listed(shown, [] if pack and shown else shown_packs))


@app.command()
def explain(
    words: Annotated[list[str], typer.Argument(help="What would be said.")],
    as_json: Json = False,
) -> None:
    """Show what an utterance means, why, and how sure that is; runs nothing."""
    request = {"type": "explain", "utterance": " ".join(words)}
    reply = answer(wire.Paths().socket, {**request, "cwd": working_folder()})
    if as_json:
        print(tables.json_text(reply))
        return
    explained = answers.read(reply, answers.Explained)
    print(tables.aligned(tables.explained_rows(Interpretation(reply), explained)))


def _conflicts(as_json: bool) -> None:
    listed = apart.ask("conflicts")
    found = apart.conflicts(listed)
    if as_json:
        print(tables.json_text(listed))
    else:
        print(tables.conflicts(found))
    if found:
        raise typer.Exit(wire.EXIT_FAILED)
