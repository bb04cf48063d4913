"""`whispera doctor`: check everything and say what to do about what is not well."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from typing import Annotated

import typer

from client import checkup, tables
from client.finding import Finding
from whisperad import wire

app = typer.Typer()


@app.command()
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """Check daemon, files, model and system, and give the next step for each trouble."""
    findings = checkup.check(os.environ)
    if as_json:
        print(tables.json_text({"checks": findings}))
    else:
        print(shown(findings))
    if any(finding.state == "failed" for finding in findings):
        raise typer.Exit(wire.EXIT_FAILED)


def shown(findings: Sequence[Finding]) -> str:
    """Give the findings as a table, each next step below what it is about."""
    rows: list[tuple[str, str, str]] = []
    for finding in findings:
        rows.append((finding.state, finding.name, tables.plain(finding.found)))
        if finding.next_step:
            rows.append(("", "", f"-> {tables.plain(finding.next_step)}"))
    lines = tables.columns(rows)
    counts = Counter(finding.state for finding in findings)
    lines += ["", ", ".join(f"{count} {state}" for state, count in counts.items())]
    return "\n".join(lines)
