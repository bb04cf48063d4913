"""`whispera history`: what was said of late and what came of it."""

from typing import Annotated

import typer

from client import answers, tables
from client.connection import answer
from whisperad import wire

app = typer.Typer(
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
def history(
    context: typer.Context,
    limit: Annotated[int, typer.Option("-n", min=1, help="How many rows.")] = 20,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the daemon's reply.")
    ] = False,
) -> None:
    """Show what was said of late, newest first, and what came of it."""
    if context.invoked_subcommand is not None:
        return
    reply = answer(wire.Paths().socket, {"type": "history", "limit": limit})
    if as_json:
        print(tables.json_text(reply))
    else:
        print(tables.history(answers.read(reply, answers.History).rows))


@app.command()
def clear() -> None:
    """Delete the history."""
    answer(wire.Paths().socket, {"type": "clear_history"})
    print("the history is empty")
