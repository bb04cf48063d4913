"""`whispera model`: which base model the daemon serves.

A program of `training` does the work, in the place of this one: it may take minutes,
and control-C is its own to deal with.
"""

import os
import sys
from enum import StrEnum
from typing import Annotated

import typer

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="See and choose the base model that the daemon serves.",
    context_settings={"help_option_names": ["-h", "--help"]},
)


class Bits(StrEnum):
    """How many bits a weight is kept in."""

    FOUR = "4"
    EIGHT = "8"
    SIXTEEN = "16"


@app.command("list")
def list_(
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """List the models on this machine; `*` is before the one in use."""
    _go_on_as("list", *(["--json"] if as_json else []))


@app.command()
def use(
    name: Annotated[
        str,
        typer.Argument(
            help="One of `list`, or owner/name of one to fetch from Hugging Face."
        ),
    ],
    bits: Annotated[
        Bits | None,
        typer.Option(
            help="Of a weight, once fetched; else 8 on Apple Silicon, 16 elsewhere."
        ),
    ] = None,
) -> None:
    """Serve another model, fetching it first if it is not here.

    Only models of the Qwen2 family. `whispera model use whispera-tiny` goes back.
    """
    _go_on_as("use", name, *([bits.value] if bits else []))


def _go_on_as(*arguments: str) -> None:
    # -P: a folder called `training` where we happen to be is not ours.
    program = (sys.executable, "-P", "-m", "training.choose")
    os.execv(sys.executable, [*program, *arguments])
