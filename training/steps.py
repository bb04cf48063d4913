"""The steps from config to adapter on the terminal: one display, rates, time left."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from training.fitting import Figures


class _Rate(ProgressColumn):
    """How many of its things a step does in a second."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text(f"{speed:,.3g} {task.fields['unit']}/s" if speed else "")


class Steps:
    """A display of steps, each with a bar of its own."""

    def __init__(self, console: Console) -> None:
        self._bars = Progress(
            TextColumn("{task.description:32}"),
            BarColumn(24),
            MofNCompleteColumn(),
            _Rate(),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=console,
        )

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Show the display for as long as this lasts."""
        try:
            with self._bars:
                yield
        except KeyboardInterrupt:
            self._bars.console.print("stopped; the same command goes on from here")
            raise

    def counted(self, name: str, total: int, unit: str) -> Callable[[], None]:
        """Begin a step; call what is given for each of its things that is done."""
        task = self._bars.add_task(name, total=total, unit=unit)
        return lambda: self._bars.advance(task)

    def fitted(self, total: int, done: int) -> Callable[[Figures], None]:
        """Begin to fit; call what is given with each line of figures."""
        task = self._bars.add_task(
            "fit", total=total, completed=done, unit="iterations"
        )
        return lambda figures: self._fitted(task, figures)

    def finish(self) -> None:
        """Fill all bars: what was there already was not counted."""
        for task in self._bars.tasks:
            self._bars.update(task.id, completed=task.total)

    def _fitted(self, task: TaskID, figures: Figures) -> None:
        kind = "loss" if "train_loss" in figures else "held-out loss"
        loss = figures.get("train_loss", figures.get("val_loss", 0.0))
        text = f"fit: {kind} {loss:.3f}"
        self._bars.update(task, description=text, completed=figures["iteration"])
