"""`whispera apps`: the applications that can be named, and what to say for them."""

from typing import Annotated

import typer

from client import apart, tables

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="See which applications can be named.",
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def apps() -> None:
    """See which applications can be named."""


@app.command()
def scan(
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """List the applications of this machine and your own names, and what to say.

    The daemon looks for them by itself: what is newly installed can be named at once.
    """
    answer = apart.ask("scan")
    found = apart.applications(answer)
    if as_json:
        print(tables.json_text({"count": len(found), **answer}))
        return
    print(tables.applications(found))
