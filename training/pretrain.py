"""The embedded base, from nothing: Qwen2 trained on text our own generator makes.

Needs PyTorch (`pip install whispera[pretrain]`); the product itself does not. Fresh
examples are drawn for every step, seeded by the step, so a resumed run goes on where
it was. The learning rate is held and falls to nothing over the last third.
"""

import sys
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import msgspec
import torch
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)
from safetensors.torch import save_file
from tokenizers import Tokenizer
from torch.nn import functional

from training.batches import Drawn, Row, batches, pad, rows
from training.generate import Generator
from training.hashes import wording_hash
from training.tiny import Shape, Tiny
from training.tokenizer import train_tokenizer, write_tokenizer
from whisperad import catalogue
from whisperad.errors import BadConfig
from whisperad.prompt import PROMPT_VERSION, render, render_completion
from whisperad.utterance import normalise

SAMPLED = 0.15  # share of the words said that are counted at all
WARM_UP = 300  # steps
SAVED = 1000  # steps from one checkpoint to the next
FALL = 0.35  # of all steps, at the end

Forward = Callable[[torch.Tensor], torch.Tensor]


class Recipe(msgspec.Struct, frozen=True):
    """All that decides the weights, beside the config folder."""

    steps: int = 7500
    batch: int = 256
    vocabulary: int = 7168
    hidden_size: int = 256
    layers: int = 6
    intermediate_size: int = 704
    rate: float = 3e-3
    weight_decay: float = 0.05
    dropout: float = 0.1
    seed: int = 1


def pretrain(config: Path, folder: Path, recipe: Recipe, threads: int) -> None:
    """Train, writing checkpoints to `folder`, and leave a Qwen2 folder there."""
    torch.set_num_threads(threads)
    torch.manual_seed(recipe.seed)
    _record(folder, config, recipe)
    tokenizer = _tokenizer(config, folder, recipe)
    shape = Shape(
        tokenizer.get_vocab_size(),
        recipe.hidden_size,
        recipe.layers,
        intermediate_size=recipe.intermediate_size,
    )
    model = Tiny(shape, recipe.dropout)
    optimizers = _optimizers(model, recipe)
    first = _resume(folder, model, optimizers)
    forward: Forward = torch.compile(model, dynamic=True)
    plan = Drawn(recipe.steps, recipe.batch, recipe.seed)
    drawn = batches(config, folder / "tokenizer.json", plan, first)
    valid = list(rows(config, "valid", 2000, 7, tokenizer))
    with _progress() as bar:
        task = bar.add_task("", total=recipe.steps, completed=first)
        smooth = 0.0
        for step, batch in enumerate(islice(drawn, recipe.steps - first), first):
            rate = recipe.rate * _rate_share(step, recipe.steps)
            loss = _step(model, forward, optimizers, batch, rate)
            smooth = loss if step == first else 0.99 * smooth + 0.01 * loss
            bar.update(task, completed=step + 1, description=f"loss {smooth:.3f}")
            if (step + 1) % SAVED == 0 or step + 1 == recipe.steps:
                actions, exact = _score(model, valid)
                bar.console.print(
                    f"step {step + 1}: loss {smooth:.3f},"
                    f" valid action {actions:.1%}, exact {exact:.1%}"
                )
                _save(folder, model, optimizers, step + 1)
                export(model, shape, folder)


def _step(
    model: Tiny,
    forward: Forward,
    optimizers: list[torch.optim.Optimizer],
    batch: tuple[torch.Tensor, torch.Tensor],
    rate: float,
) -> float:
    """Learn from one batch; give its loss."""
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            group["lr"] = rate
    loss = _loss(model, forward, *batch)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    for optimizer in optimizers:
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
    return float(loss.item())


def export(model: Tiny, shape: Shape, folder: Path) -> None:
    """Write `config.json` and `model.safetensors` (float16)."""
    weights = {
        name: parameter.detach().to(torch.float16).contiguous()
        for name, parameter in model.named_parameters()
    }
    partial = folder / "model.safetensors.partial"
    save_file(weights, str(partial), metadata={"format": "mlx"})
    partial.replace(folder / "model.safetensors")
    text = msgspec.json.format(msgspec.json.encode(shape.config()), indent=2)
    (folder / "config.json").write_bytes(text)


def _tokenizer(config: Path, folder: Path, recipe: Recipe) -> Tokenizer:
    path = folder / "tokenizer.json"
    if not path.exists():
        loaded = catalogue.load(config)
        texts = [
            render(normalise(e.utterance)) + render_completion(e.intents)
            for e in Generator(loaded, config, "train").examples(150_000, recipe.seed)
        ]
        # Every action's id and slot names become single tokens, however rare.
        for action in loaded.actions.values():
            keys = "".join(f'","{slot}":"' for slot in action.slots)
            texts += [f'{{"action":"{action.id}{keys}'] * 2000
        write_tokenizer(train_tokenizer(texts, recipe.vocabulary), folder)
    return Tokenizer.from_file(str(path))


def _loss(
    model: Tiny, forward: Forward, tokens: torch.Tensor, weights: torch.Tensor
) -> torch.Tensor:
    """Cross-entropy over the answers and a sample of the words said.

    Logits cost as much as all blocks together, so they are made for few positions.
    """
    targets, weights = tokens[:, 1:], weights[:, 1:]
    counted = (weights == 1) | ((weights > 0) & (torch.rand(weights.shape) < SAMPLED))
    with torch.autocast("cpu", torch.bfloat16):
        states = forward(tokens[:, :-1])[counted]
        each = _cross_entropy(model.logits(states), targets[counted])
    return (each * weights[counted]).sum() / (weights == 1).sum()


@torch.compile(dynamic=True)
def _cross_entropy(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """(places, vocabulary) and (places) -> (places), in one pass over the logits."""
    return functional.cross_entropy(logits.float(), targets, reduction="none")


@torch.no_grad()
def _score(model: Tiny, given: list[Row]) -> tuple[float, float]:
    """Teacher-forced shares: the action right; every token of the answer right."""
    model.eval()
    actions = exact = 0
    for start in range(0, len(given), 100):
        some = given[start : start + 100]
        tokens, _ = pad(some)
        guesses = model.logits(model(tokens)).argmax(-1)
        for number, (ids, prompt) in enumerate(some):
            right = (
                guesses[number, prompt - 1 : len(ids) - 1]
                == tokens[number, prompt : len(ids)]
            )
            actions += bool(right[1])
            exact += bool(right.all())
    model.train()
    return actions / len(given), exact / len(given)


def _optimizers(model: Tiny, recipe: Recipe) -> list[torch.optim.Optimizer]:
    """Muon (arXiv:2502.16982) for the matrices inside blocks, AdamW for the rest."""
    inner = [p for n, p in model.named_parameters() if p.ndim == 2 and "layers" in n]
    rest = [p for n, p in model.named_parameters() if p.ndim != 2 or "layers" not in n]
    return [
        torch.optim.Muon(
            inner,
            lr=recipe.rate,
            weight_decay=recipe.weight_decay,
            adjust_lr_fn="match_rms_adamw",
        ),
        torch.optim.AdamW(
            rest, lr=recipe.rate, weight_decay=recipe.weight_decay, betas=(0.9, 0.98)
        ),
    ]


def _rate_share(step: int, steps: int) -> float:
    fall = min(1.0, (steps - step) / (FALL * steps))
    return min(1.0, (step + 1) / WARM_UP) * fall


def _resume(folder: Path, model: Tiny, optimizers: list[torch.optim.Optimizer]) -> int:
    path = folder / "checkpoint.pt"
    if not path.exists():
        return 0
    state = torch.load(path, weights_only=True)
    model.load_state_dict(state["model"])
    for optimizer, saved in zip(optimizers, state["optimizers"], strict=True):
        optimizer.load_state_dict(saved)
    return int(state["step"])


def _save(
    folder: Path, model: Tiny, optimizers: list[torch.optim.Optimizer], step: int
) -> None:
    partial = folder / "checkpoint.partial"
    torch.save(
        {
            "model": model.state_dict(),
            "optimizers": [optimizer.state_dict() for optimizer in optimizers],
            "step": step,
        },
        partial,
    )
    partial.replace(folder / "checkpoint.pt")


def _record(folder: Path, config: Path, recipe: Recipe) -> None:
    """Write `recipe.json`; a folder begun with another recipe is not gone on with.

    Raises `BadConfig` then.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "recipe.json"
    record = {
        **msgspec.structs.asdict(recipe),
        "prompt_version": PROMPT_VERSION,
        "wording": wording_hash(config, catalogue.load(config).hash),
    }
    text = msgspec.json.format(msgspec.json.encode(record), indent=2)
    if (folder / "checkpoint.pt").exists() and path.read_bytes() != text:
        raise BadConfig((f"{folder}: begun with another recipe or config; empty it",))
    path.write_bytes(text)


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(),
    )


def main() -> None:
    """Train as `python -m training.pretrain FOLDER THREADS SEED [STEPS]` asks."""
    folder, threads, seed = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    recipe = Recipe(seed=seed)
    if len(sys.argv) > 4:
        recipe = msgspec.structs.replace(recipe, steps=int(sys.argv[4]))
    pretrain(catalogue.SHIPPED, folder, recipe, threads)


if __name__ == "__main__":
    main()
