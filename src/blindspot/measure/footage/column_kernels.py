"""How do items become columns at the speed of memory? Compiled loops of `sets`, no files, no objects.

MISB ST 0601 and ST 1201 codings; see `tags` for the table and `imapb` for the scale.
"""

import numpy as np
from numba import njit


@njit(cache=True)
def read_uint(data, at, length):
    """The big-endian unsigned integer of up to eight bytes."""
    value = 0
    for i in range(length):
        value = (value << 8) | np.int64(data[at + i])
    return value


# How a scalar is coded.
(N_NONE, N_UINT, N_INT, N_IMAPB, N_TIME, N_BYTES) = range(6)
# What became of an item.
(S_OK, S_UNKNOWN, S_LENGTH, S_SPECIAL, S_REPEATED) = range(5)


@njit(cache=True)
def fill(data, items, coding, scale, offset, special, column, numbers, times, status, others):
    """Decode scalars: numbers[column[tag], packet] = scale[tag, length] * raw + offset[tag, length]. NaN for no value.

    coding, column by tag; scale, offset, special by (tag, length); scale NaN: no such length. times takes the 64-bit
    times (microseconds), whose rows are the columns of N_TIME tags. status by item: S_*; others takes the rows of items
    that are known and no scalars. Returns how many those are.
    """
    most = coding.shape[0]
    n = 0
    for i in range(items.shape[0]):
        tag = items[i, 1]
        if tag < 0 or tag >= most or coding[tag] == N_NONE:
            status[i] = S_UNKNOWN
            continue
        kind = coding[tag]
        if kind == N_BYTES:
            others[n] = i
            n += 1
            continue
        length = items[i, 3]
        at = items[i, 2]
        row = column[tag]
        packet = items[i, 0]
        if length == 0:
            continue  # ST 0601: an item of no length says that its value is unknown now
        if length > 8 or scale[tag, length] != scale[tag, length]:
            status[i] = S_LENGTH
            continue
        raw = read_uint(data, at, length)
        if kind == N_TIME:
            if times[row, packet] != -1:
                status[i] = S_REPEATED
                continue
            if raw < 0:
                status[i] = S_SPECIAL
                continue
            times[row, packet] = raw
            continue
        if numbers[row, packet] == numbers[row, packet]:
            status[i] = S_REPEATED
            continue
        if kind == N_INT:
            bits = 8 * length
            if length < 8 and raw >= 1 << (bits - 1):
                raw -= 1 << bits
            if special[tag, length] and raw == -(1 << (bits - 1)):
                status[i] = S_SPECIAL
                continue
        elif kind == N_IMAPB:
            top = 8 * length - 1
            if raw < 0 or raw > 1 << top:  # ST 1201: above the top bit stand infinities, NaN and out-of-range
                status[i] = S_SPECIAL
                continue
        elif raw < 0:
            numbers[row, packet] = scale[tag, length] * (raw + 18446744073709551616.0) + offset[tag, length]
            continue
        numbers[row, packet] = scale[tag, length] * raw + offset[tag, length]
    return n


@njit(cache=True)
def intern(data, items, rows, column, firsts, table):
    """Give equal byte strings equal codes: column[packet] of each item in rows; firsts[code] = the row seen first.

    column: -1 where nothing stands yet; of items repeated in a packet the first counts. table: int64, a power of two of at
    least twice the rows, filled with -1. Returns the number of different strings.
    """
    mask = table.shape[0] - 1
    m = 0
    last = -1
    for r in rows:
        packet = items[r, 0]
        if column[packet] >= 0:
            continue
        at, length = items[r, 2], items[r, 3]
        if last >= 0 and length == items[last, 3]:  # mostly nothing has changed since the last packet
            before = items[last, 2]
            same = True
            for j in range(length):
                if data[at + j] != data[before + j]:
                    same = False
                    break
            if same:
                column[packet] = column[items[last, 0]]
                last = r
                continue
        last = r
        h = 1469598103934665603
        for j in range(length):
            h = (h ^ np.int64(data[at + j])) * 1099511628211
        slot = (h ^ (h >> 29)) & mask
        while True:
            code = table[slot]
            if code < 0:
                table[slot] = m
                firsts[m] = r
                column[packet] = m
                m += 1
                break
            other = firsts[code]
            if items[other, 3] == length:
                same = True
                for j in range(length):
                    if data[at + j] != data[items[other, 2] + j]:
                        same = False
                        break
                if same:
                    column[packet] = code
                    break
            slot = (slot + 1) & mask
    return m


@njit(cache=True)
def sort_by_tag(items, others, n, counts, order):
    """Rows of others[:n] in the order of their tags (below 256), stable; counts (257) gets where each tag begins."""
    for i in range(n):
        counts[items[others[i], 1] + 1] += 1
    for tag in range(256):
        counts[tag + 1] += counts[tag]
    at = counts.copy()
    for i in range(n):
        tag = items[others[i], 1]
        order[at[tag]] = others[i]
        at[tag] += 1


@njit(cache=True)
def by_status(items, first, count, body, flags, key, status, out):
    """Add up the bytes of packets that are sound, by what became of their items: out[S_*] in bytes, tag and length included.

    The header of a packet counts as decoded. Only packets with flags 0 and a known key are counted.
    """
    for p in range(first.shape[0]):
        if flags[p] != 0 or key[p] < 0:
            continue
        before = body[p]
        for i in range(first[p], first[p] + count[p]):
            end = items[i, 2] + items[i, 3]
            out[status[i]] += end - before
            before = end
