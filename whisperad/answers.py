"""Answers that the model gave: the same words get the same answer without a pass."""

from collections import OrderedDict
from collections.abc import Callable, Hashable

from msgspec.structs import replace

from whisperad.understanding import Understanding

MOST = 1000  # answers kept, those that were asked for last


class Answers:
    """Answers of one model, adapter and catalogue; those of another are not given.

    `served` says what serves now, as anything that is different for each; None if
    nothing is to be kept.
    """

    def __init__(self, served: Callable[[], Hashable | None], most: int = MOST) -> None:
        self._served = served
        self._most = most
        self._kept: OrderedDict[Hashable, Understanding] = OrderedDict()

    def get(self, text: str, threshold: float | None) -> Understanding | None:
        """Give what was answered, at no cost; None if it was not asked of late."""
        key = (self._served(), text, threshold)
        found = self._kept.get(key)
        if key[0] is None or found is None:
            return None
        self._kept.move_to_end(key)
        return found

    def keep(self, text: str, threshold: float | None, answer: Understanding) -> None:
        """Keep an answer of what serves now."""
        served = self._served()
        if served is None:
            return
        self._kept[served, text, threshold] = replace(
            answer, stage="cache", passes=0, chosen_tokens=0, model_ms=0.0
        )
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def clear(self) -> None:
        """Forget all of them."""
        self._kept.clear()
