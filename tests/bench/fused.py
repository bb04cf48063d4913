"""Write a base and its adapter as one folder, the form that peers are fastest with.

On a CPU as float32: of other kinds mlx multiplies matrices many times slower there.
"""

import json
import shutil
import sys
from pathlib import Path

import mlx.core as mx
from mlx.utils import tree_flatten, tree_unflatten
from mlx_lm import load
from mlx_lm.tuner.lora import LoRALinear
from mlx_lm.utils import dequantize_model

PACKING = ("quantization", "quantization_config")


def main() -> None:
    """Take a base, an adapter (or nothing) and the folder to write."""
    base, adapter, folder = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
    model, *_ = load(str(base), adapter_path=adapter or None)
    fused = [
        (path, module.fuse())
        for path, module in model.named_modules()
        if isinstance(module, LoRALinear)
    ]
    model.update_modules(tree_unflatten(fused))
    config = json.loads((base / "config.json").read_text())
    if mx.default_device() == mx.Device(mx.cpu):
        model = dequantize_model(model)
        model.set_dtype(mx.float32)
        config = {k: v for k, v in config.items() if k not in PACKING}
        config["torch_dtype"] = "float32"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(config))
    weights = dict(tree_flatten(model.parameters()))
    file = str(folder / "model.safetensors")
    mx.save_safetensors(file, weights, metadata={"format": "pt"})
    for tokenizer in base.glob("tokenizer*.json"):
        shutil.copy(tokenizer, folder)


if __name__ == "__main__":
    main()
