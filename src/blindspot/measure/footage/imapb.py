"""How are floating point values packed into integers? MISB ST 1201.5, IMAPB: value = 2^(b-d) * (raw - z) + low."""

from __future__ import annotations

import math


def imapb_scale(low: float, high: float, size: int) -> tuple[float, float]:
    """(scale, offset) such that value = scale * raw + offset, for a coding of `size` bytes.

    b = ceil(log2(high - low)), d = 8 size - 1; the shift z lets zero be coded exactly where the range spans it.
    """
    scale = 2.0 ** (math.ceil(math.log2(high - low)) - (8 * size - 1))
    shift = low / scale - math.floor(low / scale) if low < 0 < high else 0.0
    # forward: raw = trunc((value - low) / scale + zero), zero = fraction of low / scale
    return scale, low - scale * shift


def imapb_pack(value: float, low: float, high: float, size: int) -> int:
    """The integer that codes a value; out of range is clamped."""
    scale, offset = imapb_scale(low, high, size)
    return min(max(math.floor((min(max(value, low), high) - offset) / scale), 0), 1 << (8 * size - 1))
