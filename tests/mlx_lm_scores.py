"""What mlx-lm itself makes of tokens, for ours to be compared with."""

import json
from collections.abc import Sequence
from pathlib import Path

from tests.programs import run_script
from whisperad.decode import Scores

# Run in a process of its own: it imports all of mlx-lm. Prints logits as JSON.
_SCRIPT = """
import json, sys
import mlx.core as mx
from mlx_lm.utils import load_model, load_adapters
folder, adapter, dense, tokens = json.loads(sys.argv[1])
from pathlib import Path
model, _ = load_model(Path(folder))
if adapter:
    model = load_adapters(model, adapter)
if dense:
    model.set_dtype(mx.float32)
print(json.dumps(model(mx.array([tokens]))[0].astype(mx.float32).tolist()))
"""


def scores(
    folder: Path,
    tokens: Sequence[int],
    ids: Sequence[int],
    adapter: Path | None = None,
    *,
    dense: bool = True,
) -> Scores:
    """Score `ids` as the next after each of the tokens; `dense` computes in float32."""
    path = None if adapter is None else str(adapter)
    rows = json.loads(run_script(_SCRIPT, str(folder), path, dense, list(tokens)))
    return [[row[i] for i in ids] for row in rows]
