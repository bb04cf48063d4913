"""A model of the shape of Qwen2.5-0.5B-Instruct with random weights.

It understands nothing, but takes the disk, the memory and the time of the real one.
"""

import itertools
import json
from pathlib import Path

import mlx.core as mx
from tokenizers import Tokenizer

from tests.tiny_base import tokenizer
from training.tokenizer import write_tokenizer
from whisperad.prompt import SPECIAL_TOKENS

HIDDEN, INNER, LAYERS = 896, 4864, 24
KEYS_AND_VALUES = 128  # outputs of two heads of 64
VOCABULARY = 151_936
TOKENS = 151_643  # besides the special ones; the embedding has some rows more
CONFIG = {
    "model_type": "qwen2",
    "architectures": ["Qwen2ForCausalLM"],
    "torch_dtype": "bfloat16",
    "hidden_size": HIDDEN,
    "intermediate_size": INNER,
    "num_hidden_layers": LAYERS,
    "num_attention_heads": 14,
    "num_key_value_heads": 2,
    "max_position_embeddings": 32768,
    "rms_norm_eps": 1e-6,
    "rope_theta": 1000000.0,
    "tie_word_embeddings": True,
    "vocab_size": VOCABULARY,
}


def write(folder: Path) -> Path:
    """Write the folder, as large as the real one; the same one every time."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(CONFIG, indent=2) + "\n")
    write_tokenizer(_tokenizer(), folder)
    mx.random.seed(1)
    weights = {"model.embed_tokens.weight": _random(VOCABULARY, HIDDEN)}
    for number in range(LAYERS):
        weights |= _layer(f"model.layers.{number}")
    weights["model.norm.weight"] = mx.ones(HIDDEN, mx.bfloat16)
    file = str(folder / "model.safetensors")
    mx.save_safetensors(file, weights, metadata={"format": "pt"})
    return folder


def _layer(place: str) -> dict[str, mx.array]:
    attention = {"q": HIDDEN, "k": KEYS_AND_VALUES, "v": KEYS_AND_VALUES}
    weights = {
        f"{place}.mlp.gate_proj.weight": _random(INNER, HIDDEN),
        f"{place}.mlp.up_proj.weight": _random(INNER, HIDDEN),
        f"{place}.mlp.down_proj.weight": _random(HIDDEN, INNER),
        f"{place}.self_attn.o_proj.weight": _random(HIDDEN, HIDDEN),
    }
    for name, outputs in attention.items():
        weights[f"{place}.self_attn.{name}_proj.weight"] = _random(outputs, HIDDEN)
        weights[f"{place}.self_attn.{name}_proj.bias"] = _random(outputs)
    for norm in ("input_layernorm", "post_attention_layernorm"):
        weights[f"{place}.{norm}.weight"] = mx.ones(HIDDEN, mx.bfloat16)
    return weights


def _random(*shape: int) -> mx.array:
    drawn: mx.array = mx.random.normal(shape) * shape[-1] ** -0.5
    return drawn.astype(mx.bfloat16)


def _tokenizer() -> Tokenizer:
    """Give a tokenizer with as many tokens as the real one has.

    Most are pairs of pieces of words, and hardly come up: they are there for the time
    that going through all of them takes.
    """
    made = json.loads(tokenizer("gpt", 2000).to_str())
    model = made["model"]
    specials = set(SPECIAL_TOKENS)
    known = [token for token in model["vocab"] if token not in specials]
    pieces = [token for token in known if token.isascii() and token.isalpha()]
    places = {token: place for place, token in enumerate(known)}
    merges = [list(pair) for pair in model["merges"]]
    while len(places) < TOKENS:
        # Pairs of what there is, then of those pairs.
        for left, right in itertools.product(reversed(pieces), repeat=2):
            if left + right not in places and len(places) < TOKENS:
                places[left + right] = len(places)
                merges.append([left, right])
        pieces = list(places)[-len(pieces) :]
    model["vocab"] = places | {t: TOKENS + n for n, t in enumerate(SPECIAL_TOKENS)}
    model["merges"] = merges
    for added in made["added_tokens"]:
        added["id"] = model["vocab"][added["content"]]
    return Tokenizer.from_str(json.dumps(made))
