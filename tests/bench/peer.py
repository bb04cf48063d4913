"""What the daemon is measured against: `mlx_lm.generate`, warm, in its own process.

Reads utterances as JSON from standard input, writes the milliseconds of each.
"""

import json
import os
import sys
import time
from pathlib import Path

from whisperad.blas import pick_blas
from whisperad.prompt import render
from whisperad.utterance import normalise

# mlx binds its BLAS when it is imported; this must have happened before.
pick_blas(os.environ.get("WHISPERA_BLAS"))

import mlx.core as mx  # noqa: E402
from mlx_lm import generate, load  # noqa: E402

MOST_TOKENS = 48


def main() -> None:
    """Answer every utterance and print how long each took."""
    folder = Path(sys.argv[1])
    adapter = folder / "adapter"
    model, tokenizer, *_ = load(
        str(folder), adapter_path=str(adapter) if adapter.is_dir() else None
    )
    if mx.default_device() == mx.Device(mx.cpu):
        model.set_dtype(mx.float32)
    times = []
    utterances = json.loads(sys.stdin.read())
    for utterance in [*utterances[:5], *utterances]:
        prompt = render(normalise(utterance))
        started = time.perf_counter()
        generate(model, tokenizer, prompt=prompt, max_tokens=MOST_TOKENS)
        times.append((time.perf_counter() - started) * 1e3)
    print(json.dumps(times[5:]))


if __name__ == "__main__":
    main()
