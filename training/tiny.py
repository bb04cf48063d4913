"""The embedded base's architecture in PyTorch: Qwen2, for training it from nothing.

Follows the Qwen2 technical report (arXiv:2407.10671): RMSNorm before each block,
rotary positions, grouped-query attention with biases on q, k and v, SwiGLU, tied
embeddings. Parameter names are those of the published checkpoints, so that mlx-lm
loads the saved weights as any Qwen2 folder.
"""

from typing import Any

import msgspec
import torch
from torch import Tensor, nn
from torch.nn import functional


class Shape(msgspec.Struct, frozen=True):
    """Sizes of a Qwen2 model; the names are those of its `config.json`."""

    vocab_size: int
    hidden_size: int = 256
    num_hidden_layers: int = 6
    num_attention_heads: int = 4
    num_key_value_heads: int = 2
    intermediate_size: int = 704
    rope_theta: float = 10000.0
    rms_norm_eps: float = 1e-6

    def config(self) -> dict[str, Any]:
        """Give the content of `config.json`."""
        return {
            "architectures": ["Qwen2ForCausalLM"],
            "model_type": "qwen2",
            "hidden_act": "silu",
            "max_position_embeddings": 1024,
            "tie_word_embeddings": True,
            "torch_dtype": "float16",
            "bos_token_id": 0,
            "eos_token_id": 2,
            "pad_token_id": 0,
            **msgspec.structs.asdict(self),
        }


class Attention(nn.Module):
    """Causal grouped-query attention with rotary positions."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        size = shape.hidden_size
        self.heads, self.kv_heads = shape.num_attention_heads, shape.num_key_value_heads
        self.head_size = size // self.heads
        self.q_proj = nn.Linear(size, size)
        self.k_proj = nn.Linear(size, self.kv_heads * self.head_size)
        self.v_proj = nn.Linear(size, self.kv_heads * self.head_size)
        self.o_proj = nn.Linear(size, size, bias=False)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        """(batch, length, size) -> the same shape."""
        b, n, _ = x.shape
        q = self.q_proj(x).view(b, n, self.heads, self.head_size).transpose(1, 2)
        k = self.k_proj(x).view(b, n, self.kv_heads, self.head_size).transpose(1, 2)
        v = self.v_proj(x).view(b, n, self.kv_heads, self.head_size).transpose(1, 2)
        q, k = _rotate(q, cos, sin), _rotate(k, cos, sin)
        groups = self.heads // self.kv_heads
        k, v = k.repeat_interleave(groups, 1), v.repeat_interleave(groups, 1)
        # Rows are short: plain products are faster than the fused kernel's backward pass.
        scores = (q @ k.transpose(-1, -2)).float() * self.head_size**-0.5
        later = torch.ones(n, n, dtype=torch.bool, device=x.device).triu(1)
        shares = scores.masked_fill(later, -torch.inf).softmax(-1)
        mixed = shares.to(v.dtype) @ v
        return self.o_proj(mixed.transpose(1, 2).reshape(b, n, -1))


class Mlp(nn.Module):
    """SwiGLU (arXiv:2002.05202)."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        size, inner = shape.hidden_size, shape.intermediate_size
        self.gate_proj = nn.Linear(size, inner, bias=False)
        self.up_proj = nn.Linear(size, inner, bias=False)
        self.down_proj = nn.Linear(inner, size, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, length, size) -> the same shape."""
        return self.down_proj(functional.silu(self.gate_proj(x)) * self.up_proj(x))


class Block(nn.Module):
    """Attention and MLP, each behind a norm and beside a residual."""

    def __init__(self, shape: Shape, dropout: float) -> None:
        super().__init__()
        self.self_attn = Attention(shape)
        self.mlp = Mlp(shape)
        self.input_layernorm = nn.RMSNorm(shape.hidden_size, shape.rms_norm_eps)
        self.post_attention_layernorm = nn.RMSNorm(
            shape.hidden_size, shape.rms_norm_eps
        )
        self.dropout = RowDropout(dropout)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        """(batch, length, size) -> the same shape."""
        x = x + self.dropout(self.self_attn(self.input_layernorm(x), cos, sin))
        return x + self.dropout(self.mlp(self.post_attention_layernorm(x)))


class RowDropout(nn.Module):
    """Dropout of whole channels of a row, the same at all its positions.

    As in arXiv:1512.05287; drawing a number for each position takes longer here.
    """

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.rate = rate

    def forward(self, x: Tensor) -> Tensor:
        """(batch, length, size) -> the same shape."""
        if not self.training or not self.rate:
            return x
        kept = torch.rand(x.shape[0], 1, x.shape[2], device=x.device) >= self.rate
        return x * kept.to(x.dtype) / (1 - self.rate)


class Tiny(nn.Module):
    """The whole model; dropout is for training and leaves no trace in the weights."""

    def __init__(self, shape: Shape, dropout: float = 0.1) -> None:
        super().__init__()
        self.shape = shape
        self.model = nn.ModuleDict(
            {
                "embed_tokens": nn.Embedding(shape.vocab_size, shape.hidden_size),
                "layers": nn.ModuleList(
                    Block(shape, dropout) for _ in range(shape.num_hidden_layers)
                ),
                "norm": nn.RMSNorm(shape.hidden_size, shape.rms_norm_eps),
            }
        )
        self.dropout = RowDropout(dropout)
        self.apply(_initialise)
        deep = (2 * shape.num_hidden_layers) ** -0.5
        for name, parameter in self.named_parameters():
            if name.endswith(("o_proj.weight", "down_proj.weight")):
                parameter.data.mul_(deep)  # keeps the residual's variance flat

    def forward(self, tokens: Tensor) -> Tensor:
        """(batch, length) token ids -> (batch, length, hidden) states."""
        x = self.dropout(self.model["embed_tokens"](tokens))
        cos, sin = _angles(tokens.shape[1], self.shape, x.device)
        for block in self.model["layers"]:
            x = block(x, cos, sin)
        return self.model["norm"](x)

    def logits(self, states: Tensor) -> Tensor:
        """(…, hidden) -> (…, vocabulary), through the tied embedding."""
        return functional.linear(states, self.model["embed_tokens"].weight)


def _initialise(module: nn.Module) -> None:
    if isinstance(module, nn.Linear | nn.Embedding):
        nn.init.normal_(
            module.weight, std=0.02 if isinstance(module, nn.Linear) else 0.05
        )
    if isinstance(module, nn.Linear) and module.bias is not None:
        nn.init.zeros_(module.bias)


def _angles(length: int, shape: Shape, device: torch.device) -> tuple[Tensor, Tensor]:
    half = shape.hidden_size // shape.num_attention_heads // 2
    steps = torch.arange(half, device=device, dtype=torch.float32) / half
    angles = torch.outer(
        torch.arange(length, device=device, dtype=torch.float32),
        shape.rope_theta**-steps,
    )
    return angles.cos(), angles.sin()


def _rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    a, b = x.float().chunk(2, -1)
    return torch.cat((a * cos - b * sin, b * cos + a * sin), -1).to(x.dtype)
