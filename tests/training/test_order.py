"""What was fitted, or half fitted, is only for what it was fitted to."""

from pathlib import Path

import msgspec
import pytest

from training import fitting
from training.plan import Plan
from whisperad.adapter import WEIGHTS
from whisperad.errors import BadAdapter

_ORDER = fitting.Order(
    "base",
    "packs",
    "words",
    "data",
    Plan(400, batch=4, layers=-1, rank=4, scale=1.0, rate=1e-3),
)


def test_what_was_fitted_is_for_what_it_was_fitted_to(tmp_path: Path) -> None:
    partial = fitting.begin(tmp_path, _ORDER)
    (partial / WEIGHTS).touch()
    order = fitting.order(tmp_path)
    order.check("base", "packs", "words", "data")

    with pytest.raises(
        BadAdapter, match=r"other base \(base\).*\(new\); run fit again"
    ):
        order.check("new", "packs", "words", "data")
    with pytest.raises(BadAdapter, match=r"another catalogue .*; run generate and fit"):
        order.check("base", "new", "words", "data")
    with pytest.raises(BadAdapter, match=r"another wording .*; run generate and fit"):
        order.check("base", "packs", "new", "data")
    with pytest.raises(BadAdapter, match=r"another dataset \(data\).*now \(none\)"):
        order.check("base", "packs", "words", "")


@pytest.mark.parametrize("what", ["base", "catalogue", "wording", "dataset"])
def test_a_run_is_gone_on_with_only_on_the_same_ground(
    tmp_path: Path, what: str
) -> None:
    partial = fitting.begin(tmp_path, _ORDER)
    (partial / "checkpoint-000020.safetensors").touch()
    fitting.begin(tmp_path, _ORDER)
    kept = fitting.done(partial)
    fitting.begin(tmp_path, msgspec.structs.replace(_ORDER, **{what: "new"}))

    assert kept == 20
    assert fitting.done(partial) == 0
