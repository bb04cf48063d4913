"""Fitting goes on where it was, in one process or in several."""

import json
import os
import resource
import socket
import subprocess
import sys
import time
from pathlib import Path
from subprocess import PIPE

import msgspec
import pytest
from tokenizers import Tokenizer

from tests import tiny_base
from training import fitting
from training.adapters import write_manifest
from training.dataset import Example, write
from training.feeding import tokenise
from training.plan import Plan
from whisperad.adapter import CONFIG, WEIGHTS, Manifest
from whisperad.errors import BadAdapter
from whisperad.intent import Intent
from whisperad.model import Model
from whisperad.prompt import END, PROMPT_VERSION, render, render_completion
from whisperad.utterance import normalise

pytestmark = pytest.mark.timeout(120)  # `mlx_lm` is loaded several times
PLAN = Plan(iterations=400, batch=4, layers=-1, rank=4, scale=1.0, rate=1e-3)


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """Give a small base."""
    return tiny_base.write_base(tmp_path / "tiny", hidden=64)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Give a dataset of one example, many times."""
    folder = tmp_path / "data"
    folder.mkdir()
    example = Example("mute", (Intent("mute"),), "mute")
    for split in ("train", "valid"):
        write([example] * 64, folder / f"{split}.jsonl")
    return folder


def ordered(dataset: str, plan: Plan) -> fitting.Order:
    """Give an order of some base, catalogue and wording."""
    return fitting.Order("base", "packs", "words", dataset, plan)


def _program(base: Path, data: Path, partial: Path, plan: Plan) -> list[str]:
    arguments = [str(base), str(data), str(partial), msgspec.json.encode(plan).decode()]
    return [sys.executable, "-m", "training.fit", *arguments]


def _killed(base: Path, data: Path, partial: Path, plan: Plan) -> int:
    """Fit up to a checkpoint, kill the process, give the iterations that are kept."""
    process = subprocess.Popen(
        _program(base, data, partial, plan),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while not fitting.done(partial):
        assert process.poll() is None
        time.sleep(0.01)
    process.kill()
    process.communicate()
    return fitting.done(partial)


def _serves(base: Path, partial: Path) -> bool:
    model = Model(base)
    write_manifest(partial, Manifest(base.name, model.hash, PROMPT_VERSION))
    model.use(model.load_adapter(partial))
    return model.adapter is not None


def test_a_killed_run_goes_on_from_its_last_checkpoint(
    base: Path, data: Path, tmp_path: Path
) -> None:
    partial = fitting.begin(tmp_path / "adapters", ordered("a", PLAN))
    done = _killed(base, data, partial, PLAN)
    before = len(fitting.losses(partial))
    again = fitting.begin(tmp_path / "adapters", ordered("a", PLAN))
    figures = fitting.fit(base, data, again, PLAN, lambda line: None)
    later = [f["iteration"] for f in figures[before:]]

    assert again == partial
    assert 0 < done < PLAN.iterations
    assert min(later) >= done
    assert max(later) == PLAN.iterations
    assert fitting.done(partial) == 0  # checkpoints are gone
    assert fitting.order(tmp_path / "adapters").plan == PLAN
    assert _serves(base, partial)


def test_a_checkpoint_cut_short_is_passed_over(
    base: Path, data: Path, tmp_path: Path
) -> None:
    partial = fitting.begin(tmp_path / "adapters", ordered("a", PLAN))
    done = _killed(base, data, partial, PLAN)
    latest = partial / f"checkpoint-{done + 100:06}.safetensors"
    latest.write_bytes(fitting.checkpoints(partial)[0][1].read_bytes()[:300])
    figures = fitting.fit(base, data, partial, PLAN, lambda line: None)

    assert figures[-1]["iteration"] == PLAN.iterations
    assert _serves(base, partial)


def test_another_order_begins_anew(tmp_path: Path) -> None:
    partial = fitting.begin(tmp_path, ordered("a", PLAN))
    (partial / "checkpoint-000020.safetensors").touch()
    fitting.begin(tmp_path, ordered("a", PLAN))
    kept = fitting.done(partial)
    fitting.begin(tmp_path, ordered("b", PLAN))

    assert kept == 20
    assert fitting.done(partial) == 0


def test_what_was_fitted_is_not_fitted_again(base: Path, tmp_path: Path) -> None:
    partial = fitting.begin(tmp_path, ordered("a", PLAN))
    (partial / WEIGHTS).touch()

    assert fitting.fit(base, tmp_path / "none", partial, PLAN, print) == []


def test_a_process_whose_parent_is_gone_ends(
    base: Path, data: Path, tmp_path: Path
) -> None:
    partial = fitting.begin(tmp_path, ordered("a", PLAN))
    plan = msgspec.structs.replace(PLAN, iterations=10**6)
    process = subprocess.Popen(
        _program(base, data, partial, plan),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while not fitting.losses(partial):
        time.sleep(0.01)
    assert process.stdin is not None
    process.stdin.close()

    assert process.wait(10) == 1


def test_what_went_wrong_is_said(base: Path, data: Path, tmp_path: Path) -> None:
    partial = fitting.begin(tmp_path, ordered("a", PLAN))
    (data / "train.jsonl").write_text("no row\n")

    with pytest.raises(BadAdapter, match=r"fitting ended with 1: .*train\.jsonl:1"):
        fitting.fit(base, data, partial, PLAN, lambda line: None)
    with pytest.raises(BadAdapter, match="not fitted to the end"):
        fitting.order(tmp_path)


def test_a_base_that_is_damaged_is_named(
    base: Path, data: Path, tmp_path: Path
) -> None:
    partial = fitting.begin(tmp_path, ordered("a", PLAN))
    weights = base / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])

    with pytest.raises(BadAdapter, match=f"fitting ended with 1: {base}: "):
        fitting.fit(base, data, partial, PLAN, lambda line: None)


def test_nothing_fitted_is_nothing_to_measure(tmp_path: Path) -> None:
    with pytest.raises(BadAdapter, match="nothing was fitted"):
        fitting.order(tmp_path)


def test_two_processes_fit_one_adapter(base: Path, data: Path, tmp_path: Path) -> None:
    """As on two machines: each takes half of every batch, the first one writes."""
    hosts = tmp_path / "hosts.json"
    here = {"ssh": "127.0.0.1", "ips": ["127.0.0.1"]}
    hosts.write_text(json.dumps([here, here]))
    plan = msgspec.structs.replace(PLAN, iterations=40)
    partial = fitting.begin(tmp_path / "two", ordered("a", plan))
    seen: list[float] = []
    figures = fitting.fit(
        base, data, partial, plan, lambda line: seen.append(line["iteration"]), hosts
    )
    iterations = [f["iteration"] for f in figures if "train_loss" in f]

    assert iterations == [20, 40]
    assert figures[-1]["trained_tokens"] == 40 * PLAN.batch * _answer_tokens(base)
    assert _serves(base, partial)


def test_two_machines_go_on_where_the_first_one_was(
    base: Path, data: Path, tmp_path: Path
) -> None:
    """Each has a folder of its own, and only the first one's has a checkpoint."""
    folders = [tmp_path / "first", tmp_path / "second"]
    plan = msgspec.structs.replace(PLAN, iterations=40)
    first = msgspec.structs.replace(plan, iterations=20)
    with subprocess.Popen(_program(base, data, folders[0], first), stdin=PIPE) as alone:
        assert alone.wait(60) == 0  # before its input is closed, which would end it
    (folders[0] / WEIGHTS).unlink()
    hosts = tmp_path / "hosts.json"
    hosts.write_text(json.dumps([[f"127.0.0.1:{port}"] for port in _ports()]))
    processes = [
        subprocess.Popen(
            _program(base, data, folder, plan),
            stdin=PIPE,
            stderr=PIPE,
            env={**os.environ, "MLX_RANK": str(rank), "MLX_HOSTFILE": str(hosts)},
        )
        for rank, folder in enumerate(folders)
    ]
    try:
        ended = [process.wait(90) for process in processes]
    finally:
        for process in processes:
            process.kill()
            process.communicate()

    assert ended == [0, 0]
    assert max(line["iteration"] for line in fitting.losses(folders[0])) == 40
    assert (folders[0] / WEIGHTS).exists()
    assert not (folders[1] / WEIGHTS).exists()


def _ports() -> list[int]:
    """Give two ports that nobody listens at."""
    with socket.socket() as one, socket.socket() as other:
        for each in (one, other):
            each.bind(("127.0.0.1", 0))
        return [one.getsockname()[1], other.getsockname()[1]]


def _answer_tokens(base: Path) -> int:
    tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
    completion = render_completion((Intent("mute"),))
    tokens, prompt = tokenise(tokenizer, "mute", completion)
    return len(tokens) - prompt


def test_an_adapter_works_in_mlx_lm(base: Path, data: Path, tmp_path: Path) -> None:
    """It says with the adapter what was learnt, and something else without it."""
    plan = msgspec.structs.replace(PLAN, iterations=200)
    partial = fitting.begin(tmp_path / "adapters", ordered("a", plan))
    fitting.fit(base, data, partial, plan, lambda line: None)
    config = json.loads((partial / CONFIG).read_text())
    learnt = render_completion((Intent("mute"),)).removesuffix(END)

    assert config["fine_tune_type"] == "lora"
    assert _generated(base, "--adapter-path", str(partial)) == learnt
    assert _generated(base) != learnt


def _generated(base: Path, *options: str) -> str:
    """Give what `mlx_lm.generate` says to a prompt as the daemon writes it."""
    prompt = render(normalise("mute"))
    done = subprocess.run(
        [
            *(sys.executable, "-m", "mlx_lm", "generate", "--model", str(base)),
            *("--ignore-chat-template", "--prompt", prompt, "--max-tokens", "16"),
            *("--verbose", "False", *options),
        ],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_full_disk_is_said_and_the_next_run_ends_well(
    base: Path, data: Path, tmp_path: Path
) -> None:
    plan = msgspec.structs.replace(PLAN, iterations=40)
    partial = fitting.begin(tmp_path / "adapters", ordered("a", plan))
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, most))
    try:
        with pytest.raises(BadAdapter, match=r"no room left in .*; free some, then"):
            fitting.fit(base, data, partial, plan, lambda line: None)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    fitting.fit(base, data, partial, plan, lambda line: None)

    assert _serves(base, partial)
