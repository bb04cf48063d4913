"""The `whispera-train` command: each step from config to adapter, and all at once."""

import os
import platform
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from training import (
    adapters,
    baselines,
    own_actions,
    page,
    pipeline,
    promote,
    report,
    room,
    taught,
)
from training import place as places
from training import rows as own_rows
from training.dataset import Example
from training.evaluate import answer, confusions, score
from training.generate import Generator
from training.place import Place
from training.templates import none_phrases
from whisperad.catalogue import SHIPPED, Catalogue
from whisperad.errors import BadConfig, WhisperaError
from whisperad.model import Model

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help=__doc__,
)
app.add_typer(pipeline.app)
console = Console()

_OWN = "test split: phrases that were never trained on"
_BUT = ", but for yours"


@app.command()
def evaluate(
    rows: Annotated[
        list[Path] | None, typer.Option(help="Rows of your own as well: JSON lines.")
    ] = None,
    count: Annotated[int, typer.Option(help="Rows of the test split.", min=1)] = 4000,
    learnt: Annotated[
        int,
        typer.Option(
            "--baseline-rows", help="Rows that baselines learn from; 0: none."
        ),
    ] = baselines.LEARNT,
    to: Annotated[
        Path | None,
        typer.Option("--report", help="Where the report goes; else the data folder."),
    ] = None,
) -> None:
    """Score the adapter that is served and baselines beside it; write a report."""
    place = places.place()
    sets: dict[str, Iterable[Example]] = {
        str(path): own_rows.read(path, place.catalogue) for path in rows or ()
    }
    path = _writable(to or place.dataset.with_name("report.html"))
    test, mine = _drawn(place, count)
    if mine:
        sets[f"your own actions, rows {own_actions.SAID}"] = mine
    with console.status("the model answers") as status:
        model = _served(place)
        split = page.Part(_OWN + _BUT * bool(mine), answer(model, test))
        parts = [split, *(page.Part(t, answer(model, r)) for t, r in sets.items())]
        notes: list[str] = []
        if learnt:
            rate = score(split.answers, place.catalogue).false_actions
            others = baselines.prepare(
                place.catalogue, SHIPPED, learnt, rate, status.update
            )
            notes = others.notes
            parts = [
                page.Part(p.title, p.answers, others.tallies(p.answers, status.update))
                for p in parts
            ]
        path.write_text(page.render(parts, _around(place, model, notes)))
    for part in parts:
        _tell(part, place.catalogue)
    console.print(f"\nreport: {path}", soft_wrap=True)


@app.command()
def pretrain(
    folder: Path = Path("build/whispera-tiny"),
    threads: int = os.cpu_count() or 1,
    steps: int | None = None,
    seed: pipeline.Seed = 1,
) -> None:
    """Train the embedded base from nothing (needs PyTorch); resumes where it was."""
    arguments = [sys.executable, "-m", "training.pretrain", str(folder), str(threads)]
    arguments += [str(seed), *([str(steps)] if steps else [])]
    os.execv(sys.executable, arguments)


def _drawn(place: Place, count: int) -> tuple[Iterable[Example], list[Example]]:
    """Draw rows of the test split, and rows of the user's own actions."""
    drawing = Generator(place.catalogue, SHIPPED, "test")
    own = own_actions.ids(place.catalogue, SHIPPED)
    return (
        taught.drawn(drawing, count, promote.SEED, place.taught),
        own_actions.examples(drawing, own, place.taught),
    )


def _writable(path: Path) -> Path:
    """Give back a path that a file can be written to. Raises `BadConfig`."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.open("ab").close()
    except OSError as error:
        raise BadConfig((f"{path}: {error.strerror}",)) from error
    return path


def _tell(part: page.Part, catalogue: Catalogue) -> None:
    """Print the main figures of some rows."""
    console.print(f"\n{part.title}", style="bold", markup=False)
    report.show(console, score(part.answers, catalogue), confusions(part.answers))
    if part.tallies:
        report.show_tallies(console, part.tallies)


def _served(place: Place) -> Model:
    """Give the model with the adapter that a daemon would serve."""
    model = Model(place.base)
    model.serve(place.catalogue)
    for adapter in (adapters.current(place.adapters), place.base / "adapter"):
        if adapter is not None and adapter.is_dir():
            model.use(model.load_adapter(adapter))
            break
    return model


def _around(place: Place, model: Model, notes: list[str]) -> page.Surroundings:
    """Say what a report needs to say beside the scores."""
    facts = {
        "written": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "base": model.base,
        "adapter": model.adapter.name if model.adapter else "none",
        "fitted": model.adapter.manifest.created if model.adapter else "",
        "config": f"{len(place.catalogue.actions)} actions in"
        f" {len(place.catalogue.packs)} packs, hash {place.catalogue.hash}",
        "machine": f"{platform.system()} {platform.machine()}",
    }
    files = {p.template: Path(p.file).stem for p in none_phrases(SHIPPED)}
    threshold = model.calibration.threshold
    return page.Surroundings(facts, threshold, place.catalogue, files, notes)


def main() -> None:
    """Run the command; say what is wrong in one line and exit 1."""
    try:
        app()
    except WhisperaError as error:
        _fail(str(error))
    except OSError as error:
        why = error.strerror or str(error)
        if why in room.FULL:
            _fail(room.none_left(error.filename or "the data folder", why))
        _fail(f"{error.filename or 'a file'}: {why}")


def _fail(message: str) -> NoReturn:
    Console(stderr=True).print(message, markup=False, soft_wrap=True)
    sys.exit(1)


if __name__ == "__main__":
    main()
