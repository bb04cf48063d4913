"""What a base's own adapter knows, kept while another is fitted from there.

Fitting for few new actions, with far more of the old rows, lost a hundredth or two of
what was known before: each old row's right token is a noisy lesson. So where the base's
adapter gives the right token already, fitting holds on to all its probabilities
(learning without forgetting, arXiv:1606.09282, with targets as in arXiv:1503.02531), and
the right token alone is taught where it does not.
"""

from collections.abc import Mapping
from pathlib import Path

from training import quick
from whisperad.adapter import WEIGHTS, read_scale
from whisperad.weights import read

# After `quick`, which has the BLAS chosen that mlx binds when it is imported.
import mlx.core as mx  # isort: skip
from mlx.nn.layers.base import Module  # isort: skip
from mlx.utils import tree_flatten, tree_unflatten  # isort: skip
from mlx_lm.tuner.lora import LoRALinear  # isort: skip
from mlx_lm.tuner.utils import load_adapters  # isort: skip

KNOWN = 0.2  # of a right token's probability: from here on it is known
NEW_WEIGHT = 2.0  # of what is not, in the loss


def begin(model: Module, adapter: Path, scale: float) -> bool:
    """Begin with an adapter's weights; False if they do not fit.

    `model` has the LoRA layers to be fitted, which `scale` is for. Raises `BadAdapter`
    if the weights cannot be read.
    """
    given = read(adapter / WEIGHTS)
    fitted = dict(tree_flatten(model.trainable_parameters()))
    if read_scale(adapter) != scale or _shapes(given) != _shapes(fitted):
        return False
    model.load_weights(list(given.items()), strict=False)
    mx.eval(model.parameters())
    return True


def aim(base: Module, adapter: Path) -> quick.Aim:
    """Give what fitting aims for: what the base says with an adapter, where it is right.

    The adapter becomes part of `base`.
    """
    teacher = load_adapters(base, str(adapter))
    fused = [
        (path, module.fuse())
        for path, module in teacher.named_modules()
        if isinstance(module, LoRALinear)
    ]
    teacher.update_modules(tree_unflatten(fused))
    teacher.freeze()
    mx.eval(teacher.parameters())

    def aimed(
        tokens: mx.array, places: mx.array, following: mx.array
    ) -> tuple[mx.array, mx.array]:
        return targets(quick.answer_logits(teacher, tokens, places), following)

    return aimed


def targets(logits: mx.array, following: mx.array) -> tuple[mx.array, mx.array]:
    """Give what to aim for, of a teacher's logits (rows, vocabulary) and token ids (rows).

    The probabilities (rows, vocabulary), and how much each row weighs.
    """
    taught = quick.softmax(logits)
    column = mx.maximum(following, 0)[:, None]
    known = mx.take_along_axis(taught, column, -1) >= KNOWN
    right = mx.put_along_axis(mx.zeros_like(taught), column, mx.array(1.0), -1)
    weights = mx.where(known, 1.0, NEW_WEIGHT)[:, 0]
    return mx.where(known, taught, right), weights


def _shapes(weights: Mapping[str, mx.array]) -> dict[str, tuple[int, ...]]:
    return {name: weight.shape for name, weight in weights.items()}
