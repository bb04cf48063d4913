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
    ("tokenizer", ("tokenizers.Tokenizer",)),
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
    model.served().guesser.learn()
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


def passes(base: Path, trained: float) -> list[Row]:
    """Time one pass over a usual prompt, whole and by parts, and more tokens at once."""
    vocabulary = Vocabulary((base / "tokenizer.json").read_text())
    prompt = vocabulary.encode("could you open the text editor for me" + SUFFIX)
    layers = weights.load(base, dense=mx.default_device() == mx.Device(mx.cpu))
    mx.disable_compile()
    prefix = vocabulary.encode(PREFIX)
    memory = [KVCache() for _ in layers.layers]
    mx.eval(layers.model(mx.array([prefix]), memory))
    mx.eval([layer.state for layer in memory])
    tokens = mx.array([prompt])
    states = layers.model.embed_tokens(tokens)
    mx.eval(states)
    chosen = mx.array(list(range(100, 436)))  # as many rows as there are actions

    def forgetting(work: Callable[[], mx.array]) -> Callable[[], mx.array]:
        def run() -> mx.array:
            done = work()
            mx.eval(done)
            for layer in memory:
                layer.trim(layer.offset - len(prefix))
            return done

        return run

    def through_blocks() -> mx.array:
        done: mx.array = states
        for block, kept in zip(layers.model.layers, memory, strict=True):
            done = block(done, "causal", kept)
        return done

    def whole() -> mx.array:
        read = layers.model(tokens, memory)[0, -1:]
        scores: mx.array = read @ layers.model.embed_tokens(chosen).T
        return scores

    taken = _taken(forgetting(whole))
    rows = [
        Row(f"a pass over {len(prompt)} tokens, p50", taken),
        Row("  embedding", _taken(lambda: layers.model.embed_tokens(tokens))),
        Row("  blocks", _taken(forgetting(through_blocks))),
        Row(
            "  logits of the actions alone",
            _taken(lambda: states[0, -1:] @ layers.model.embed_tokens(chosen).T),
        ),
        Row(
            "  logits of the whole vocabulary, which no pass of ours needs",
            _taken(lambda: layers.model.embed_tokens.as_linear(states[:, -1:])),
        ),
    ]
    for number in (1, 8, 16, 32):
        some = mx.array([(prompt * 32)[:number]])
        work = forgetting(partial(layers.model, some, memory))
        rows.append(Row(f"a pass over {number} tokens, without logits", _taken(work)))
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
