"""What time does the picture itself carry? MISB ST 0604 timestamps in user-data SEI messages (H.264, H.265, MPEG-2).

ST 0604.6, section 7: 16-byte identifier, a status byte, then eight time bytes with 0xFF after each pair but the last.
"""

from __future__ import annotations

import numpy as np

from blindspot.measure.footage import ts_kernels as k

MICROSECONDS = b"MISPmicrosectime"
MICROSECONDS_H265 = bytes.fromhex("a8687dd4d7593758a5cef0338b6545f1")
NANOSECONDS = bytes.fromhex("cf848278ee23306c9265e8fef22fb8b8")
LATEST = 1 << 53  # microseconds: the year 2255
TIME_BYTES = (17, 18, 20, 21, 23, 24, 26, 27)


def sei_times(heads: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """(n, 2) int64: the time of each picture in microseconds since 1970 (-1 where there is none) and its status byte.

    heads: first bytes of each picture PES; starts: (place, pid, length of the head) of each.
    """
    out = np.full((len(heads), 2), -1, np.int64)
    at = np.empty(len(heads), np.int64)
    for pattern, divisor in ((MICROSECONDS, 1), (MICROSECONDS_H265, 1), (NANOSECONDS, 1000)):
        k.find_each(heads, starts, np.frombuffer(pattern, np.uint8), at)
        rows = np.flatnonzero((at >= 0) & (at + 28 <= starts[:, 2]) & (out[:, 0] < 0))
        if not len(rows):
            continue
        stops = heads[rows[:, None], at[rows, None] + np.array([19, 22, 25])]
        value = np.zeros(len(rows), np.uint64)
        for offset in TIME_BYTES:
            value = value << np.uint64(8) | heads[rows, at[rows] + offset].astype(np.uint64)
        right = (stops == 0xFF).all(axis=1) & (value < np.uint64(2**62))
        time = value[right].astype(np.int64) // divisor
        time[time > LATEST] //= 1000  # some producers write nanoseconds under the name of microseconds
        out[rows[right], 0] = time
        out[rows[right], 1] = heads[rows[right], at[rows[right]] + 16]
    return out
