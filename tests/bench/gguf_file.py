"""Write a folder of mlx-lm's as the one file that llama.cpp reads, weights as they are.

Its own converter knows only the tokenizers of models that were published. Ours is split in
another way, so the server is asked with tokens instead of words.
"""

import json
import sys
from pathlib import Path

import gguf
import mlx.core as mx
import numpy as np


def main() -> None:
    """Take a folder with a Qwen2 model in float32, and the file to write."""
    folder, file = Path(sys.argv[1]), Path(sys.argv[2])
    config = json.loads((folder / "config.json").read_text())
    writer = gguf.GGUFWriter(file, gguf.MODEL_ARCH_NAMES[gguf.MODEL_ARCH.QWEN2])
    layers: int = config["num_hidden_layers"]
    writer.add_block_count(layers)
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_head_count_kv(config["num_key_value_heads"])
    writer.add_rope_freq_base(config["rope_theta"])
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    _add_tokenizer(writer, folder, config["vocab_size"])
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.QWEN2, layers)
    weights = mx.load(str(folder / "model.safetensors"))
    assert isinstance(weights, dict)
    for path, weight in weights.items():
        name = names.get_name(path, try_suffixes=(".weight", ".bias"))
        writer.add_tensor(name, np.array(weight.astype(mx.float32)))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _add_tokenizer(writer: gguf.GGUFWriter, folder: Path, size: int) -> None:
    """Write what each token says, so that a grammar and what is read can be followed."""
    read = json.loads((folder / "tokenizer.json").read_text())
    ids = dict(read["model"]["vocab"])
    special = {token["content"]: token["id"] for token in read["added_tokens"]}
    said = {number: text for text, number in {**ids, **special}.items()}
    kinds = gguf.TokenType
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("default")
    writer.add_token_list([said.get(n, f"[{n}]") for n in range(size)])
    writer.add_token_types(
        [
            kinds.UNUSED
            if n not in said
            else kinds.CONTROL
            if said[n] in special
            else kinds.NORMAL
            for n in range(size)
        ]
    )
    merges = read["model"]["merges"]
    writer.add_token_merges([m if isinstance(m, str) else " ".join(m) for m in merges])
    ends = json.loads((folder / "tokenizer_config.json").read_text())["eos_token"]
    writer.add_eos_token_id(special[ends])


if __name__ == "__main__":
    main()
