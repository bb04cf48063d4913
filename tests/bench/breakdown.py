"""`make bench-qwen`: where the time of an answer goes, in a base of any shape.

A whole model answers utterances under Python's profiler; the layers are then timed one
kind after the other, over as many tokens. Reads the base twice, but not at a time.
"""

import argparse
import cProfile
import gc
import pstats
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from tests.bench import table
from tests.bench.figures import Judged, Row, judge
from training.generate import Generator
from whisperad import catalogue as catalogues
from whisperad import weights
from whisperad.catalogue import SHIPPED
from whisperad.learnt import learn
from whisperad.model import Model
from whisperad.prompt import PREFIX, SUFFIX
from whisperad.utterance import normalise
from whisperad.vocabulary import Vocabulary
from whisperad.weights import BLAS, KVCache

# After `weights`, which chooses the BLAS that mlx binds when it is imported.
import mlx.core as mx  # isort: skip

SEED = 31
WARM_UP = 2  # answers, and passes, that do not count
PASSES = 8  # of each length and part
WHOLE = "an answer, mean"
# What the profiler's functions belong to, by their file or, of compiled ones, name.
PARTS = (
    ("tokenizer", ("tokenize_str",)),
    (
        "grammar",
        (
            "LLMatcher",
            "LLTokenizer",
            "llguidance",
            "/whisperad/grammar.py",
            "/whisperad/spans.py",
            "/whisperad/vocabulary.py",
        ),
    ),
    ("drafts", ("/whisperad/guess.py", "/whisperad/draft.py", "/whisperad/decode.py")),
    # The profiler sees into no call of mlx: the network is where its results are read.
    ("layers: mlx", ("/whisperad/network.py",)),
    ("layers: Python that says what mlx is to do", ("/mlx/", "/mlx_lm/")),
)
REST = "all other Python"


def main() -> int:
    """Measure, print, and write what `--json` asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20, help="utterances")
    parser.add_argument("--model", type=Path, required=True, help="a base")
    parser.add_argument("--passes", type=float, default=1.5, help="of a trained one")
    parser.add_argument("--json", type=Path, help="where to write the table")
    given = parser.parse_args()
    machine, date = table.machine(), table.now()
    rows = [*answers(given.model, given.rows), *passes(given.model, given.passes)]
    options = {"rows": given.rows, "passes": str(given.passes)}
    report = table.Report(
        date,
        machine,
        table.versions(),
        BLAS.name,
        given.model.name,
        options,
        shares(rows),
    )
    table.show(report)
    if given.json:
        table.save(report, given.json)
    return 0


def shares(rows: Sequence[Row]) -> list[Judged]:
    """Hold each part of an answer, or of a pass, against the whole of it."""
    whole = ""
    against = {}
    for row in rows:
        if not row.name.startswith(" "):
            whole = row.name
        elif row.unit == "ms":
            against[row.name] = whole
    return judge(rows, (), against)


def answers(base: Path, count: int) -> list[Row]:
    """Answer utterances and say what the time of an answer went to."""
    catalogue = catalogues.load(SHIPPED)
    generator = Generator(catalogue, SHIPPED, "test")
    drawn = generator.examples(WARM_UP + count, SEED)
    said = [normalise(example.utterance) for example in drawn]
    model = Model(base)
    model.serve(catalogue)
    model.served().guesser.use(learn(catalogue))
    for utterance in said[:WARM_UP]:
        model.understand(utterance)
    profile = cProfile.Profile()
    understood = []
    started = time.perf_counter()
    for utterance in said[WARM_UP:]:
        with profile:
            understood.append(model.understand(utterance))
    whole = (time.perf_counter() - started) * 1e3 / count
    parts = _parts(pstats.Stats(profile), count)
    made = [found.passes for found in understood]
    size = model.bytes / 1e6
    del model
    gc.collect()
    return [
        Row("weights", size, "MB"),
        Row(WHOLE, whole, note=f"of {count}"),
        *(Row(f"  {name}", taken) for name, taken in parts.items()),
        Row("passes an answer, mean", statistics.fmean(made), ""),
    ]


def _parts(stats: pstats.Stats, count: int) -> dict[str, float]:
    """Add the time inside of functions up, by the part that they belong to."""
    parts = dict.fromkeys([*(name for name, _ in PARTS), REST], 0.0)
    for (file, _, function), (_, _, own, _, _) in stats.stats.items():  # type: ignore[attr-defined]  # the only way to the files
        parts[_part(f"{file} {function}")] += own * 1e3 / count
    return parts


def _part(place: str) -> str:
    for name, marks in PARTS:
        if any(mark in place for mark in marks):
            return name
    return REST


class _Pass:
    """A pass over a usual prompt after the prefix, whole and by its parts."""

    def __init__(self, base: Path) -> None:
        vocabulary = Vocabulary((base / "tokenizer.json").read_text())
        self.prompt = vocabulary.encode(
            "could you open the text editor for me" + SUFFIX
        )
        is_cpu = mx.default_device() == mx.Device(mx.cpu)
        self._layers = weights.load(base, dense=is_cpu)
        if is_cpu:
            weights.widen(self._layers)
        mx.disable_compile()
        prefix = vocabulary.encode(PREFIX)
        self._read = len(prefix)
        self._memory = [KVCache() for _ in self._layers.layers]
        mx.eval(self._layers.model(mx.array([prefix]), self._memory))
        mx.eval([layer.state for layer in self._memory])
        self._tokens = mx.array([self.prompt])
        self._states = self.embed()
        mx.eval(self._states)
        self._chosen = mx.array(list(range(100, 436)))  # as many rows as actions

    def whole(self) -> mx.array:
        """Read the prompt and score the actions."""
        read = self._layers.model(self._tokens, self._memory)
        return self._forgetting(self._of_chosen(read))

    def embed(self) -> mx.array:
        """Look the tokens up."""
        found: mx.array = self._layers.model.embed_tokens(self._tokens)
        return found

    def through_blocks(self) -> mx.array:
        """Take what was looked up through all blocks."""
        done = self._states
        for block, kept in zip(self._layers.model.layers, self._memory, strict=True):
            done = block(done, "causal", kept)
        return self._forgetting(done)

    def score_chosen(self) -> mx.array:
        """Score the actions alone."""
        return self._of_chosen(self._states)

    def score_all(self) -> mx.array:
        """Score the whole vocabulary."""
        scores: mx.array = self._layers.model.embed_tokens.as_linear(
            self._states[:, -1:]
        )
        return scores

    def read(self, number: int) -> mx.array:
        """Read so many tokens."""
        some = mx.array([(self.prompt * 32)[:number]])
        return self._forgetting(self._layers.model(some, self._memory))

    def _of_chosen(self, states: mx.array) -> mx.array:
        scores: mx.array = (
            states[0, -1:] @ self._layers.model.embed_tokens(self._chosen).T
        )
        return scores

    def _forgetting(self, done: mx.array) -> mx.array:
        """Give what was done, and remember the prefix alone."""
        mx.eval(done)
        for layer in self._memory:
            layer.trim(layer.offset - self._read)
        return done


def passes(base: Path, trained: float) -> list[Row]:
    """Time one pass over a usual prompt, whole and by parts, and more tokens at once."""
    one = _Pass(base)
    taken = _taken(one.whole)
    rows = [
        Row(f"a pass over {len(one.prompt)} tokens, p50", taken),
        Row("  embedding", _taken(one.embed)),
        Row("  blocks", _taken(one.through_blocks)),
        Row("  logits of the actions alone", _taken(one.score_chosen)),
        Row(
            "  logits of the whole vocabulary, which no pass of ours needs",
            _taken(one.score_all),
        ),
    ]
    for number in (1, 8, 16, 32):
        name = f"a pass over {number} tokens, without logits"
        rows.append(Row(name, _taken(partial(one.read, number))))
    name = f"so {trained:g} passes, as of a trained base, would take"
    return [*rows, Row(name, trained * taken, note="reckoned, not measured")]


def _taken(work: Callable[[], mx.array]) -> float:
    times = []
    for _ in range(WARM_UP + PASSES):
        started = time.perf_counter()
        mx.eval(work())
        times.append((time.perf_counter() - started) * 1e3)
    return statistics.median(times[WARM_UP:])


if __name__ == "__main__":
    sys.exit(main())
