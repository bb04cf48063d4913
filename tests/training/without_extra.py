"""Print a report as it is where the extra `evaluate` is not installed."""

import sys
import tempfile
from pathlib import Path

# What Python finds there for libraries that are not installed: nothing.
sys.modules.update({"matplotlib": None, "sklearn": None})  # type: ignore[dict-item]

from tests.training import small_config  # noqa: E402  # not before the line above
from training import baselines, page  # noqa: E402
from training.evaluate import Answer  # noqa: E402
from training.generate import Generator  # noqa: E402
from whisperad.understanding import Understanding  # noqa: E402


def main() -> None:
    """Ask what is there about some rows and print the page."""
    with tempfile.TemporaryDirectory() as folder:
        catalogue, config = small_config.write(Path(folder) / "config")
        examples = Generator(catalogue, config, "test").examples(30, 1)
        answers = [Answer(e, Understanding((), 0.4), False) for e in examples]
        others = baselines.prepare(catalogue, config, 200, 0.05, lambda _: None)
        part = page.Part("rows", answers, others.tallies(answers, lambda _: None))
        around = page.Surroundings({}, 0.5, catalogue, {}, others.notes)
        sys.stdout.write(page.render([part], around))


if __name__ == "__main__":
    main()
