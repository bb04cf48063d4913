"""Adapter folders: their manifest, what must fit, and which one to serve.

Reads files only; the weights themselves are read in `model.py`.
"""

import hashlib
import math
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import msgspec

from whisperad.errors import BadAdapter
from whisperad.prompt import PROMPT_VERSION

WEIGHTS = "adapters.safetensors"
CONFIG = "adapter_config.json"
MANIFEST = "manifest.json"

T = TypeVar("T")

_BLOCK_BYTES = 2**20  # takes a few milliseconds to hash
_NEARLY_ONE = 1 - 1e-7  # keeps the logit finite


class Calibration(msgspec.Struct, frozen=True):
    """From the model's probability to how often such an answer is right."""

    slope: float = 1.0
    offset: float = 0.0
    threshold: float = 0.5

    def confidence(self, probability: float) -> float:
        """Give sigmoid(slope * logit(probability) + offset)."""
        if math.isnan(probability):  # of a base whose weights are no numbers
            return 0.0
        p = min(max(probability, 1 - _NEARLY_ONE), _NEARLY_ONE)
        logit = math.log(p) - math.log1p(-p)
        # The sigmoid, in a form that no slope can make overflow.
        return (1 + math.tanh((self.slope * logit + self.offset) / 2)) / 2


class Canary(msgspec.Struct, frozen=True):
    """An utterance that the adapter must understand, or it does not serve."""

    utterance: str
    intent: dict[str, str]  # as on the wire: the action and its slots

    def __post_init__(self) -> None:
        """Raise `ValueError` for an intent without an action."""
        if "action" not in self.intent:
            raise ValueError('the intent of a canary has no "action"')


class Manifest(msgspec.Struct, frozen=True):
    """What an adapter was made from and how good it is; written last."""

    base: str
    base_hash: str  # SHA-256 of `model.safetensors`
    prompt_version: int
    weights_hash: str = ""  # SHA-256 of `adapters.safetensors`, unless it is not known
    catalogue_hash: str = ""
    dataset_hash: str = ""
    seed: int = 0
    iterations: int = 0
    created: str = ""
    scores: dict[str, float] = {}
    calibration: Calibration = Calibration()
    canaries: tuple[Canary, ...] = ()

    def check_fits(self, folder: Path, base: str, base_hash: str) -> None:
        """Raise `BadAdapter` unless it was made for this base and this prompt."""
        if self.base_hash != base_hash:
            raise BadAdapter(
                f'{folder}: made for base "{self.base}" ({self.base_hash[:8]}), but'
                f' "{base}" ({base_hash[:8]}) is loaded; run `make retrain`'
            )
        if self.prompt_version != PROMPT_VERSION:
            raise BadAdapter(
                f"{folder}: made for prompt version {self.prompt_version}, but this is"
                f" version {PROMPT_VERSION}; run `make retrain`"
            )

    def checking_weights(self, folder: Path) -> Iterator[None]:
        """Hash the adapter's weights, a few milliseconds at a time.

        Raises `BadAdapter` in the end unless they are those that it was made with.
        """
        if not self.weights_hash:
            return
        file, digest = folder / WEIGHTS, hashlib.sha256()
        for block in _blocks(file):
            digest.update(block)
            yield
        found = digest.hexdigest()
        if found != self.weights_hash:
            raise BadAdapter(
                f"{file}: expected weights {self.weights_hash[:8]}, as {MANIFEST} has"
                f" it, found {found[:8]}: they are damaged; run `whispera-train"
                " rollback` or `make retrain`"
            )


class _LoraParameters(msgspec.Struct, frozen=True):
    scale: float


class _LoraConfig(msgspec.Struct, frozen=True):
    lora_parameters: _LoraParameters
    fine_tune_type: str = "lora"


def read_manifest(folder: Path) -> Manifest:
    """Read `manifest.json`. Raises `BadAdapter`, also when there is none yet."""
    return _read(folder / MANIFEST, Manifest)


def read_scale(folder: Path) -> float:
    """Read how strongly the adapter's weights count, from mlx-lm's own config."""
    config = _read(folder / CONFIG, _LoraConfig)
    if config.fine_tune_type != "lora":
        raise BadAdapter(
            f'{folder / CONFIG}: fine_tune_type is "{config.fine_tune_type}", expected'
            ' "lora"'
        )
    return config.lora_parameters.scale


def weights_hash(base: Path) -> str:
    """Give the SHA-256 of a base's weights, by which adapters know it."""
    digest = hashlib.sha256()
    try:
        for file in sorted(base.glob("model*.safetensors")):
            for block in _blocks(file):
                digest.update(block)
    except OSError as error:
        raise BadAdapter(f"{base}: {error.strerror}") from error
    return digest.hexdigest()


def adapter_folders(base: Path, data: Path) -> Iterator[Path]:
    """Give the folders to try, best first: the user's own, then the shipped one.

    A link to a folder that is gone counts: whoever made it wants to know.
    """
    current, shipped = data / "adapters" / "current", base / "adapter"
    if os.path.lexists(current):
        yield Path(os.path.realpath(current))
    if os.path.lexists(shipped):
        yield shipped


def folders_at_start(base: Path, data: Path) -> list[Path]:
    """Give the folders to try at a start: the one before the user's own is a chance."""
    found = list(adapter_folders(base, data))
    previous = data / "adapters" / "previous"
    if os.path.lexists(previous):
        own = os.path.lexists(data / "adapters" / "current")
        found.insert(1 if own else 0, Path(os.path.realpath(previous)))
    return list(dict.fromkeys(found))


def _blocks(file: Path) -> Iterator[bytes]:
    try:
        with file.open("rb") as opened:
            while block := opened.read(_BLOCK_BYTES):
                yield block
    except OSError as error:
        raise BadAdapter(f"{file}: {error.strerror}") from error


def _read(path: Path, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except OSError as error:
        raise BadAdapter(f"{path}: {error.strerror}") from error
    except (msgspec.DecodeError, RecursionError) as error:
        raise BadAdapter(f"{path}: {error}") from error
