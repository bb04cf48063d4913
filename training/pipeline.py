"""The steps from config to a live adapter, each of them a command, and all at once."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console

from training import (
    adapter_page,
    adapters,
    fitting,
    lasting,
    promote,
    report,
    retrain,
    speed,
    telling,
)
from training import place as places
from training.bases import ground_hash
from training.hashes import wording_hash
from training.lock import alone
from training.place import Place
from training.plan import Plan, for_base
from training.steps import Steps
from whisperad.catalogue import SHIPPED
from whisperad.errors import BadConfig

app = typer.Typer()
console = Console()

LONG_S = 60.0  # what takes longer is announced

Rows = Annotated[int, typer.Option(help="Rows of the train split.", min=1)]
Seed = Annotated[int, typer.Option(help="Same config and seed, same dataset bytes.")]
Iters = Annotated[int | None, typer.Option(help="Iterations.", min=1)]
Batch = Annotated[int | None, typer.Option(help="Rows an iteration.", min=1)]
Layers = Annotated[int | None, typer.Option(help="Blocks, from the last; -1: all.")]
Rank = Annotated[int | None, typer.Option(help="Rank of the adapter.", min=1)]
Rate = Annotated[
    float | None, typer.Option(help="Learning rate at its highest.", min=1e-7, max=1.0)
]
Hosts = Annotated[
    Path | None, typer.Option(help="Several machines: a host file of mlx.launch.")
]
Force = Annotated[bool, typer.Option(help="Make it current though it is worse.")]


def _plan(
    base: Path,
    seed: int,
    iters: int | None,
    batch: int | None,
    layers: int | None,
    rank: int | None,
    rate: float | None,
) -> Plan:
    """Give the base's own plan, with what was asked for instead."""
    asked = {
        "iterations": iters,
        "batch": batch,
        "layers": layers,
        "rank": rank,
        "rate": rate,
    }
    changes = {name: value for name, value in asked.items() if value is not None}
    return msgspec.structs.replace(for_base(base), seed=seed, **changes)


@app.command()
def generate(rows: Rows = 24_000, seed: Seed = 1) -> None:
    """Write the dataset that the config describes, unless it is there already."""
    place = places.place()
    steps = Steps(console)
    with alone(place.adapters), steps.shown():
        dataset = _generate(place, steps, rows, seed)
    console.print(
        f"{rows} rows in {place.dataset}, hash {dataset.hash[:16]}; taught utterances"
        f" beside them: {len(place.taught)}",
        soft_wrap=True,
    )


@app.command()
def fit(
    iters: Iters = None,
    batch_size: Batch = None,
    num_layers: Layers = None,
    rank: Rank = None,
    rate: Rate = None,
    seed: Seed = 1,
    hosts: Hosts = None,
) -> None:
    """Fit an adapter to the dataset, or go on with it, without making it current."""
    place = places.place()
    dataset = retrain.read_dataset(place.dataset)
    if dataset is None:
        raise typer.BadParameter(f"{place.dataset}: no dataset; run generate first")
    if not retrain.is_drawn_from(dataset, SHIPPED, place.catalogue, place.taught):
        raise BadConfig(
            (
                f"{place.dataset}: drawn before packs or what was taught changed; run"
                " generate again",
            )
        )
    plan = _plan(place.base, seed, iters, batch_size, num_layers, rank, rate)
    steps = Steps(console)
    _warn("fitting", speed.fitting_s(place.base, plan))
    with alone(place.adapters), steps.shown():
        partial = _fit(place, steps, dataset, plan, hosts)
    console.print(f"fitted into {partial}; `whispera-train promote` measures it")


@app.command(name="promote")
def promote_fitted(force: Force = False) -> None:
    """Measure what `fit` left and make it current if it is no worse."""
    place = places.place()
    steps = Steps(console)
    with alone(place.adapters):
        before = telling.Links.read(place.adapters)
        with steps.shown():
            measured = _measure(place, steps, force)
        _tell_measured(measured, before)


@app.command()
def rollback() -> None:
    """Make the adapter before this one current again, and tell the daemon."""
    folder = places.place().adapters
    with alone(folder):
        before = telling.Links.read(folder)
        target = adapters.rollback(folder)
        told = telling.reload(before)
    console.print(f"current is {target.name} again; {told}", soft_wrap=True)


@app.command(name="retrain")
def all_steps(
    rows: Rows = 24_000,
    iters: Iters = None,
    batch_size: Batch = None,
    num_layers: Layers = None,
    rank: Rank = None,
    rate: Rate = None,
    seed: Seed = 1,
    hosts: Hosts = None,
    force: Force = False,
) -> None:
    """Generate, fit, measure, promote, reload; goes on where a stopped run was."""
    place = places.place()
    plan = _plan(place.base, seed, iters, batch_size, num_layers, rank, rate)
    steps = Steps(console)
    _warn(*lasting.all_steps(place.base, plan, rows))
    with alone(place.adapters):
        before = telling.Links.read(place.adapters)
        with steps.shown():
            dataset = _generate(place, steps, rows, seed)
            _fit(place, steps, dataset, plan, hosts)
            measured = _measure(place, steps, force)
        _tell_measured(measured, before)


def _generate(place: Place, steps: Steps, rows: int, seed: int) -> retrain.Dataset:
    total = rows + 2 * retrain.HELD_ROWS
    told = steps.counted("generate", total, "rows")
    dataset = retrain.generate(
        place.catalogue, SHIPPED, place.dataset, rows, seed, place.taught, told
    )
    steps.finish()
    return dataset


def _warn(what: str, seconds: float) -> None:
    """Say how long it will take, if that is long or could be less."""
    is_slow = speed.BLAS_NAME.startswith("reference")
    if seconds < LONG_S and not is_slow:
        return
    about = "a minute" if seconds < 1.5 * 60 else f"{seconds / 60:.0f} minutes"
    console.print(f"{what} takes about {about} on this machine", soft_wrap=True)
    if is_slow:
        console.print(
            "mlx multiplies with its reference BLAS here; with OpenBLAS (on Debian:"
            " libopenblas0) it would take a few minutes"
        )


def _fit(
    place: Place,
    steps: Steps,
    dataset: retrain.Dataset,
    plan: Plan,
    hosts: Path | None,
) -> Path:
    order = fitting.Order(*_ground(place), dataset.hash, plan)
    partial = fitting.begin(place.adapters, order)
    told = steps.fitted(plan.iterations, fitting.done(partial))
    fitting.fit(place.base, place.dataset, partial, plan, told, hosts)
    steps.finish()
    return partial


def _ground(place: Place) -> tuple[str, str, str]:
    """Give hashes of what an adapter is fitted to: base, catalogue and wording."""
    known = place.catalogue.hash
    return ground_hash(place.base), known, wording_hash(SHIPPED, known)


def _measure(place: Place, steps: Steps, force: bool) -> retrain.Measured:
    order = fitting.order(place.adapters)
    dataset = retrain.read_dataset(place.dataset)
    order.check(*_ground(place), dataset.hash if dataset else "")
    origin = promote.Origin(
        order.dataset, order.plan.seed, order.plan.iterations, place.taught
    )
    told = steps.counted("measure", retrain.MEASURED_ROWS, "rows")
    measured = retrain.measure_and_publish(
        place.base,
        place.adapters,
        place.catalogue,
        SHIPPED,
        origin,
        force=force,
        told=told,
    )
    steps.finish()
    return measured


def _tell_measured(measured: retrain.Measured, before: telling.Links) -> None:
    """Say what an adapter changes, and have the daemon serve it or say why not.

    Exits 1 if it is kept aside. Raises `BadAdapter` if the daemon refuses it.
    """
    report.show_change(console, measured.change)
    console.print(f"report: {measured.folder / adapter_page.FILE}", soft_wrap=True)
    if not measured.is_current:
        console.print(f"[red]kept aside:[/] {'; '.join(measured.faults)}")
        console.print(
            f"{measured.folder} (`whispera-train retrain --force` makes one current"
            " all the same)",
            soft_wrap=True,
        )
        raise typer.Exit(1)
    told = telling.reload(before)
    console.print(f"current is {measured.folder.name}; {told}", soft_wrap=True)
