"""A model of the shape of Qwen2.5-0.5B-Instruct with random weights.

It understands nothing, but takes the disk, the memory and the time of the real one.
Run as a program it writes one, into the folder given.
"""

import itertools
import json
import sys
from pathlib import Path
from typing import NamedTuple

from tokenizers import Tokenizer

from tests.tiny_base import tokenizer
from training.tokenizer import write_tokenizer
from whisperad import weights as _blas_first  # noqa: F401  # mlx binds it when imported
from whisperad.prompt import SPECIAL_TOKENS

import mlx.core as mx  # isort: skip

SPECIAL = len(SPECIAL_TOKENS)


class Shape(NamedTuple):
    """The sizes of a base; by default those of Qwen2.5-0.5B-Instruct."""

    hidden: int = 896
    inner: int = 4864
    layers: int = 24
    heads: int = 14
    vocabulary: int = 151_936
    unused: int = 290  # rows of the embedding that are no token's

    def config(self) -> dict[str, object]:
        """Give what `config.json` says."""
        return {
            "model_type": "qwen2",
            "architectures": ["Qwen2ForCausalLM"],
            "torch_dtype": "bfloat16",
            "hidden_size": self.hidden,
            "intermediate_size": self.inner,
            "num_hidden_layers": self.layers,
            "num_attention_heads": self.heads,
            "num_key_value_heads": 2,
            "max_position_embeddings": 32768,
            "rms_norm_eps": 1e-6,
            "rope_theta": 1000000.0,
            "tie_word_embeddings": True,
            "vocab_size": self.vocabulary,
        }


QWEN = Shape()


def write(folder: Path, shape: Shape = QWEN) -> Path:
    """Write the folder, as large as the real one; the same one every time."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(shape.config(), indent=2)
    (folder / "config.json").write_text(text + "\n")
    tokens = shape.vocabulary - shape.unused - SPECIAL
    write_tokenizer(_tokenizer(tokens), folder)
    mx.random.seed(1)
    weights = {"model.embed_tokens.weight": _random(shape.vocabulary, shape.hidden)}
    for number in range(shape.layers):
        weights |= _layer(f"model.layers.{number}", shape)
    weights["model.norm.weight"] = mx.ones(shape.hidden, mx.bfloat16)
    file = str(folder / "model.safetensors")
    mx.save_safetensors(file, weights, metadata={"format": "pt"})
    return folder


def _layer(place: str, shape: Shape) -> dict[str, mx.array]:
    hidden, inner = shape.hidden, shape.inner
    keys_and_values = 2 * hidden // shape.heads
    attention = {"q": hidden, "k": keys_and_values, "v": keys_and_values}
    weights = {
        f"{place}.mlp.gate_proj.weight": _random(inner, hidden),
        f"{place}.mlp.up_proj.weight": _random(inner, hidden),
        f"{place}.mlp.down_proj.weight": _random(hidden, inner),
        f"{place}.self_attn.o_proj.weight": _random(hidden, hidden),
    }
    for name, outputs in attention.items():
        weights[f"{place}.self_attn.{name}_proj.weight"] = _random(outputs, hidden)
        weights[f"{place}.self_attn.{name}_proj.bias"] = _random(outputs)
    for norm in ("input_layernorm", "post_attention_layernorm"):
        weights[f"{place}.{norm}.weight"] = mx.ones(hidden, mx.bfloat16)
    return weights


def _random(*shape: int) -> mx.array:
    drawn: mx.array = mx.random.normal(shape) * shape[-1] ** -0.5
    return drawn.astype(mx.bfloat16)


def _tokenizer(count: int) -> Tokenizer:
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
    while len(places) < count:
        # Pairs of what there is, then of those pairs.
        for left, right in itertools.product(reversed(pieces), repeat=2):
            if left + right not in places and len(places) < count:
                places[left + right] = len(places)
                merges.append([left, right])
        pieces = list(places)[-len(pieces) :]
    model["vocab"] = places | {t: count + n for n, t in enumerate(SPECIAL_TOKENS)}
    model["merges"] = merges
    for added in made["added_tokens"]:
        added["id"] = model["vocab"][added["content"]]
    return Tokenizer.from_str(json.dumps(made))


if __name__ == "__main__":
    write(Path(sys.argv[1]))
