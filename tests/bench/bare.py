"""The limit: one forward pass over the prompt and nothing else, in a process of its own.

For each line of utterances, as JSON, it writes a line with the milliseconds of each.
"""

import json
import sys
import time
from pathlib import Path

from whisperad.network import Network
from whisperad.prompt import PREFIX, SUFFIX
from whisperad.utterance import normalise
from whisperad.vocabulary import Vocabulary

IDS = tuple(range(100, 436))  # as many as there are actions to choose from


def main() -> None:
    """Read every utterance once and print how long each took."""
    folder = Path(sys.argv[1])
    vocabulary = Vocabulary((folder / "tokenizer.json").read_text())
    network = Network(folder, vocabulary.encode(PREFIX))
    network.use(None)
    network.keep_rows(IDS)
    for line in sys.stdin:
        times = []
        for utterance in json.loads(line):
            started = time.perf_counter()
            tokens = vocabulary.encode(normalise(utterance).text + SUFFIX)
            network.scores(network.read(tokens, len(tokens) - 1), [0], IDS)
            times.append((time.perf_counter() - started) * 1e3)
            network.forget(0)
        print(json.dumps(times), flush=True)


if __name__ == "__main__":
    main()
