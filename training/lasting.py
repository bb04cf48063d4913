"""How long all steps of a retrain last here, guessed before they begin."""

from pathlib import Path

from training import speed
from training.plan import Plan
from training.retrain import HELD_ROWS, MEASURED_ROWS

DRAWN = 1000  # rows that one core draws in a second
ASKED = 120  # rows that are answered in a second, what the model multiplies left out
# Of what a row of training costs: forwards only, and hardly more than its own words.
ASKED_SHARE = 0.25


def all_steps(base: Path, plan: Plan, rows: int) -> tuple[str, float]:
    """Give what is done with the minutes of each step, and the seconds of all."""
    fit = speed.fitting_s(base, plan)
    a_row = fit / (plan.iterations * plan.batch)
    steps = {
        "generate": (rows + 2 * HELD_ROWS) / DRAWN,
        "fit": fit,
        "measure": MEASURED_ROWS * (1 / ASKED + ASKED_SHARE * a_row),
    }
    minutes = ", ".join(f"{name} {s / 60:.1f}" for name, s in steps.items())
    return f"all of it ({minutes})", sum(steps.values())
