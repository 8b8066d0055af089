"""The inner loop of the engine, compiled: every pairwise sum of a program, a block of rows at a time.

    out[o, r] = sum over k of a[a_out[o] + a_sum[k], r] x b[b_out[o] + b_sum[k], r]

Values lie one under the other in one array (entries, rows of a block) that stays in the second-level cache; factors that
vary are read where they lie. What is the same for every row is computed in the first block only. The plain reference is the
joint table in tests/weigh.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Entries = NDArray[np.int64]

# Columns of a product's row in `products`.
A, B, OUT, OUTS, SUMS, OUT_AT, SUM_AT, RESCALE, LOGGED, VARIES = range(10)


@njit(
    "void(f8[::1], f8[:, ::1], i8[::1], i8[:, ::1], i8[:, ::1], i8[::1], i8[::1], i8, i8, i8, i8, f8[:, :], f8[:])",
    cache=True,
    nogil=True,
    error_model="numpy",
)
def sweep(
    fixed: Numbers,
    moving: Numbers,
    slots: Entries,
    products: Entries,
    offsets: Entries,
    parts: Entries,
    reads: Entries,
    entries: int,
    block: int,
    start: int,
    stop: int,
    out: Numbers,
    log_z: Numbers,
) -> None:
    """Fill `out` (entries asked for, rows) and `log_z` (rows,) for the rows start to stop.

    `fixed`: (table entries,) values that are the same for all rows. `moving`: (varying entries, rows); `slots` gives its
    row for each table entry, or -1. `products`: one row per pairwise sum, columns as above. `offsets`: the two lists of
    offsets, of the outs and of the sums, for a and b: (offsets, 2). `parts`: entries that multiply to Z. `reads`: entries
    to give out.
    """
    values = np.empty((entries, block))
    shift = np.empty(block)
    peak = np.empty(block)
    fixed_shift = 0.0
    for i in range(len(fixed)):
        if slots[i] < 0:
            values[i, :] = fixed[i]
    for first in range(start, stop, block):
        n = min(block, stop - first)
        shift[:n] = 0.0
        for p in range(len(products)):
            a, b, o, outs, sums, out_at, sum_at, rescale, logged, varies = products[p]
            if not varies and first > start:
                continue
            width = n if varies else block
            a_moves = a < len(slots) and slots[a] >= 0
            b_moves = b < len(slots) and slots[b] >= 0
            for i in range(outs):
                target = values[o + i]
                a_out = a + offsets[out_at + i, 0]
                b_out = b + offsets[out_at + i, 1]
                for k in range(sums):
                    x, y = a_out + offsets[sum_at + k, 0], b_out + offsets[sum_at + k, 1]
                    left = moving[slots[x], first : first + width] if a_moves else values[x, :width]
                    right = moving[slots[y], first : first + width] if b_moves else values[y, :width]
                    if k == 0:
                        for r in range(width):
                            target[r] = left[r] * right[r]
                    else:
                        for r in range(width):
                            target[r] += left[r] * right[r]
            if rescale:
                peak[:width] = 0.0
                for i in range(outs):
                    for r in range(width):
                        peak[r] = max(peak[r], values[o + i, r])
                for r in range(width):
                    if not peak[r] > 0.0:
                        peak[r] = 1.0
                for i in range(outs):
                    for r in range(width):
                        values[o + i, r] /= peak[r]
                if logged and varies:
                    for r in range(width):
                        shift[r] += np.log(peak[r])
                elif logged:
                    fixed_shift += np.log(peak[0])
        for r in range(n):
            total = shift[r] + fixed_shift
            for part in parts:
                total += np.log(values[part, r])
            log_z[first + r] = total
        for i in range(len(reads)):
            out[i, first : first + n] = values[reads[i], :n]
