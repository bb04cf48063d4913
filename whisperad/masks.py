"""Masks: which tokens of the vocabulary may come next, one bit for each."""

import re
from functools import lru_cache

REMEMBERED = 256  # masks, some kilobytes each

_NOT_ZERO = re.compile(rb"[^\0]", re.DOTALL)
_BITS = [[bit for bit in range(8) if byte >> bit & 1] for byte in range(256)]


@lru_cache(maxsize=REMEMBERED)
def tokens_of(mask: bytes) -> tuple[int, ...]:
    """Give the tokens whose bits are set, in order."""
    return tuple(
        8 * byte.start() + bit
        for byte in _NOT_ZERO.finditer(mask)
        for bit in _BITS[byte[0][0]]
    )
