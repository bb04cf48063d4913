"""The embedded base's tokenizer: byte-level BPE that keeps words whole.

Blanks and punctuation are tokens of their own, so that a word is the same token
wherever it stands, in the utterance as after a quote: copying it is then one step.
The fixed parts of a prompt and of an answer (`{"action":"`, `","target":"`) are single
tokens.
"""

from collections.abc import Iterable
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

from whisperad.prompt import PREFIX, SPECIAL_TOKENS, SUFFIX

# In this order: parts of answers, words (with `_` for action ids), single digits,
# single other characters.
PIECES = (
    r"\[?\{\"action\":\"|\",\"[a-z_]+\":\"|\"\},\{\"action\":\"|\"\}\]?"
    r"|[\p{L}\p{M}_]+(?:'[\p{L}\p{M}]+)*"
    r"|\p{N}"
    r"|[\s\S]"
)


def train_tokenizer(texts: Iterable[str], vocabulary: int) -> Tokenizer:
    """Train a tokenizer of `vocabulary` tokens, special tokens first."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(PIECES), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=[*SPECIAL_TOKENS, PREFIX, SUFFIX],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


CHAT_TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n"
    "{{ message['content'] }}<|im_end|>{% if not loop.last %}\n{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}\n<|im_start|>assistant\n{% endif %}"
)


def write_tokenizer(tokenizer: Tokenizer, folder: Path) -> None:
    """Write `tokenizer.json` and the small config that mlx-lm looks for beside it."""
    import msgspec

    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    config = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "eos_token": "<|im_end|>",
        "pad_token": "<|endoftext|>",
        "clean_up_tokenization_spaces": False,
        "model_max_length": 1024,
        "chat_template": CHAT_TEMPLATE,
    }
    (folder / "tokenizer_config.json").write_bytes(
        msgspec.json.format(msgspec.json.encode(config), indent=2)
    )
