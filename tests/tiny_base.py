"""Small bases with random weights, adapters for them, and a catalogue to answer for.

They understand nothing, but everything about them is real: a folder that mlx-lm loads,
a byte-level BPE tokenizer with the special tokens of ChatML, LoRA weights.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import msgspec
import numpy as np
from safetensors.numpy import load_file, save_file
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

from training.tokenizer import train_tokenizer, write_tokenizer
from whisperad.action import Action, Phrase
from whisperad.adapter import CONFIG, MANIFEST, WEIGHTS, Calibration, Canary, Manifest
from whisperad.catalogue import Catalogue, Names
from whisperad.intent import NOT_A_COMMAND, Intent
from whisperad.pack import Slot
from whisperad.prompt import PROMPT_VERSION, SPECIAL_TOKENS, render, render_completion
from whisperad.utterance import normalise

# "words": blanks and punctuation are tokens of their own, as in the embedded base.
# "gpt": a word has its blank before it and punctuation runs together, as in Qwen's.
Style = Literal["words", "gpt"]

ALL_LINEARS = (
    "self_attn.q_proj",
    "self_attn.k_proj",
    "self_attn.v_proj",
    "self_attn.o_proj",
    "mlp.gate_proj",
    "mlp.up_proj",
    "mlp.down_proj",
)

_SIDE = Slot(
    "choice",
    values=("left", "right", "top left"),
    said={"left": ("left", "back"), "right": ("right", "forward")},
)
_SLOTS: dict[str, dict[str, Slot]] = {
    "mute": {},
    "mute_microphone": {},
    "shut_down": {},
    "open_app": {"target": Slot("app")},
    "set_volume": {"level": Slot("percent")},
    "snap_window": {"side": _SIDE},
    "rewind": {"direction": _SIDE, "duration": Slot("duration", optional=True)},
    "set_timer": {"duration": Slot("duration"), "label": Slot("text", optional=True)},
    "send_message": {"contact": Slot("contact"), "text": Slot("text")},
    "audio_device": {"kind": Slot("choice", optional=True, values=("input", "output"))},
    "compress": {
        "source": Slot("path"),
        "output": Slot("path", optional=True),
        "format": Slot("choice", optional=True, values=("zip", "tar")),
    },
    "install": {
        "package": Slot("package", optional=True),
        "scope": Slot("choice", optional=True, values=("dev", "global")),
        "note": Slot("text", optional=True),
    },
}

_RULES = {"test.toml": {"start": "(open|launch|<again>)", "again": "<start> again"}}
_PHRASES = {
    "open_app": "<start> [up] [the] {target} [app]",
    "set_volume": "(set|turn) the volume to {level}",
    "rewind": "(skip|go) {direction} [by] {duration}",
    "set_timer": "set a timer for {duration} [called {label}]",
    "send_message": "(tell|message) {contact} {text}",
}

_SAID = (
    ("open candy crush please", Intent("open_app", {"target": "candy crush"})),
    ("set the volume to fifty percent", Intent("set_volume", {"level": "fifty"})),
    ("set a timer for ten minutes", Intent("set_timer", {"duration": "ten minutes"})),
    (
        "tell mum i'm late",
        Intent("send_message", {"contact": "mum", "text": "i'm late"}),
    ),
    ("mute", Intent("mute")),
    ("mute the microphone", Intent("mute_microphone")),
    ("put it on the left", Intent("snap_window", {"side": "left"})),
    ("zip ~/notes.txt", Intent("compress", {"source": "~/notes.txt", "format": "zip"})),
    ("what is the capital of france", NOT_A_COMMAND),
)

_GPT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def catalogue() -> Catalogue:
    """Give a catalogue with slots of all kinds."""
    actions = {name: _action(name, given) for name, given in _SLOTS.items()}
    return Catalogue(actions, {}, _RULES, Names({}, {}, {}, {}, {}, {}), {}, "0" * 16)


def _action(name: str, slots: dict[str, Slot]) -> Action:
    template = _PHRASES.get(name, name.replace("_", " "))
    phrases = (Phrase(template, {}, "test.toml"),)
    return Action(name, "test", "", slots, "safe", "daemon", False, None, phrases, {})


def tokenizer(style: Style = "words", vocabulary: int = 600) -> Tokenizer:
    """Train a tokenizer on a few rows of the kind that training makes."""
    rows = [render(normalise(said)) + render_completion((i,)) for said, i in _SAID]
    if style == "words":
        ids = [f'{{"action":"{name}"}}' for name in _SLOTS]
        return train_tokenizer((rows + ids) * 50, vocabulary)
    trained = Tokenizer(models.BPE())
    trained.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_GPT), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    trained.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=list(SPECIAL_TOKENS),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    trained.train_from_iterator(rows * 50, trainer)
    return trained


def write_base(
    folder: Path,
    *,
    style: Style = "words",
    hidden: int = 32,
    layers: int = 2,
    vocabulary: int = 600,
    tied: bool = True,
    seed: int = 1,
) -> Path:
    """Write a base folder with random weights in float16."""
    folder.mkdir(parents=True, exist_ok=True)
    made = tokenizer(style, vocabulary)
    write_tokenizer(made, folder)
    config = {
        "model_type": "qwen2",
        "vocab_size": made.get_vocab_size(),
        "hidden_size": hidden,
        "num_hidden_layers": layers,
        "intermediate_size": 2 * hidden,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "rms_norm_eps": 1e-6,
        "rope_theta": 10000.0,
        "tie_word_embeddings": tied,
    }
    (folder / "config.json").write_bytes(msgspec.json.encode(config))
    draw = np.random.default_rng(seed)

    def random(*shape: int) -> np.ndarray:
        return draw.normal(0, shape[-1] ** -0.5, shape).astype(np.float16)

    half, inner, vocab = hidden // 2, 2 * hidden, made.get_vocab_size()
    weights = {"model.embed_tokens.weight": 3 * random(vocab, hidden)}
    if not tied:
        weights["lm_head.weight"] = random(vocab, hidden)
    shapes = (
        *((hidden, hidden), (half, hidden), (half, hidden), (hidden, hidden)),
        *((inner, hidden), (inner, hidden), (hidden, inner)),
    )
    for layer in range(layers):
        place = f"model.layers.{layer}"
        for key, shape in zip(ALL_LINEARS, shapes, strict=True):
            weights[f"{place}.{key}.weight"] = random(*shape)
            if key.endswith(("q_proj", "k_proj", "v_proj")):
                weights[f"{place}.{key}.bias"] = random(shape[0])
        for norm in ("input_layernorm", "post_attention_layernorm"):
            weights[f"{place}.{norm}.weight"] = np.ones(hidden, np.float16)
    weights["model.norm.weight"] = np.ones(hidden, np.float16)
    save_file(weights, folder / "model.safetensors", metadata={"format": "mlx"})
    return folder


def write_adapter(
    folder: Path,
    base: Path,
    *,
    rank: int = 4,
    keys: Sequence[str] = ALL_LINEARS,
    layers: Sequence[int] = (0, 1),
    scale: float = 2.0,
    seed: int = 2,
    calibration: Calibration | None = None,
    canaries: tuple[Canary, ...] = (),
) -> Path:
    """Write an adapter with random weights for some linear layers of some blocks."""
    folder.mkdir(parents=True, exist_ok=True)
    linears = load_file(base / "model.safetensors")
    draw = np.random.default_rng(seed)
    weights = {}
    for layer in layers:
        for key in keys:
            path = f"model.layers.{layer}.{key}"
            outputs, inputs = linears[f"{path}.weight"].shape
            weights[f"{path}.lora_a"] = draw.normal(0, inputs**-0.5, (inputs, rank))
            weights[f"{path}.lora_b"] = draw.normal(0, rank**-0.5, (rank, outputs))
    as_float = {name: value.astype(np.float32) for name, value in weights.items()}
    save_file(as_float, folder / WEIGHTS, metadata={"format": "mlx"})
    config = {
        "fine_tune_type": "lora",
        "num_layers": len(layers),
        "lora_parameters": {"rank": rank, "scale": scale, "dropout": 0.0, "keys": keys},
    }
    (folder / CONFIG).write_bytes(msgspec.json.encode(config))
    digest = hashlib.sha256((base / "model.safetensors").read_bytes()).hexdigest()
    manifest = Manifest(
        base.name,
        digest,
        PROMPT_VERSION,
        calibration=calibration or Calibration(),
        canaries=canaries,
    )
    (folder / MANIFEST).write_bytes(msgspec.json.encode(manifest))
    return folder
