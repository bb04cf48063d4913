"""How long fitting takes here, guessed from how fast this machine multiplies."""

import json
import time
from pathlib import Path

from training.bases import own_adapter
from training.plan import Plan
from whisperad.weights import BLAS

# After `weights`, which chooses the BLAS that mlx binds when it is imported.
import mlx.core as mx  # isort: skip

ROW_TOKENS = 45  # of prompt and answer, padding included
ANSWER_SHARE = 0.3  # of those: the only ones that go through the output layer
OPERATIONS = 4  # a weight and token: forwards, and backwards for what is read
ASKING = 2  # more: forwards through what teaches
EFFICIENCY = 0.5  # of a bare product's speed that a whole iteration reaches
PROBE_S = 0.3
BLAS_NAME = BLAS.name


def fitting_s(base: Path, plan: Plan) -> float:
    """Guess how many seconds `plan` takes on this machine, within a factor of two."""
    config = json.loads((base / "config.json").read_text())
    hidden, layers = config["hidden_size"], config["num_hidden_layers"]
    # Attention and the three matrices of the MLP, in each layer, and the output.
    weights = layers * hidden * (3 * hidden + 3 * config["intermediate_size"])
    weights += ANSWER_SHARE * hidden * config["vocab_size"]
    tokens = plan.iterations * plan.batch * ROW_TOKENS
    each = OPERATIONS + (ASKING if own_adapter(base) else 0)
    operations: float = each * weights * tokens
    return operations / (EFFICIENCY * _speed(hidden))


def _speed(size: int) -> float:
    """Measure floating-point operations a second of products of a batch's size."""
    a, b = mx.ones((1024, size)), mx.ones((size, size))
    mx.eval(a, b)
    started, count = time.perf_counter(), 0
    while (took := time.perf_counter() - started) < PROBE_S:
        mx.eval(a @ b)
        count += 1
    return 2 * 1024 * size * size * count / took
