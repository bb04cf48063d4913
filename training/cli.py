"""The `whispera-train` command: each step from config to adapter, and all at once."""

import os
import platform
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from training import adapters, baselines, page, promote, report, retrain, taught
from training import rows as own_rows
from training.dataset import Example
from training.evaluate import answer, confusions, score
from training.generate import Generator
from training.plan import Plan, for_base
from training.taught import Taught
from training.templates import none_phrases
from whisperad import catalogue as catalogues
from whisperad import settings as surroundings
from whisperad.catalogue import SHIPPED, Catalogue
from whisperad.errors import BadConfig, WhisperaError
from whisperad.model import Model

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)
console = Console()

_OWN = "test split: phrases that were never trained on"

Rows = Annotated[int, typer.Option(help="Rows of the train split.")]
Seed = Annotated[int, typer.Option(help="Same config and seed, same dataset bytes.")]


class _Place(msgspec.Struct, frozen=True):
    """Where this user's base, dataset and adapters are, and the catalogue."""

    base: Path
    dataset: Path
    adapters: Path
    catalogue: Catalogue

    @property
    def taught(self) -> Taught:
        """Read what the user taught. Raises `CannotKeep`."""
        return taught.examples(self.dataset.parent, self.catalogue)


def _place() -> _Place:
    settings = surroundings.read(os.environ)
    loaded = catalogues.load(SHIPPED, settings.config)
    chosen = surroundings.preferences(loaded.settings, settings.config)
    return _Place(
        surroundings.model_folder(settings, chosen),
        settings.data / "dataset",
        settings.data / "adapters",
        loaded,
    )


def _plan(base: Path, iters: int | None, seed: int) -> Plan:
    plan = msgspec.structs.replace(for_base(base), seed=seed)
    return msgspec.structs.replace(plan, iterations=iters) if iters else plan


@app.command()
def generate(rows: Rows = 60_000, seed: Seed = 1) -> None:
    """Write the dataset that the config describes."""
    place = _place()
    dataset = _generate(place, rows, seed)
    console.print(
        f"{rows} rows in {place.dataset}, hash {dataset.hash[:16]}; taught utterances"
        f" beside them: {len(place.taught)}",
        soft_wrap=True,
    )


@app.command()
def fit(iters: int | None = None, seed: Seed = 1) -> None:
    """Fit an adapter to the dataset, without making it current."""
    place = _place()
    if retrain.read_dataset(place.dataset) is None:
        raise typer.BadParameter(f"{place.dataset}: no dataset; run generate first")
    partial = adapters.fresh_partial(place.adapters)
    _fit(place, partial, _plan(place.base, iters, seed))
    console.print(f"fitted into {partial}; `whispera-train promote` measures it")


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
    place = _place()
    sets: dict[str, Iterable[Example]] = {
        str(path): own_rows.read(path, place.catalogue) for path in rows or ()
    }
    path = _writable(to or place.dataset.with_name("report.html"))
    generator = Generator(place.catalogue, SHIPPED, "test")
    test = taught.drawn(generator, count, promote.SEED, place.taught)
    with console.status("the model answers") as status:
        model = _served(place)
        own = page.Part(_OWN, answer(model, test))
        parts = [own, *(page.Part(t, answer(model, r)) for t, r in sets.items())]
        notes: list[str] = []
        if learnt:
            rate = score(own.answers, place.catalogue).false_actions
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


@app.command(name="promote")
def promote_fitted(force: bool = False) -> None:
    """Measure what `fit` left and make it current if it is no worse."""
    place = _place()
    _promote(place, Plan(), force)


@app.command()
def rollback() -> None:
    """Make the adapter before this one current again, and tell the daemon."""
    target = adapters.rollback(_place().adapters)
    console.print(f"current is {target.name} again; {retrain.tell_daemon()}")


@app.command(name="retrain")
def all_steps(
    rows: Rows = 60_000, iters: int | None = None, seed: Seed = 1, force: bool = False
) -> None:
    """Generate, fit, measure, promote, reload."""
    place = _place()
    with console.status("generating the dataset"):
        _generate(place, rows, seed)
    plan = _plan(place.base, iters, seed)
    _fit(place, adapters.fresh_partial(place.adapters), plan)
    _promote(place, plan, force)


@app.command()
def pretrain(
    folder: Path = Path("build/whispera-tiny"),
    threads: int = os.cpu_count() or 1,
    steps: int | None = None,
    seed: Seed = 1,
) -> None:
    """Train the embedded base from nothing (needs PyTorch); resumes where it was."""
    arguments = [sys.executable, "-m", "training.pretrain", str(folder), str(threads)]
    arguments += [str(seed), *([str(steps)] if steps else [])]
    os.execv(sys.executable, arguments)


def _generate(place: _Place, rows: int, seed: int) -> retrain.Dataset:
    return retrain.generate(
        place.catalogue, SHIPPED, place.dataset, rows, seed, place.taught
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


def _served(place: _Place) -> Model:
    """Give the model with the adapter that a daemon would serve."""
    model = Model(place.base)
    model.serve(place.catalogue)
    for adapter in (adapters.current(place.adapters), place.base / "adapter"):
        if adapter is not None and adapter.is_dir():
            model.use(model.load_adapter(adapter))
            break
    return model


def _around(place: _Place, model: Model, notes: list[str]) -> page.Surroundings:
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


def _fit(place: _Place, partial: Path, plan: Plan) -> None:
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("fitting", total=1.0)
        retrain.fit(
            place.base,
            place.dataset,
            partial,
            plan,
            lambda text, share: bar.update(task, description=text, completed=share),
        )


def _promote(place: _Place, plan: Plan, force: bool) -> None:
    dataset = retrain.read_dataset(place.dataset)
    origin = promote.Origin(
        dataset.hash if dataset else "", plan.seed, plan.iterations, place.taught
    )
    with console.status("measuring on rows whose phrases were not trained on"):
        folder, scores, faults = retrain.measure_and_publish(
            place.base, place.adapters, place.catalogue, SHIPPED, origin, force=force
        )
    report.show(console, scores, [])
    if faults and not force:
        console.print(f"[red]kept aside:[/] {'; '.join(faults)}")
        console.print(f"{folder} (`--force` makes it current all the same)")
        raise typer.Exit(1)
    console.print(f"current is {folder.name}; {retrain.tell_daemon()}")


def main() -> None:
    """Run the command; say what is wrong in one line and exit 1."""
    try:
        app()
    except WhisperaError as error:
        Console(stderr=True).print(str(error), markup=False)
        sys.exit(1)


if __name__ == "__main__":
    main()
