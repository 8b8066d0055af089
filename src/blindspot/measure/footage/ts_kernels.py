"""How is an MPEG transport stream walked at the speed of memory? Compiled loops of `ts` and `pes`, no files, no objects.

ISO/IEC 13818-1: 2.4.3.2 (transport packet), 2.4.3.4 (adaptation field), 2.4.3.6 (PES), 2.12.4 (metadata AU cells).
"""

import numpy as np
from numba import njit

# What a PID carries; index of `kinds` and of the byte counters.
UNKNOWN, PSI, PICTURE, METADATA, NULL, OTHER = range(6)
# Byte counters of the transport layer.
(
    C_PSI,
    C_PICTURE,
    C_META_HEADER,
    C_NULL,
    C_OTHER,
    C_UNKNOWN,
    C_SCRAMBLED,
    C_ORPHAN,
    C_FLAGGED,
    C_DUPLICATE,
    C_STRANDED,
    C_META_PAYLOAD,
) = range(12)
# Why the walk came back.
MORE, TABLE = 0, 1
HEAD = 640  # bytes kept of each picture PES: its header and the SEI stand there
# What is wrong with a piece of payload.
P_GAP, P_ERROR, P_SYNC = 1, 2, 4


@njit(cache=True)
def next_sync(data, pos, end, stride, base, final):
    """Where two sync bytes stand one packet apart, from pos on; the end of what can be searched where there are none."""
    limit = end - base if final else end - base - stride
    for q in range(pos, limit):
        if data[q + base] == 0x47:
            nxt = q + base + stride
            if nxt >= end or data[nxt] == 0x47:
                return q
    return end if final else max(limit, pos)


@njit(cache=True)
def flush_head(slot, pid, part, part_at, heads, starts, used):
    """Give out the first bytes of the picture PES that has ended."""
    if part_at[slot, 0] < 0:
        return
    row = used[1]
    n = part_at[slot, 1]
    for i in range(n):
        heads[row, i] = part[slot, i]
    for i in range(n, heads.shape[1]):
        heads[row, i] = 0
    starts[row, 0] = part_at[slot, 0]
    starts[row, 1] = pid
    starts[row, 2] = n
    used[1] = row + 1
    part_at[slot, 0] = -1


@njit(cache=True)
def walk_ts(
    data, pos, end, final, origin, stride, base, kinds, slots, counters, seen, last, stranded, memory, tables,
    part, part_at, pieces, heads, starts, clocks, gaps, used,
):  # fmt: skip
    """Walk transport packets from pos; give every byte to one counter.

    data uint8, `end` its length, `origin` the place of data[0] in the file; stride 188, 192 or 204 with the sync byte at
    `base`. kinds, slots, seen, last, stranded are by PID and keep their state from chunk to chunk; memory holds the last
    packet per slot, part and part_at the first bytes of the picture PES under way. Rows are added to pieces (place, start,
    length, pid, unit start, wrong), heads and starts (place, pid, length of the head), clocks (place, pcr in 27 MHz, pid), gaps (place, pid, missing); `used` counts them. Returns (pos, why).
    """
    while pos < end:
        if pos + stride > end:
            if not final:
                return pos, MORE
            counters[C_ORPHAN] += end - pos  # a cut packet at the end of the file
            used[4] += 1
            return end, MORE
        p = pos + base
        wrong = 0
        pid = np.int64(data[p + 1] & 0x1F) * 256 + np.int64(data[p + 2])
        cc = np.int64(data[p + 3] & 15)
        if data[p] != 0x47:
            if not final and pos + 4 * stride > end:
                return pos, MORE  # the search must see as far in every cutting of the file
            after = p + stride
            known = kinds[pid] != UNKNOWN and kinds[pid] != NULL and cc == (last[pid] + 1) & 15 and seen[pid] > 0
            if known and (after >= end or data[after] == 0x47):
                wrong |= P_SYNC  # one bad byte in an otherwise expected packet
            else:
                q = next_sync(data, pos + 1, end, stride, base, final)
                counters[C_ORPHAN] += q - pos
                used[5] += 1
                pos = q
                continue
        kind = kinds[pid]
        if data[p + 1] & 0x80:
            wrong |= P_ERROR
        afc = (data[p + 3] >> 4) & 3
        body = p + 4
        jump = False
        if afc & 2:
            length = np.int64(data[p + 4])
            body = p + 5 + length
            if length > 0:
                jump = (data[p + 5] & 0x80) != 0
                if (data[p + 5] & 0x10) and length >= 7 and used[2] < clocks.shape[0] and wrong == 0:
                    high = np.int64(0)
                    for i in range(6, 10):
                        high = high * 256 + np.int64(data[p + i])
                    high = high * 2 + np.int64(data[p + 10] >> 7)
                    row = used[2]
                    clocks[row, 0] = origin + pos
                    clocks[row, 1] = high * 300 + np.int64(data[p + 10] & 1) * 256 + np.int64(data[p + 11])
                    clocks[row, 2] = pid
                    used[2] = row + 1
        stop = p + 188
        if body > stop:
            body = stop
            wrong |= P_ERROR
        unit = (data[p + 1] & 0x40) != 0
        here = pos
        pos += stride
        if kind == NULL:
            counters[C_NULL] += stride
            continue
        if kind == UNKNOWN:
            counters[C_UNKNOWN] += stride
            seen[pid] += 1
            continue
        if data[p + 3] & 0xC0:
            counters[C_SCRAMBLED] += stride
            seen[pid] += 1
            last[pid] = cc
            continue
        slot = slots[pid]
        if afc & 1:
            if seen[pid] > 0 and not jump:
                missing = (cc - last[pid] - 1) & 15
                if missing == 15 and slot >= 0:
                    same = True
                    for i in range(stop - p):
                        if memory[slot, i] != data[p + i]:
                            same = False
                            break
                    if same:  # 13818-1 allows a packet to be sent twice
                        counters[C_DUPLICATE] += stride
                        continue
                if missing:
                    if used[3] < gaps.shape[0]:
                        row = used[3]
                        gaps[row, 0] = origin + here
                        gaps[row, 1] = pid
                        gaps[row, 2] = missing
                        used[3] = row + 1
                    wrong |= P_GAP
                    stranded[pid] = 1
            last[pid] = cc
        seen[pid] += 1
        if slot >= 0:
            for i in range(stop - p):
                memory[slot, i] = data[p + i]
        if unit:
            stranded[pid] = 0
        if kind == METADATA:
            counters[C_META_HEADER] += stride - (stop - body) if afc & 1 else stride
            if afc & 1 and stop > body:
                counters[C_META_PAYLOAD] += stop - body
                row = used[0]
                pieces[row, 0] = origin + here
                pieces[row, 1] = body
                pieces[row, 2] = stop - body
                pieces[row, 3] = pid
                pieces[row, 4] = unit
                pieces[row, 5] = wrong
                used[0] = row + 1
        elif kind == PSI:
            counters[C_PSI if wrong == 0 else C_FLAGGED] += stride
            if wrong == 0 and afc & 1 and slot >= 0:
                same = tables[slot, 0] == stop - body
                for i in range(stop - body):
                    if tables[slot, 1 + i] != data[body + i]:
                        same = False
                        break
                if not same:
                    tables[slot, 0] = stop - body
                    for i in range(stop - body):
                        tables[slot, 1 + i] = data[body + i]
                    used[6] = body
                    used[7] = stop
                    used[8] = pid
                    used[9] = unit
                    return pos, TABLE
        elif kind == PICTURE or kind == OTHER:
            if kind == PICTURE and slot >= 0 and afc & 1:
                if unit:
                    flush_head(slot, pid, part, part_at, heads, starts, used)
                    part_at[slot, 0] = origin + here
                    part_at[slot, 1] = 0
                if part_at[slot, 0] >= 0 and not (stranded[pid] and not unit):
                    n = min(stop - body, HEAD - part_at[slot, 1])
                    for i in range(n):
                        part[slot, part_at[slot, 1] + i] = data[body + i]
                    part_at[slot, 1] += n
            if wrong & (P_ERROR | P_SYNC):
                counters[C_FLAGGED] += stride
            elif stranded[pid]:
                counters[C_STRANDED] += stride
            elif kind == PICTURE:
                counters[C_PICTURE] += stride
            else:
                counters[C_OTHER] += stride
    return pos, MORE


@njit(cache=True)
def gather(data, pieces, out, places):
    """Copy the payload of pieces (rows of `walk_ts`) one after the other; places[i] = file place of out[i]'s piece start."""
    n = 0
    for row in range(pieces.shape[0]):
        start, length = pieces[row, 1], pieces[row, 2]
        places[row] = n
        for i in range(length):
            out[n + i] = data[start + i]
        n += length
    return n


@njit(cache=True)
def stamp(data, at):
    """The 33-bit PTS at a place, or -1 where its marker bits are wrong. 90 kHz."""
    if not (data[at] & 1 and data[at + 2] & 1 and data[at + 4] & 1):
        return -1
    value = np.int64((data[at] >> 1) & 7)
    value = value * 256 + np.int64(data[at + 1])
    value = value * 128 + np.int64(data[at + 2] >> 1)
    value = value * 256 + np.int64(data[at + 3])
    return value * 128 + np.int64(data[at + 4] >> 1)


@njit(cache=True)
def pes_stamps(heads, starts, out):
    """The PTS of picture PES from their first bytes; -1 where there is none."""
    for row in range(starts.shape[0]):
        out[row] = -1
        if starts[row, 2] < 14 or heads[row, 0] or heads[row, 1] or heads[row, 2] != 1:
            continue
        if heads[row, 7] & 0x80:
            out[row] = stamp(heads[row], 9)


@njit(cache=True)
def find_each(heads, starts, pattern, out):
    """Where a pattern begins in each head; -1 where it does not."""
    m = pattern.shape[0]
    for row in range(starts.shape[0]):
        out[row] = -1
        for at in range(starts[row, 2] - m + 1):
            same = True
            for j in range(m):
                if heads[row, at + j] != pattern[j]:
                    same = False
                    break
            if same:
                out[row] = at
                break


# Columns of a unit: where its metadata begins and ends in `out`, its PTS, its stream id, cells, flags.
U_START, U_END, U_PTS, U_ID, U_CELLS, U_FLAGS, U_PLACE = range(7)
F_SHORT, F_LONG, F_NO_START, F_GAP, F_ERROR, F_CELL = 1, 2, 4, 8, 16, 32


@njit(cache=True)
def unpack_pes(data, bounds, wrongs, places, synchronous, out, units, counts):
    """Strip PES headers and metadata AU cell headers; what remains are the metadata bytes, in order.

    data: payload of one PID, PES i at bounds[i]:bounds[i+1] with transport flags wrongs[i] and file place places[i].
    out takes the metadata, units a row per PES (see U_*), counts [header bytes, bytes]. Returns bytes written.
    """
    n = 0
    for i in range(bounds.shape[0] - 1):
        at, end = bounds[i], bounds[i + 1]
        flags = 0
        if wrongs[i] & 1:
            flags |= F_GAP
        if wrongs[i] & 6:
            flags |= F_ERROR
        pts = -1
        stream = -1
        body = at
        if end - at >= 9 and data[at] == 0 and data[at + 1] == 0 and data[at + 2] == 1:
            stream = np.int64(data[at + 3])
            declared = np.int64(data[at + 4]) * 256 + np.int64(data[at + 5])
            body = at + 9 + np.int64(data[at + 8])
            if body > end:
                body = end
                flags |= F_SHORT
            if data[at + 7] & 0x80 and end - at >= 14 and body - at >= 14:
                pts = stamp(data, at + 9)
            if declared and at + 6 + declared > end:
                flags |= F_SHORT
            elif declared and at + 6 + declared < end:
                flags |= F_LONG
        else:
            flags |= F_NO_START
        counts[0] += body - at
        first = n
        cells = 0
        celled = synchronous
        if not celled and stream == 0xFC and end - body >= 9:  # async by its table, cells by its bytes
            bare = data[body] == 6 and data[body + 1] == 0x0E and data[body + 2] == 0x2B and data[body + 3] == 0x34
            inner = data[body + 5] == 6 and data[body + 6] == 0x0E and data[body + 7] == 0x2B and data[body + 8] == 0x34
            celled = inner and not bare
        if celled and stream >= 0:
            q = body
            while q < end:
                if end - q < 5:
                    flags |= F_CELL
                    break
                length = np.int64(data[q + 3]) * 256 + np.int64(data[q + 4])
                if q + 5 + length > end:
                    flags |= F_CELL
                    if end - q < 9 or data[q + 5] != 6:
                        break
                    length = end - q - 5
                counts[0] += 5
                cells += 1
                for j in range(q + 5, q + 5 + length):
                    out[n] = data[j]
                    n += 1
                q += 5 + length
            body = q
        for j in range(body, end):
            out[n] = data[j]
            n += 1
        units[i, U_START] = first
        units[i, U_END] = n
        units[i, U_PTS] = pts
        units[i, U_ID] = stream
        units[i, U_CELLS] = cells
        units[i, U_FLAGS] = flags
        units[i, U_PLACE] = places[i]
    counts[1] += n
    return n
