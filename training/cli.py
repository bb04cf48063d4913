"""The `whispera-train` command: each step from config to adapter, and all at once."""

import os
import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from training import adapters, promote, report, retrain
from training.evaluate import answer, confusions, score
from training.generate import Generator
from training.plan import Plan, for_base
from whisperad import catalogue as catalogues
from whisperad import settings as surroundings
from whisperad.catalogue import SHIPPED, Catalogue
from whisperad.errors import WhisperaError
from whisperad.model import Model

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)
console = Console()

Rows = Annotated[int, typer.Option(help="Rows of the train split.")]
Seed = Annotated[int, typer.Option(help="Same config and seed, same dataset bytes.")]


class _Place(msgspec.Struct, frozen=True):
    """Where this user's base, dataset and adapters are, and the catalogue."""

    base: Path
    dataset: Path
    adapters: Path
    catalogue: Catalogue


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
    dataset = retrain.generate(place.catalogue, SHIPPED, place.dataset, rows, seed)
    console.print(f"{rows} rows in {place.dataset}, hash {dataset.hash[:16]}")


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
    rows: Annotated[int, typer.Option(help="Rows of the test split.")] = 4000,
) -> None:
    """Score the adapter that is served, on the test split, through the served path."""
    place = _place()
    model = Model(place.base)
    model.serve(place.catalogue)
    for adapter in (adapters.current(place.adapters), place.base / "adapter"):
        if adapter is not None and adapter.is_dir():
            model.use(model.load_adapter(adapter))
            break
    examples = Generator(place.catalogue, SHIPPED, "test").examples(rows, promote.SEED)
    answers = answer(model, examples)
    report.show(console, score(answers, place.catalogue), confusions(answers))


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
        retrain.generate(place.catalogue, SHIPPED, place.dataset, rows, seed)
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
    origin = promote.Origin(dataset.hash if dataset else "", plan.seed, plan.iterations)
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
