"""How are the target reports of ST 0903 cut out of a VMTI set at the speed of memory? Compiled loops of `vmti`."""

from numba import njit

from blindspot.measure.footage.column_kernels import read_uint
from blindspot.measure.footage.klv_kernels import ber, oid

# Columns of a report: raw integers, -1 for none (coordinates: -2**62).
(
    R_PACKET, R_ID, R_CENTROID, R_TOP_LEFT, R_BOTTOM_RIGHT, R_CONFIDENCE, R_LAT_OFF, R_LAT_OFF_SIZE, R_LON_OFF, R_LON_OFF_SIZE,
    R_HEIGHT, R_LAT, R_LON, R_HAE, R_ROW, R_COLUMN, R_VERSION, R_WIDTH, R_FRAME_HEIGHT, R_BAD,
) = range(20)  # fmt: skip
COLUMNS = 20
NONE = -(1 << 62)


@njit(cache=True)
def one_report(data, at, end, out, row):
    """Read the pack of one target: BER-OID id, then items. Returns whether its items fill it."""
    number, used = oid(data, at, end)
    if used == 0:
        return False
    out[row, R_ID] = number
    at += used
    while at < end:
        tag, used = oid(data, at, end)
        if used == 0:
            return False
        length, more = ber(data, at + used, end)
        value = at + used + more
        if more == 0 or value + length > end:
            return False
        if tag == 1 and 0 < length <= 7:
            out[row, R_CENTROID] = read_uint(data, value, length)
        elif tag == 2 and 0 < length <= 7:
            out[row, R_TOP_LEFT] = read_uint(data, value, length)
        elif tag == 3 and 0 < length <= 7:
            out[row, R_BOTTOM_RIGHT] = read_uint(data, value, length)
        elif tag == 5 and length == 1:
            out[row, R_CONFIDENCE] = data[value]
        elif tag == 10 and 0 < length <= 4:
            out[row, R_LAT_OFF] = read_uint(data, value, length)
            out[row, R_LAT_OFF_SIZE] = length
        elif tag == 11 and 0 < length <= 4:
            out[row, R_LON_OFF] = read_uint(data, value, length)
            out[row, R_LON_OFF_SIZE] = length
        elif tag == 12 and length == 2:
            out[row, R_HEIGHT] = read_uint(data, value, length)
        elif tag == 17 and length >= 8:
            out[row, R_LAT] = read_uint(data, value, 4)
            out[row, R_LON] = read_uint(data, value + 4, 4)
            if length >= 10:
                out[row, R_HAE] = read_uint(data, value + 8, 2)
        elif tag == 19 and 0 < length <= 4:
            out[row, R_ROW] = read_uint(data, value, length)
        elif tag == 20 and 0 < length <= 4:
            out[row, R_COLUMN] = read_uint(data, value, length)
        at = value + length
    return True


@njit(cache=True)
def walk_vmti(data, sets, out, heads):
    """Reports of VMTI sets: rows of `out` (R_*); heads per set (version, width, height, place and length of the system's name).

    sets: rows (packet, tag, place, length). -1 in heads: not said. Returns the number of reports.
    """
    n = 0
    for s in range(sets.shape[0]):
        at, end = sets[s, 2], sets[s, 2] + sets[s, 3]
        for j in range(heads.shape[1]):
            heads[s, j] = -1
        first = n
        while at < end:
            tag, used = oid(data, at, end)
            length, more = ber(data, at + used, end)
            value = at + used + more
            if used == 0 or more == 0 or value + length > end:
                break
            if tag == 4 and 0 < length <= 2:
                heads[s, 0] = read_uint(data, value, length)
            elif tag == 8 and 0 < length <= 3:
                heads[s, 1] = read_uint(data, value, length)
            elif tag == 9 and 0 < length <= 3:
                heads[s, 2] = read_uint(data, value, length)
            elif tag == 3:
                heads[s, 3] = value
                heads[s, 4] = length
            elif tag == 101:
                q, stop = value, value + length
                while q < stop:
                    size, more = ber(data, q, stop)
                    if more == 0 or n >= out.shape[0]:
                        break
                    last = min(q + more + size, stop)
                    for j in range(COLUMNS):
                        out[n, j] = -1
                    out[n, R_LAT_OFF] = NONE
                    out[n, R_LON_OFF] = NONE
                    out[n, R_LAT] = NONE
                    out[n, R_LON] = NONE
                    out[n, R_HAE] = NONE
                    out[n, R_HEIGHT] = NONE
                    out[n, R_PACKET] = sets[s, 0]
                    out[n, R_BAD] = 0
                    if not one_report(data, q + more, last, out, n) or q + more + size > stop:
                        out[n, R_BAD] = 1
                    n += 1
                    q = last
            at = value + length
        for r in range(first, n):
            out[r, R_VERSION] = heads[s, 0]
            out[r, R_WIDTH] = heads[s, 1]
            out[r, R_FRAME_HEIGHT] = heads[s, 2]
    return n
