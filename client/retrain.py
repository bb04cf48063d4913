"""`whispera retrain`: from the packs to an adapter that the running daemon serves.

A program of `training` does the work, in the place of this one: it takes minutes, and
control-C is its own to deal with. Options and their help are its own, too.
"""

import os
import sys

import typer

app = typer.Typer(add_completion=False)


@app.command(
    context_settings={
        "allow_extra_args": True,
        "ignore_unknown_options": True,
        "help_option_names": [],
    }
)
def retrain(context: typer.Context) -> None:
    """Learn the packs anew, and have the daemon know them; `--help` lists options."""
    # -P: a folder called `training` where we happen to be is not ours.
    program = (sys.executable, "-P", "-m", "training.cli", "retrain")
    os.execv(sys.executable, [*program, *context.args])
