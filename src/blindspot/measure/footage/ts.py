"""What is in a transport stream, byte for byte? Packets to metadata units, with an account of every byte.

Streamed: chunks go in, metadata blocks come out per PID; the state that is kept is one unfinished PES per metadata PID.
The answer does not depend on where the chunks are cut. ISO/IEC 13818-1; kernels in `ts_kernels`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from blindspot.measure.footage import ts_kernels as k
from blindspot.measure.footage.psi import PICTURE_TYPES, PRIVATE_PES, Sections
from blindspot.measure.footage.sei import sei_times

TABLE_PIDS = (0x00, 0x01, 0x10, 0x11, 0x12, 0x14)
MOST_SLOTS = 64
SYNCHRONOUS = 0x15
LABEL = b"\x06\x0e\x2b\x34"


@dataclass(slots=True)
class Block:
    """Metadata bytes of one PID in order, and a row per PES: start, end, pts, stream id, cells, flags, place in the file."""

    data: np.ndarray
    units: np.ndarray


@dataclass(slots=True)
class MetadataStream:
    """One metadata PID: how it was announced, what its PES looked like, and the PES that is not complete yet."""

    pid: int
    stream_type: int
    announced: bool
    units: int = 0
    with_pts: int = 0
    ids: dict[int, int] = field(default_factory=dict)
    header_bytes: int = 0
    tail: np.ndarray = field(default_factory=lambda: np.empty(0, np.uint8))
    tail_wrong: int = 0
    tail_place: int = -1
    blocks: list[Block] = field(default_factory=list)

    @property
    def synchronous(self) -> bool:
        return self.stream_type == SYNCHRONOUS

    def take(self) -> list[Block]:
        """The blocks since the last call."""
        blocks, self.blocks = self.blocks, []
        return blocks


def layout(head: np.ndarray) -> tuple[int, int, int] | None:
    """(first packet, packet size, place of the sync byte in it) of what looks like a transport stream; None otherwise.

    Five sync bytes in a row must stand one packet apart (or all that the file has, at least two).
    """
    for stride, base in ((188, 0), (192, 4), (204, 0)):
        most = min(len(head) - base, 64 * stride)
        for start in range(max(0, most)):
            run = head[start + base :: stride][:5]
            if head[start + base] == 0x47 and len(run) >= 2 and (run == 0x47).all():
                return start, stride, base
    return None


class Transport:
    """A transport stream being read: feed chunks, take metadata blocks, then read the counters.

    origin: place of the first byte that is fed; stride, base: see `layout`.
    """

    def __init__(self, stride: int = 188, base: int = 0, origin: int = 0) -> None:
        self.stride, self.base, self.origin = stride, base, origin
        self.kinds = np.zeros(8192, np.uint8)
        self.kinds[list(TABLE_PIDS)] = k.PSI
        self.kinds[0x1FFF] = k.NULL
        self.slots = np.full(8192, -1, np.int16)
        self.counters = np.zeros(12, np.int64)
        self.seen = np.zeros(8192, np.int64)
        self.last = np.zeros(8192, np.int16)
        self.stranded = np.zeros(8192, np.uint8)
        self.memory = np.zeros((MOST_SLOTS, 188), np.uint8)
        self.tables = np.zeros((MOST_SLOTS, 189), np.uint8)
        self.sections = Sections()
        self.streams: dict[int, MetadataStream] = {}
        self.gaps: list[np.ndarray] = []
        self.clocks: list[np.ndarray] = []
        self.pictures: dict[int, list[np.ndarray]] = {}  # pid -> rows (file place, pts, SEI time, its status)
        self.resyncs = 0
        self.cut = 0
        self._rest = np.empty(0, np.uint8)
        self._part = np.zeros((MOST_SLOTS, k.HEAD), np.uint8)
        self._part_at = np.full((MOST_SLOTS, 2), -1, np.int64)
        for pid in TABLE_PIDS:
            self._slot(pid)

    def adopt(self, other: Transport) -> None:
        """Start with what another reading of the same file learnt about its PIDs."""
        for pid, kind in enumerate(other.kinds.tolist()):
            if kind and not self.kinds[pid]:
                self._become(pid, kind)
        for pid, stream in other.streams.items():
            self.streams[pid] = MetadataStream(pid, stream.stream_type, stream.announced)
        self.sections.map_pids |= other.sections.map_pids
        self.sections.streams |= other.sections.streams

    def feed(self, chunk: np.ndarray, *, final: bool = False) -> None:
        """Take the next bytes of the file (uint8)."""
        data = np.concatenate((self._rest, chunk)) if len(self._rest) else np.ascontiguousarray(chunk)
        most = len(data) // self.stride + 2 + MOST_SLOTS
        pieces, clocks, gaps = (np.empty((most, n), np.int64) for n in (6, 3, 3))
        heads, starts = np.empty((most, k.HEAD), np.uint8), np.empty((most, 3), np.int64)
        used = np.zeros(10, np.int64)
        pos, why = 0, k.TABLE
        while why == k.TABLE:
            pos, why = k.walk_ts(
                data, pos, len(data), final, self.origin, self.stride, self.base, self.kinds, self.slots, self.counters,
                self.seen, self.last, self.stranded, self.memory, self.tables, self._part, self._part_at, pieces, heads,
                starts, clocks, gaps, used,
            )  # fmt: skip
            if why == k.TABLE:
                self.sections.add(int(used[8]), data[used[6] : used[7]].tobytes(), unit=bool(used[9]))
                self._announce()
        if final:
            for pid in np.flatnonzero(self.slots >= 0):
                k.flush_head(self.slots[pid], pid, self._part, self._part_at, heads, starts, used)
        self.cut += int(used[4])
        self.resyncs += int(used[5])
        self.gaps.append(gaps[: used[3]].copy())
        self.clocks.append(clocks[: used[2]].copy())
        if used[1]:
            self._pictures(heads[: used[1]], starts[: used[1]])
        self._collect(data, pieces[: used[0]], final=final)
        self._rest = data[pos:].copy()
        self.origin += pos

    def _announce(self) -> None:
        """Give a kind to the PIDs that the tables name."""
        for pid in self.sections.map_pids:
            if self.kinds[pid] == k.UNKNOWN:
                self._become(pid, k.PSI)
        for pid, stream in self.sections.streams.items():
            if self.kinds[pid] not in {k.UNKNOWN, k.OTHER}:
                continue
            if stream.stream_type in PICTURE_TYPES:
                self._become(pid, k.PICTURE)
            elif stream.stream_type == SYNCHRONOUS or (stream.stream_type == PRIVATE_PES and stream.klv):
                self._become(pid, k.METADATA)
                self.streams.setdefault(pid, MetadataStream(pid, stream.stream_type, announced=True))
            elif self.kinds[pid] == k.UNKNOWN:
                self._become(pid, k.OTHER)

    def announce_found(self, pid: int, kind: int) -> None:
        """Give a kind to a PID by what its packets hold, where no table names it or its table says too little."""
        self._become(pid, kind)
        if kind == k.METADATA:
            told = self.sections.streams.get(pid)
            self.streams[pid] = MetadataStream(pid, told.stream_type if told else -1, announced=False)

    def _become(self, pid: int, kind: int) -> None:
        self.kinds[pid] = kind
        self._slot(pid)

    def _slot(self, pid: int) -> None:
        used = int((self.slots >= 0).sum())
        if self.slots[pid] < 0 and used < MOST_SLOTS:
            self.slots[pid] = used

    def _pictures(self, heads: np.ndarray, starts: np.ndarray) -> None:
        stamps = np.empty(len(starts), np.int64)
        k.pes_stamps(heads, starts, stamps)
        for pid in np.unique(starts[:, 1]):
            own = starts[:, 1] == pid
            self.pictures.setdefault(int(pid), []).append(
                np.column_stack((starts[own, 0], stamps[own], sei_times(heads[own], starts[own])))
            )

    def _collect(self, data: np.ndarray, pieces: np.ndarray, *, final: bool) -> None:
        """Put the payload of each metadata PID together and strip what is complete of its PES headers."""
        for pid, stream in self.streams.items():
            own = pieces[pieces[:, 3] == pid]
            if not len(own) and not (final and len(stream.tail)):
                continue
            tail = len(stream.tail)
            payload = np.empty(tail + int(own[:, 2].sum()), np.uint8)
            payload[:tail] = stream.tail
            at = np.empty(len(own), np.int64)
            k.gather(data, own, payload[tail:], at)
            unit = own[:, 4] != 0
            # A gap in front of a unit start is a gap at the end of the PES before it.
            own_wrong, before = own[:, 5].copy(), np.zeros(len(own), np.int64)
            before[unit] = own_wrong[unit] & k.P_GAP
            own_wrong[unit] &= ~k.P_GAP
            first = np.flatnonzero(unit)
            bounds, places = at[first] + tail, own[first, 0]
            if not len(first) or bounds[0] > 0:  # what came before belongs to the PES under way, or to none
                bounds = np.concatenate(([0], bounds))
                places = np.concatenate(([stream.tail_place if tail else (own[0, 0] if len(own) else -1)], places))
            owner = np.searchsorted(bounds, at + tail, side="right") - 1
            wrongs = np.zeros(len(bounds), np.int64)
            np.bitwise_or.at(wrongs, owner, own_wrong)
            late = unit & (before != 0) & (owner > 0)
            np.bitwise_or.at(wrongs, owner[late] - 1, before[late])
            if tail:
                wrongs[0] |= stream.tail_wrong
            if final:
                bounds = np.concatenate((bounds, [len(payload)]))
            else:
                stream.tail, stream.tail_wrong = payload[bounds[-1] :].copy(), int(wrongs[-1])
                stream.tail_place = int(places[-1])
            if len(bounds) > 1:
                self._unpack(stream, payload, bounds, wrongs, places)

    def _unpack(
        self, stream: MetadataStream, payload: np.ndarray, bounds: np.ndarray, wrongs: np.ndarray, places: np.ndarray
    ) -> None:
        out = np.empty(int(bounds[-1] - bounds[0]), np.uint8)
        units, counts = np.empty((len(bounds) - 1, 7), np.int64), np.zeros(2, np.int64)
        n = k.unpack_pes(payload, bounds, wrongs, places, stream.synchronous, out, units, counts)
        stream.units += len(units)
        stream.with_pts += int((units[:, k.U_PTS] >= 0).sum())
        for value, count in zip(*np.unique(units[:, k.U_ID], return_counts=True), strict=True):
            stream.ids[int(value)] = stream.ids.get(int(value), 0) + int(count)
        stream.header_bytes += int(counts[0])
        stream.blocks.append(Block(out[:n], units))


def found_by_content(data: np.ndarray, transport: Transport) -> dict[int, int]:
    """Kinds of PIDs that no table explains, from the first bytes of their PES: pid -> kind.

    data: the head of the file; transport: a reading of it. A PES that begins with an SMPTE universal label is metadata.
    """
    found: dict[int, int] = {}
    at = np.arange(0, len(data) - transport.stride + 1, transport.stride) + transport.base
    at = at[(data[at] == 0x47) & (data[at + 1] & 0x40 != 0)]
    pids = (data[at + 1].astype(np.int64) & 0x1F) << 8 | data[at + 2]
    for place, pid in zip(at.tolist(), pids.tolist(), strict=True):
        if pid in found or transport.kinds[pid] not in {k.UNKNOWN, k.OTHER}:
            continue
        packet = data[place : place + 188].tobytes()
        body = 4 + (1 + packet[4] if packet[3] & 0x20 else 0)
        pes = packet[body:]
        if pes[:3] != b"\0\0\1" or packet[3] & 0xC0:
            continue
        if pes[3] in {0xBD, 0xFC} and LABEL in pes[9:64]:
            found[pid] = k.METADATA
        elif 0xE0 <= pes[3] <= 0xEF and transport.kinds[pid] == k.UNKNOWN:
            found[pid] = k.PICTURE
    return found
