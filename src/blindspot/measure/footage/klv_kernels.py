"""How are KLV bytes cut into packets and items at the speed of memory? Compiled loops of `klv`, no files, no objects.

SMPTE ST 336 (keys, BER lengths, BER-OID tags); MISB ST 0601, section 6.5.1 (the running 16-bit sum).
"""

import numpy as np
from numba import njit

# Columns of a packet row.
(K_START, K_END, K_BODY, K_KEY, K_FLAGS, K_FIRST, K_ITEMS, K_CLAIMED) = range(8)
# What is wrong with a packet.
W_CHECKSUM, W_NO_CHECKSUM, W_TRUNCATED, W_LENGTH, W_ITEMS, W_TRANSPORT, W_KEY = 1, 2, 4, 8, 16, 32, 64
# What kind of content a key announces.
LOCAL_SUMMED, LOCAL, UNIVERSAL, PACK, FOREIGN = range(5)
SMALL = 1 << 13  # packets up to this size are tried at the length that they claim
LOOK = 1 << 16  # how far behind a doubtful packet the next key is looked for
MOST_BYTES = 1 << 20  # a packet that claims more than 1 MiB has a broken length


@njit(cache=True)
def ber(data, at, end):
    """(value, bytes used) of a BER length; (-1, 0) where it is none."""
    if at >= end:
        return -1, 0
    first = np.int64(data[at])
    if first < 0x80:
        return first, 1
    n = first & 0x7F
    if n == 0 or n > 8 or at + 1 + n > end:
        return -1, 0
    value = 0
    for i in range(n):
        if value > MOST_BYTES:
            return -1, 0
        value = (value << 8) | np.int64(data[at + 1 + i])
    return value, 1 + n


@njit(cache=True)
def oid(data, at, end):
    """(value, bytes used) of a BER-OID tag; (-1, 0) where it is none."""
    value = 0
    for i in range(4):  # 28 bits: no set has more tags
        if at + i >= end:
            return -1, 0
        value = (value << 7) | np.int64(data[at + i] & 0x7F)
        if data[at + i] < 0x80:
            return value, i + 1
    return -1, 0


@njit(cache=True)
def key_at(data, at, end, keys):
    """Index of the known key that stands at a place, -1 for none."""
    if at + 16 > end:
        return -1
    for i in range(keys.shape[0]):
        same = True
        for j in range(16):
            if keys[i, j] != data[at + j] and j != 7:  # octet 8 is the version of the register
                same = False
                break
        if same:
            return i
    return -1


@njit(cache=True)
def next_key(data, at, end, keys):
    """Where the next known key stands from a place on; `end` where none does."""
    for q in range(at, end - 15):
        if data[q] == 6 and data[q + 1] == 0x0E and key_at(data, q, end, keys) >= 0:
            return q
    return end


@njit(cache=True)
def checksum(data, start, end):
    """The running 16-bit sum of ST 0601 over data[start:end]."""
    high, low = 0, 0
    i = start
    while i + 1 < end:
        high += np.int64(data[i])
        low += np.int64(data[i + 1])
        i += 2
    if i < end:
        high += np.int64(data[i])
    return ((high << 8) + low) & 0xFFFF


@njit(cache=True)
def walk_items(data, at, end, number, items, n):
    """Add the items of a local set in data[at:end] as rows (packet, tag, place, length); (rows, where it stopped)."""
    while at < end:
        tag, used = oid(data, at, end)
        if used == 0:
            break
        length, more = ber(data, at + used, end)
        if more == 0:
            break
        value = at + used + more
        if value + length > end:
            break
        items[n, 0] = number
        items[n, 1] = tag
        items[n, 2] = value
        items[n, 3] = length
        n += 1
        at = value + length
    return n, at


@njit(cache=True)
def walk_universal(data, at, end, number, names, items, n):
    """As walk_items, for a universal set: 16-byte keys. The tag is the row of the key in `names`, or -1."""
    while at + 17 <= end:
        length, more = ber(data, at + 16, end)
        if more == 0 or at + 16 + more + length > end:
            break
        tag = -1
        for i in range(names.shape[0]):
            same = True
            for j in range(16):
                if names[i, j] != data[at + j] and j != 7:
                    same = False
                    break
            if same:
                tag = i
                break
        items[n, 0] = number
        items[n, 1] = tag
        items[n, 2] = at + 16 + more
        items[n, 3] = length
        n += 1
        at += 16 + more + length
    return n, at


@njit(cache=True)
def summed(data, start, items, row):
    """0 where the last item of a packet is its checksum and right, else what is wrong with it."""
    at = items[row, 2]
    if items[row, 1] != 1 or items[row, 3] != 2:
        return W_NO_CHECKSUM
    return 0 if checksum(data, start, at) == np.int64(data[at]) * 256 + np.int64(data[at + 1]) else W_CHECKSUM


@njit(cache=True)
def read_set(data, start, body, claimed, form, number, names, items, n):
    """Walk a packet to the end that it claims; its items go to rows n on. (rows after, what is wrong)."""
    flags = 0
    if form == UNIVERSAL:
        after, done = walk_universal(data, body, claimed, number, names, items, n)
    else:
        after, done = walk_items(data, body, claimed, number, items, n)
    if done != claimed:
        flags |= W_ITEMS
    if form == LOCAL_SUMMED:
        flags |= W_NO_CHECKSUM if after == n or done != claimed else summed(data, start, items, after - 1)
    return after, flags


@njit(cache=True)
def walk_klv(data, end, final, keys, forms, names, packets, items):
    """Cut data[:end] into packets and items, past any damage. Returns (packets, items, consumed).

    keys (K, 16), forms (K,) name the known sets; names (N, 16) the keys inside universal sets. Bytes between packets
    belong to nobody. A packet that may go on behind the end is left for the next call unless final.
    """
    at, m, n = 0, 0, 0
    ahead = -1  # the next known key from somewhere before it on; found once, so that the walk stays linear
    while at < end:
        if data[at] != 6:
            at += 1
            continue
        if at + 16 > end:
            if not final:
                return m, n, at
            at += 1
            continue
        if not (data[at + 1] == 0x0E and data[at + 2] == 0x2B and data[at + 3] == 0x34):
            at += 1
            continue
        if end - at < 32 and not final:
            return m, n, at
        key = key_at(data, at, end, keys)
        form = forms[key] if key >= 0 else FOREIGN
        length, used = ber(data, at + 16, end)
        flags = 0
        unread = used == 0 or length > MOST_BYTES
        if unread:  # no length can be read: up to the next key, in so far as items are there
            length = MOST_BYTES
            flags |= W_LENGTH
        body = min(at + 16 + max(used, 1), end)
        claimed = body + length
        if claimed + LOOK > end and not final and end - at < 2 * MOST_BYTES:
            # A packet is judged when all that it claims is there, and what follows it.
            if claimed > end or key < 0 or flags:
                return m, n, at
        if form == LOCAL_SUMMED and claimed <= end and length < SMALL and flags == 0:
            # The usual case: a packet whose checksum is right is believed, whatever stands in it.
            after, wrong = read_set(data, at, body, claimed, form, m, names, items, n)
            if wrong == 0:
                packets[m, K_START] = at
                packets[m, K_END] = claimed
                packets[m, K_BODY] = body
                packets[m, K_KEY] = key
                packets[m, K_FLAGS] = 0
                packets[m, K_FIRST] = n
                packets[m, K_ITEMS] = after - n
                packets[m, K_CLAIMED] = claimed
                m += 1
                n = after
                at = claimed
                continue
        if claimed + 20 > end and not final and end - at < 2 * MOST_BYTES:
            return m, n, at  # a key that begins before its claimed end, or the label behind it, may not be whole yet
        after = at + 16 if key >= 0 else at + 4  # a label that is cut short may be followed at once
        if ahead < after:
            ahead = next_key(data, after, end, keys)
        first, stop = n, min(claimed, end)
        inside = ahead < claimed and (form != UNIVERSAL or ahead + 6 > end or data[ahead + 5] != 1)
        sound = False
        if claimed > end:
            flags |= W_TRUNCATED
        elif form == FOREIGN or form == PACK:
            # Content unknown: believed where its end is the end of the data or another label.
            sound = claimed == end or (claimed + 3 < end and data[claimed] == 6 and data[claimed + 1] == 0x0E)
            sound = sound and not inside and flags == 0
            if not sound:
                flags |= W_LENGTH
        elif not inside:
            n, wrong = read_set(data, at, body, claimed, form, m, names, items, n)
            flags |= wrong
            sound = flags == 0
        if not sound:
            if claimed + LOOK > end and not final and end - at < 2 * MOST_BYTES and ahead == end:
                return m, first, at
            if ahead < min(claimed, end):  # the next packet begins before this one claims to end
                stop = ahead
                flags |= W_TRUNCATED
            elif (
                flags & (W_ITEMS | W_CHECKSUM | W_NO_CHECKSUM) and ahead != claimed and form != FOREIGN and form != PACK
            ):
                # Its end is in doubt too: the items are followed as far as they go, up to the next key.
                stop = min(ahead, claimed + LOOK)
                flags |= W_LENGTH
            n = first
            if form == FOREIGN or form == PACK:
                if flags & W_LENGTH:
                    stop = min(stop, body)  # an unknown key without a credible length: only the key is its own
            elif stop >= body:  # else it is cut within its own key or length
                if form == UNIVERSAL:
                    n, done = walk_universal(data, body, stop, m, names, items, first)
                else:
                    n, done = walk_items(data, body, stop, m, items, first)
                stop = done if unread else max(done, min(claimed, stop))
                if form == LOCAL_SUMMED:
                    flags &= ~(W_CHECKSUM | W_NO_CHECKSUM)
                    flags |= W_NO_CHECKSUM if n == first else summed(data, at, items, n - 1)
        packets[m, K_START] = at
        packets[m, K_END] = stop
        packets[m, K_BODY] = min(body, stop)
        packets[m, K_KEY] = key
        packets[m, K_FLAGS] = flags
        packets[m, K_FIRST] = first
        packets[m, K_ITEMS] = n - first
        packets[m, K_CLAIMED] = claimed
        m += 1
        at = max(stop, at + 4)
    return m, n, end
