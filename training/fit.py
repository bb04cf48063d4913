"""Examples -> adapter folder: LoRA (arXiv:2106.09685) with mlx-lm's own tuner.

Run in a process of its own: the tuner changes classes and memory limits for good.
The loss counts the answer's tokens only.
"""

import functools
import json
import os
import platform
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from tokenizers import Tokenizer

from training import lessons, quick
from training.bases import own_adapter
from training.feeding import Rows, batches
from training.fitting import LOSSES, checkpoints
from training.plan import Plan
from whisperad.adapter import WEIGHTS
from whisperad.errors import BadAdapter, WhisperaError

# After `quick`, which has the BLAS chosen that mlx binds when it is imported.
import mlx.core as mx  # isort: skip
from mlx import optimizers as optim  # isort: skip
from mlx.nn.layers.base import Module  # isort: skip
from mlx.utils import tree_flatten, tree_map  # isort: skip
from mlx_lm.models import qwen2  # isort: skip
from mlx_lm.tuner.callbacks import TrainingCallback  # isort: skip
from mlx_lm.tuner.trainer import TrainingArgs, train  # isort: skip
from mlx_lm.tuner.utils import linear_to_lora_layers  # isort: skip
from mlx_lm.utils import dequantize_model, load_model  # isort: skip

REPORTED = 20  # iterations from one report, and one checkpoint, to the next
MAX_TOKENS = 512  # of prompt and answer together; ours have some thirty
KEYS = (
    "self_attn.q_proj",
    "self_attn.k_proj",
    "self_attn.v_proj",
    "self_attn.o_proj",
    "mlp.gate_proj",
    "mlp.up_proj",
    "mlp.down_proj",
)


def fit(base: Path, data: Path, folder: Path, plan: Plan) -> None:
    """Fit an adapter to `data/train.jsonl` and write its weights into `folder`.

    Goes on from the last checkpoint there. Leaves `adapter_config.json` and, at the
    very end, `adapters.safetensors`; the manifest comes later, when the adapter has
    been measured. Under `mlx.launch` each process takes its share of every batch and
    the first one writes. Raises `BadAdapter` if the base is no folder that mlx-lm can
    load.
    """
    world = mx.distributed.init()
    mx.random.seed(plan.seed)
    model = _loaded(base)
    tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
    rows = {
        name: Rows(data / f"{name}.jsonl", tokenizer) for name in ("train", "valid")
    }
    model.freeze()
    parameters = _adapt(model, plan)
    own = own_adapter(base)
    if own:
        lessons.begin(model, own, plan.scale)
    folder.mkdir(parents=True, exist_ok=True)
    done = _shared(world, model, _resume(model, folder) if world.rank() == 0 else 0)
    np.random.seed(plan.seed + done)  # the tuner draws batches by it
    if world.rank() == 0:
        _write_config(folder, plan, parameters)
    partial = folder / "weights.partial.safetensors"
    train(
        model,
        optim.AdamW(learning_rate=_schedule(plan, done), weight_decay=0.01),
        rows["train"],
        rows["valid"],
        _arguments(plan, done, partial),
        loss=functools.partial(
            quick.answer_loss, aim=lessons.aim(_loaded(base), own) if own else None
        ),
        iterate_batches=_batches,
        training_callback=_Reports(model, folder, done, is_first=world.rank() == 0),
    )
    if world.rank() == 0:
        partial.replace(folder / WEIGHTS)


def _arguments(plan: Plan, done: int, file: Path) -> TrainingArgs:
    return TrainingArgs(
        batch_size=plan.batch,
        iters=plan.iterations - done,
        val_batches=16,
        steps_per_report=REPORTED,
        steps_per_eval=max(1, plan.iterations // 4),
        steps_per_save=plan.iterations + 1,  # checkpoints are ours
        max_seq_length=MAX_TOKENS,
        adapter_file=str(file),
    )


def _resume(model: Module, folder: Path) -> int:
    """Load the latest checkpoint that can be; give the iterations it has seen."""
    for number, path in checkpoints(folder):
        try:
            model.load_weights(str(path), strict=False)
            mx.eval(model.parameters())
        except (RuntimeError, ValueError):  # written to the half when it was killed
            continue
        return number
    return 0


def _shared(world: Any, model: Module, done: int) -> int:
    """Have all processes begin where the first one does: it alone keeps checkpoints."""
    if world.size() == 1:
        return done

    def of_first(value: mx.array) -> mx.array:
        given = value if world.rank() == 0 else mx.zeros_like(value)
        return mx.distributed.all_sum(given, group=world)

    model.update(tree_map(of_first, model.trainable_parameters()))
    counted = of_first(mx.array(float(done)))
    mx.eval(model.parameters(), counted)
    return round(float(counted))


def _loaded(base: Path) -> Module:
    """Load a base with mlx-lm. Raises `BadAdapter` if it cannot."""
    try:
        model, _config = load_model(base)
    except (OSError, RuntimeError, ValueError, KeyError) as error:
        raise BadAdapter(f"{base}: {error}") from error
    if mx.default_device() == mx.Device(mx.cpu):
        mx.disable_compile()  # it runs a C++ compiler, and gains nothing
        if platform.machine() == "x86_64":
            qwen2.swiglu = quick.swiglu  # type: ignore[attr-defined]  # imported there
        model = dequantize_model(model)
        model.set_dtype(mx.float32)  # nothing narrower reaches a fast BLAS there
    return model


def _write_config(folder: Path, plan: Plan, parameters: dict[str, Any]) -> None:
    """Write `adapter_config.json` as mlx-lm reads it."""
    config = {
        "fine_tune_type": "lora",
        "num_layers": plan.layers,
        "lora_parameters": parameters,
        "iters": plan.iterations,
        "batch_size": plan.batch,
        "seed": plan.seed,
    }
    (folder / "adapter_config.json").write_text(json.dumps(config, indent=2) + "\n")


def _schedule(plan: Plan, done: int) -> Callable[[mx.array], mx.array]:
    """Rise over the first twentieth, then fall as a cosine, from iteration `done` on."""
    rising = max(1, plan.iterations // 20)
    parts = [
        optim.linear_schedule(0.0, plan.rate, rising),
        optim.cosine_decay(plan.rate, plan.iterations - rising, plan.rate / 50),
    ]
    schedule = optim.join_schedules(parts, [rising])
    return lambda step: schedule(step + done)


def _adapt(model: Module, plan: Plan) -> dict[str, Any]:
    """Put LoRA layers into the last `plan.layers` blocks."""
    count = (
        len(model.layers) if plan.layers < 0 else min(plan.layers, len(model.layers))
    )
    parameters: dict[str, Any] = {
        "rank": plan.rank,
        "scale": plan.scale,
        "dropout": 0.0,
        "keys": list(KEYS),
    }
    linear_to_lora_layers(model, count, parameters)
    mx.eval(dict(tree_flatten(model.parameters())))
    return parameters


def _batches(
    dataset: Rows,
    batch_size: int,
    max_seq_length: int,
    *,
    loop: bool = False,
    comm_group: Any = None,
) -> Iterator[tuple[mx.array, ...]]:
    """Do what mlx-lm's function of this form does, in the batches of `feeding`.

    Gives the arrays of all parts of a batch, one after the other.
    """
    share = (comm_group.rank(), comm_group.size()) if comm_group else (0, 1)
    parts = len(quick.streams())
    for batch in batches(
        dataset, batch_size, max_seq_length, loop=loop, share=share, parts=parts
    ):
        yield tuple(mx.array(numbers) for part in batch for numbers in part)


class _Reports(TrainingCallback):
    """Writes the tuner's figures down, and checkpoints between them."""

    def __init__(
        self, model: Module, folder: Path, done: int, *, is_first: bool
    ) -> None:
        self._model = model
        self._folder = folder
        self._done = done
        self._is_first = is_first  # of all processes: the others write nothing

    def on_train_loss_report(self, train_info: dict[str, float]) -> None:
        """Report the loss on what was just trained, and keep what was learnt."""
        self._report(train_info)
        if self._is_first:
            self._keep(int(train_info["iteration"]) + self._done)

    def on_val_loss_report(self, val_info: dict[str, float]) -> None:
        """Report the loss on the valid split."""
        self._report(val_info)

    def _report(self, figures: dict[str, float]) -> None:
        if not self._is_first:
            return
        figures = {**figures, "iteration": figures["iteration"] + self._done}
        with (self._folder / LOSSES).open("a") as file:
            file.write(json.dumps(figures) + "\n")

    def _keep(self, iteration: int) -> None:
        path = self._folder / f"checkpoint-{iteration:06}.safetensors"
        partial = self._folder / "weights.partial.safetensors"
        weights = dict(tree_flatten(self._model.trainable_parameters()))
        mx.save_safetensors(str(partial), weights)
        partial.replace(path)
        for _, older in checkpoints(self._folder)[2:]:
            older.unlink()


def _end_with_parent() -> None:
    """End when nobody holds our standard input any more: who began it is gone."""
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os._exit(1)


def main() -> int:
    """Fit as `python -m training.fit BASE DATASET FOLDER PLAN` asks.

    Figures go into the folder, one JSON object a line: the tuner itself prints bars
    and colours.
    """
    threading.Thread(target=_end_with_parent, daemon=True).start()
    base, data, folder = (Path(argument) for argument in sys.argv[1:4])
    plan = msgspec.json.decode(sys.argv[4], type=Plan)
    try:
        fit(base, data, folder, plan)
    except WhisperaError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
