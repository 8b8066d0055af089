"""What do the packets say? Items of ST 0601, EG 0104 and their nested sets into columns, and their bytes into the ledger.

Blocks of packets are added as they come, so that an hour of video takes the memory of its columns. Kernels in `klv_kernels`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from blindspot.measure.footage import column_kernels as k
from blindspot.measure.footage import tags as g
from blindspot.measure.footage.imapb import imapb_scale
from blindspot.measure.footage.klv import REASONS
from blindspot.measure.footage.model import Coded, Ledger, Telemetry
from blindspot.measure.footage.universal import same_tag, universal_columns
from blindspot.measure.footage.vmti import Reports

if TYPE_CHECKING:
    from blindspot.measure.footage.klv import Packets

BYTES = {g.TEXT, g.SET, g.PACK, g.BLOB}


def coding_tables(rows: tuple[g.Tag, ...]) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(coding, scale, offset, special) of a table of tags, by tag and by (tag, bytes), for `klv_kernels.fill`.

    scale is NaN where the standard knows no such length; special marks signed codings whose lowest number is no value.
    """
    most = max(tag.number for tag in rows) + 1
    coding = np.full(most, k.N_NONE, np.int64)
    scale, offset = np.full((most, 9), np.nan), np.zeros((most, 9))
    special = np.zeros((most, 9), np.uint8)
    for tag in rows:
        coding[tag.number] = k.N_BYTES if tag.coding in BYTES else g.CODINGS[tag.coding]
        if tag.coding in BYTES:
            continue
        plain = not tag.scaled
        for size in range(1, 9) if plain or not tag.size else (tag.size,):
            if plain:
                scale[tag.number, size] = 1.0
            elif tag.coding == g.IMAPB:
                scale[tag.number, size], offset[tag.number, size] = imapb_scale(tag.low, tag.high, size)
            elif tag.coding == g.UINT:
                scale[tag.number, size] = (tag.high - tag.low) / (2 ** (8 * size) - 1)
                offset[tag.number, size] = tag.low
            else:
                scale[tag.number, size] = (tag.high - tag.low) / (2 ** (8 * size) - 2)
                special[tag.number, size] = 1
    return coding, scale, offset, special


CODING, SCALE, OFFSET, SPECIAL = coding_tables(g.TAGS)
NAME = {tag.number: tag.name for tag in g.TAGS}
STATUS = {
    k.S_OK: ("decoded", "telemetry"),
    k.S_UNKNOWN: ("unknown", "tag not in the standard"),
    k.S_LENGTH: ("flagged", "item of a length that the standard does not give"),
    k.S_SPECIAL: ("decoded", "telemetry"),  # the standard's own word for out of range
    k.S_REPEATED: ("flagged", "item repeated in its packet"),
}


class Collector:
    """Packets of one stream in, `Telemetry` out."""

    def __init__(self, stream: int, ledger: Ledger) -> None:
        self.stream, self.ledger = stream, ledger
        self.parts: list[tuple[Packets, dict[str, np.ndarray], dict[str, np.ndarray]]] = []
        self.rows: dict[str, list[np.ndarray]] = {n: [] for n in ("key", "flags", "time_us", "pts", "place")}
        self.numbers: dict[str, list[tuple[int, np.ndarray]]] = {}
        self.times: dict[str, list[tuple[int, np.ndarray]]] = {}
        self.codes: dict[str, list[tuple[int, np.ndarray]]] = {}
        self.values: dict[str, dict[bytes, int]] = {}
        self.items: dict[str, int] = {}
        self.bad_items = 0
        self.reports = Reports()
        self.n = 0

    def add(self, packets: Packets) -> None:
        """Decode a block of packets."""
        n = len(packets)
        if not n:
            return
        items = packets.items
        owner_key = packets.key[items[:, 0]] if len(items) else np.empty(0, np.int64)
        status = np.zeros(len(items), np.uint8)
        time_us = np.full(n, -1, np.int64)
        mixed = bool((packets.key != g.ST0601).any())
        if not mixed:
            self._tagged(packets, items, None, status, time_us)
        else:
            own = np.flatnonzero(owner_key == g.ST0601)
            self._tagged(packets, items[own], own, status, time_us)
            self._universal(packets, np.flatnonzero(owner_key == g.EG0104), status, time_us)
            self._alone(packets, status, owner_key)
        self._account(packets, status)
        for name, column in (
            ("key", packets.key), ("flags", packets.flags), ("time_us", time_us), ("pts", packets.pts), ("place", packets.place)
        ):  # fmt: skip
            self.rows[name].append(column.astype(np.int64))
        self.n += n

    def _tagged(
        self, packets: Packets, items: np.ndarray, own: np.ndarray | None, status: np.ndarray, time_us: np.ndarray
    ) -> None:
        n, most = len(packets), len(CODING)
        present = np.bincount(np.minimum(items[:, 1], most), minlength=most + 1)[:most]
        scalars = [i for i in np.flatnonzero(present).tolist() if CODING[i] not in {k.N_NONE, k.N_BYTES, k.N_TIME}]
        stamps = [i for i in np.flatnonzero(present).tolist() if CODING[i] == k.N_TIME]
        column = np.zeros(most, np.int64)
        column[scalars] = np.arange(len(scalars))
        column[stamps] = np.arange(len(stamps))
        numbers, times = np.full((len(scalars), n), np.nan), np.full((len(stamps), n), -1, np.int64)
        own_status, others = np.zeros(len(items), np.uint8), np.empty(len(items), np.int64)
        m = k.fill(packets.data, items, CODING, SCALE, OFFSET, SPECIAL, column, numbers, times, own_status, others)
        if own is None:
            status[:] = own_status
        else:
            status[own] = own_status
        for row, tag in enumerate(scalars):
            self.numbers.setdefault(NAME[tag], []).append((self.n, numbers[row]))
        for row, tag in enumerate(stamps):
            if tag == 2:
                time_us[:] = np.where(times[row] >= 0, times[row], time_us)
            else:
                self.times.setdefault(NAME[tag], []).append((self.n, times[row]))
        for tag in np.flatnonzero(present).tolist():
            self.items[str(tag)] = self.items.get(str(tag), 0) + int(present[tag])
        self._bytes(packets, items, others[:m])
        self.bad_items += int(((own_status == k.S_LENGTH) | (own_status == k.S_REPEATED)).sum())

    def _bytes(self, packets: Packets, items: np.ndarray, others: np.ndarray) -> None:
        counts, order = np.zeros(257, np.int64), np.empty(len(others), np.int64)
        k.sort_by_tag(items, others, len(others), counts, order)
        for tag in np.flatnonzero(np.diff(counts)).tolist():
            rows = order[counts[tag] : counts[tag + 1]]
            column, firsts = np.full(len(packets), -1, np.int64), np.empty(len(rows), np.int64)
            table = np.full(1 << (2 * len(rows)).bit_length(), -1, np.int64)
            m = k.intern(packets.data, items, rows, column, firsts, table)
            values = self.values.setdefault(NAME[tag], {})
            fresh = [packets.data[a : a + n].tobytes() for a, n in items[firsts[:m], 2:].tolist()]
            mine = np.array([values.setdefault(value, len(values)) for value in fresh], np.int64)
            if (mine != np.arange(m)).any():
                column = np.where(column >= 0, mine[column], -1)
            self.codes.setdefault(NAME[tag], []).append((self.n, column))
            if tag == 74:
                self.reports.add(packets.data, items[rows].astype(np.int64), self.n, packets.flags)

    def _universal(self, packets: Packets, own: np.ndarray, status: np.ndarray, time_us: np.ndarray) -> None:
        if not len(own):
            return
        items = packets.items[own]
        numbers, texts, times, read = universal_columns(packets.data, items, len(packets))
        status[own[~read]] = k.S_UNKNOWN
        for name, column in numbers.items():
            self.numbers.setdefault(name, []).append((self.n, column))
        for name, words in texts.items():
            values = self.values.setdefault(name, {})
            codes = [-1 if w is None else values.setdefault(w.encode(), len(values)) for w in words]
            self.codes.setdefault(name, []).append((self.n, np.array(codes, np.int64)))
        np.copyto(time_us, times, where=times >= 0)
        rows, counts = np.unique(items[:, 1], return_counts=True)
        for row, count in zip(rows.tolist(), counts.tolist(), strict=True):
            name = same_tag(row) if row >= 0 else "unknown key"
            self.items[name] = self.items.get(name, 0) + count

    def _alone(self, packets: Packets, status: np.ndarray, owner_key: np.ndarray) -> None:
        """Sets that stand by themselves: ST 0903 to the targets; of the others the bytes are kept under their name."""
        for row in np.flatnonzero((packets.key != g.ST0601) & (packets.key != g.EG0104) & (packets.key >= 0)).tolist():
            name = g.KEY_NAMES[packets.key[row]]
            body, end = int(packets.body[row]), int(packets.end[row])
            values = self.values.setdefault(name, {})
            content = packets.data[body:end].tobytes()
            column = np.full(len(packets), -1, np.int64)
            column[row] = values.setdefault(content, len(values))
            self.codes.setdefault(name, []).append((self.n, column))
            self.items[name] = self.items.get(name, 0) + 1
            if packets.key[row] == g.ST0903:
                self.reports.add(packets.data, np.array([[row, 74, body, end - body]]), self.n, packets.flags)
        del status, owner_key

    def _account(self, packets: Packets, status: np.ndarray) -> None:
        out = np.zeros(5, np.int64)
        if status.any():
            k.by_status(
                packets.items, packets.first, packets.count, packets.body, packets.flags, packets.key, status, out
            )
        size = packets.end - packets.start
        sound = (packets.flags == 0) & (packets.key >= 0)
        headers = int((size[sound]).sum() - out.sum())  # key and length, and what the sets alone do not itemise
        self.ledger.add("decoded", "telemetry", headers)
        for state, (part, reason) in STATUS.items():
            self.ledger.add(part, reason, int(out[state]))
        self.ledger.add("unknown", "key not known", int(size[(packets.flags == 0) & (packets.key < 0)].sum()))
        for flags in np.unique(packets.flags[packets.flags != 0]).tolist():
            words = ", ".join(reason for bit, reason in REASONS.items() if flags & bit)
            self.ledger.add("flagged", words, int(size[packets.flags == flags].sum()))

    def finish(self) -> Telemetry:
        """All that was added, in one piece."""
        n = self.n
        rows = {name: np.concatenate(parts) if parts else np.empty(0, np.int64) for name, parts in self.rows.items()}
        numbers = {name: _join(parts, n, np.nan, np.float64) for name, parts in self.numbers.items()}
        times = {name: _join(parts, n, -1, np.int64) for name, parts in self.times.items()}
        coded = {
            name: Coded(_join(parts, n, -1, np.int64), list(self.values[name])) for name, parts in self.codes.items()
        }
        order = {tag.name: tag.number for tag in g.TAGS}
        numbers = dict(sorted(numbers.items(), key=lambda p: (order.get(p[0], 999), p[0])))
        telemetry = Telemetry(
            stream=self.stream,
            key=rows["key"],
            flags=rows["flags"],
            time_us=rows["time_us"],
            pts=rows["pts"],
            place=rows["place"],
            numbers=numbers,
            times=times,
            coded=coded,
            items=self.items,
            bad_items=self.bad_items,
            targets=self.reports.targets(numbers, n),
        )
        telemetry.targets_from = self.reports.systems
        return telemetry


def _join(parts: list[tuple[int, np.ndarray]], n: int, none: float, kind: type) -> np.ndarray:
    out: np.ndarray = np.full(n, none, kind)
    for at, column in parts:
        here = out[at : at + len(column)]
        seen = column != -1 if kind is np.int64 else ~np.isnan(column)
        here[seen] = column[seen]
    return out
