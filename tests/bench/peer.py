"""What the daemon is measured against: `mlx_lm.generate`, warm, in its own process.

For each line of utterances, as JSON, it writes a line with the milliseconds of each.
"""

import json
import os
import sys
import time

from tests.bench.contenders import MOST_TOKENS
from whisperad.blas import pick_blas
from whisperad.prompt import render
from whisperad.utterance import normalise

# mlx binds its BLAS when it is imported; this must have happened before.
pick_blas(os.environ.get("WHISPERA_BLAS"))

from mlx_lm import generate, load  # noqa: E402


def main() -> None:
    """Answer every utterance and print how long each took."""
    model, tokenizer, *_ = load(sys.argv[1])
    for line in sys.stdin:
        times = []
        for utterance in json.loads(line):
            prompt = render(normalise(utterance))
            started = time.perf_counter()
            generate(model, tokenizer, prompt=prompt, max_tokens=MOST_TOKENS)
            times.append((time.perf_counter() - started) * 1e3)
        print(json.dumps(times), flush=True)


if __name__ == "__main__":
    main()
