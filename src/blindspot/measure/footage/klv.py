"""Where do KLV packets and their items stand in a metadata stream, and which bytes belong to none?

Blocks of metadata bytes go in (from `ts`, or a bare .klv file), packets and items come out as arrays. A packet is never
dropped: damage is flagged on it, its items are kept as far as they can be followed, and reading goes on at the next key.
A right checksum acquits a packet of doubts of the transport; without one, a doubt stays. SMPTE ST 336; kernels in `klv_kernels`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from blindspot.measure.footage import klv_kernels as k
from blindspot.measure.footage import ts_kernels as t
from blindspot.measure.footage.tags import KEYS
from blindspot.measure.footage.universal import KEYS_0104

KNOWN = np.array([list(bytes.fromhex(key)) for _, key, _ in KEYS], np.uint8)
FORMS = np.array([form for _, _, form in KEYS], np.int64)
NAMES = np.array([list(bytes.fromhex(key)) for key, _, _ in KEYS_0104], np.uint8)
DOUBTS = t.F_GAP | t.F_ERROR | t.F_SHORT | t.F_CELL
REASONS = {
    k.W_CHECKSUM: "checksum wrong",
    k.W_NO_CHECKSUM: "no checksum at its end",
    k.W_TRUNCATED: "cut short",
    k.W_LENGTH: "length in doubt",
    k.W_ITEMS: "items do not fill it",
    k.W_TRANSPORT: "transport damaged, no checksum to acquit it",
}


@dataclass(slots=True)
class Packets:
    """Packets of a block. All arrays have one row per packet.

    data holds the bytes; start, end are places in it. key is a row of `tags.KEYS` (-1: another key); flags is a sum of
    klv_kernels.W_*; pts is that of the PES that holds its first byte (-1: none), 90 kHz; place that PES's in the file;
    first, count say which rows of items (packet, tag, place in data, length) are its own.
    """

    data: np.ndarray
    start: np.ndarray
    end: np.ndarray
    body: np.ndarray
    key: np.ndarray
    flags: np.ndarray
    pts: np.ndarray
    place: np.ndarray
    first: np.ndarray
    count: np.ndarray
    items: np.ndarray

    def __len__(self) -> int:
        return len(self.start)


@dataclass(slots=True)
class Reader:
    """Reads the metadata of one PID (or file), block after block. Bytes that no packet claims are counted."""

    orphan: int = 0
    lost: int = 0  # orphans that a continuity gap made
    runs: int = 0  # runs of such bytes
    _data: np.ndarray = field(default_factory=lambda: np.empty(0, np.uint8))
    _units: np.ndarray = field(default_factory=lambda: np.empty((0, 7), np.int64))

    def feed(self, data: np.ndarray, units: np.ndarray, *, final: bool = False) -> Packets:
        """The packets that are complete now. units as of `ts.Block`; final when nothing follows."""
        shifted = units.copy()
        shifted[:, [t.U_START, t.U_END]] += len(self._data)
        data = np.concatenate((self._data, data)) if len(self._data) else np.ascontiguousarray(data)
        units = np.concatenate((self._units, shifted)) if len(self._units) else shifted
        rows, items, consumed = cut(data, final=final)
        packets = _packets(data, rows, items, units)
        self._count_orphans(packets, consumed, units)
        self._data = data[consumed:].copy()
        kept = units[units[:, t.U_END] > consumed] if consumed < len(data) else units[:0]
        kept = kept.copy()
        kept[:, [t.U_START, t.U_END]] = np.maximum(kept[:, [t.U_START, t.U_END]] - consumed, 0)
        self._units = kept
        return packets

    def _count_orphans(self, packets: Packets, consumed: int, units: np.ndarray) -> None:
        starts = np.concatenate((packets.start, [consumed]))
        ends = np.concatenate(([0], packets.end))
        sizes = starts - ends
        runs = np.flatnonzero(sizes > 0)
        if not len(runs):
            return
        if len(units):
            unit = np.clip(np.searchsorted(units[:, t.U_START], ends[runs], side="right") - 1, 0, None)
            stranded = units[unit, t.U_FLAGS] & t.F_GAP != 0
        else:
            stranded = np.zeros(len(runs), bool)
        self.lost += int(sizes[runs][stranded].sum())
        self.orphan += int(sizes[runs][~stranded].sum())
        self.runs += len(runs)


def cut(data: np.ndarray, *, final: bool = True) -> tuple[np.ndarray, np.ndarray, int]:
    """(packet rows, item rows, bytes consumed) of metadata bytes; columns as in `klv_kernels`."""
    # A packet has 17 bytes at least, and one that is not sound takes 4; an item has 2.
    packets = np.empty((len(data) // 4 + 1, 8), np.int64)
    items = np.empty((len(data) // 2 + 2, 4), np.int32)
    m, n, consumed = k.walk_klv(data, len(data), final, KNOWN, FORMS, NAMES, packets, items)
    return packets[:m], items[:n], consumed


def _packets(data: np.ndarray, rows: np.ndarray, items: np.ndarray, units: np.ndarray) -> Packets:
    flags = rows[:, k.K_FLAGS].copy()
    pts, place = np.full(len(rows), -1, np.int64), np.full(len(rows), -1, np.int64)
    if len(units):
        unit = np.clip(np.searchsorted(units[:, t.U_START], rows[:, k.K_START], side="right") - 1, 0, None)
        # Empty PES share their start with the next one: the last of them is meant, and `right` finds it.
        pts, place = units[unit, t.U_PTS], units[unit, t.U_PLACE]
        last = np.clip(np.searchsorted(units[:, t.U_START], rows[:, k.K_END] - 1, side="right") - 1, 0, None)
        doubt = (units[unit, t.U_FLAGS] | units[last, t.U_FLAGS]) & DOUBTS != 0
        known = rows[:, k.K_KEY] >= 0
        acquitted = known & (flags == 0) & (FORMS[rows[:, k.K_KEY]] == k.LOCAL_SUMMED)
        flags[doubt & ~acquitted] |= k.W_TRANSPORT
    return Packets(
        data=data,
        start=rows[:, k.K_START],
        end=rows[:, k.K_END],
        body=rows[:, k.K_BODY],
        key=rows[:, k.K_KEY],
        flags=flags,
        pts=pts,
        place=place,
        first=rows[:, k.K_FIRST],
        count=rows[:, k.K_ITEMS],
        items=items,
    )
