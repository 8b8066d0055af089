"""Which moving targets does the telemetry itself report, and where? MISB ST 0903 in today's mapping and in the legacy one.

Since ST 0903.4 positions are IMAPB integers; before it, absolute ones were unsigned 32-bit over the whole range and offsets
signed integers over +-19.2 degrees. The version (tag 4) is sent on change only, so it is carried forward, and back to
the start. Where none was ever sent, the mapping that keeps all positions on the globe near the frame is taken.
"""

from __future__ import annotations

import numpy as np

from blindspot.measure.footage import vmti_kernels as v
from blindspot.measure.footage.imapb import imapb_scale
from blindspot.measure.footage.model import Targets, no_targets

LEGACY_BEFORE = 4
OFFSET_RANGE = 19.2
LOW, HIGH = -900.0, 19000.0  # metres, of heights


class Reports:
    """VMTI sets in, `Targets` out."""

    def __init__(self) -> None:
        self.parts: list[np.ndarray] = []
        self.heads: list[np.ndarray] = []
        self.systems: list[str] = []

    def add(self, data: np.ndarray, sets: np.ndarray, row: int, flags: np.ndarray) -> None:
        """Take the VMTI sets of a block; row is that of its first packet. Reports of flagged packets are kept, marked bad."""
        sets = np.ascontiguousarray(sets)
        out = np.empty((int(sets[:, 3].sum()) // 2 + len(sets) + 1, v.COLUMNS), np.int64)
        heads = np.empty((len(sets), 5), np.int64)
        n = v.walk_vmti(data, sets, out, heads)
        reports = out[:n].copy()
        reports[:, v.R_BAD] |= flags[reports[:, v.R_PACKET]] != 0
        reports[:, v.R_PACKET] += row
        self.parts.append(reports)
        sound = flags[sets[:, 0]] == 0
        self.heads.append(np.column_stack((sets[:, 0] + row, np.where(sound[:, None], heads[:, :3], -1))))
        for place, length in heads[(heads[:, 3] >= 0) & sound, 3:5].tolist():
            name = data[place : place + length].tobytes().decode("utf-8", "replace")
            if name not in self.systems:
                self.systems.append(name)

    def targets(self, numbers: dict[str, np.ndarray], n: int) -> Targets:
        """All reports, in degrees, metres and pixels. numbers: the columns of the n packets they came in."""
        if not self.parts or not sum(map(len, self.parts)):
            return no_targets()
        raw, heads = np.concatenate(self.parts), np.concatenate(self.heads)
        if (np.diff(raw[:, v.R_PACKET]) < 0).any():
            raw = raw[np.argsort(raw[:, v.R_PACKET], kind="stable")]
        raw = np.asfortranarray(raw)
        packet = raw[:, v.R_PACKET]
        version, width, height = (_carried(heads[:, 0], heads[:, c], n)[packet] for c in (1, 2, 3))
        del height
        centre = [_last(numbers.get(f"frame_center_{axis}"), n)[packet] for axis in ("latitude", "longitude")]
        legacy = version < LEGACY_BEFORE
        if (version < 0).all():
            legacy = np.full(len(raw), _looks_legacy(raw, centre))
        lat, lon, hae = np.full((3, len(raw)), np.nan)
        absolute = raw[:, v.R_LAT] != v.NONE
        for is_legacy in (True, False):
            at = absolute & (legacy == is_legacy)
            lat[at], lon[at] = _absolute(raw[at], legacy=is_legacy)
            for column in (v.R_HEIGHT, v.R_HAE):
                given = (raw[:, column] != v.NONE) & (legacy == is_legacy)
                scale, offset = ((HIGH - LOW) / 65535, LOW) if is_legacy else imapb_scale(LOW, HIGH, 2)
                hae[given] = raw[given, column] * scale + offset
        by_offset = ~absolute & (raw[:, v.R_LAT_OFF] != v.NONE) & (raw[:, v.R_LON_OFF] != v.NONE)
        for axis, (value, size, out) in enumerate(
            ((v.R_LAT_OFF, v.R_LAT_OFF_SIZE, lat), (v.R_LON_OFF, v.R_LON_OFF_SIZE, lon))
        ):
            for length in np.unique(raw[by_offset, size]).tolist():
                at = by_offset & (raw[:, size] == length)
                out[at] = centre[axis][at] + _offset(raw[at, value], length, legacy[at])
        located = np.where(absolute, "absolute", np.where(by_offset & ~np.isnan(lat), "offset", ""))
        rows, columns = _pixel(raw[:, v.R_CENTROID], width)
        rows = np.where(raw[:, v.R_ROW] > 0, raw[:, v.R_ROW], rows)
        columns = np.where(raw[:, v.R_COLUMN] > 0, raw[:, v.R_COLUMN], columns)
        corners = [_pixel(raw[:, c], width) for c in (v.R_TOP_LEFT, v.R_BOTTOM_RIGHT)]
        return Targets(
            packet=packet,
            id=raw[:, v.R_ID],
            row=rows,
            column=columns,
            box=np.column_stack([part for corner in corners for part in corner]),
            lat=lat,
            lon=lon,
            height=hae,
            confidence=np.where(raw[:, v.R_CONFIDENCE] >= 0, raw[:, v.R_CONFIDENCE], np.nan).astype(float),
            located=located.tolist(),
            legacy=legacy,
        )


def _carried(packet: np.ndarray, said: np.ndarray, n: int) -> np.ndarray:
    """What was said last at each of n packets; before the first word, that word; -1 where there was none."""
    order = np.argsort(packet, kind="stable")
    packet, said = packet[order], said[order]
    packet, said = packet[said >= 0], said[said >= 0]
    if not len(said):
        return np.full(n, -1, np.int64)
    return said[np.clip(np.searchsorted(packet, np.arange(n), side="right") - 1, 0, None)]


def _last(column: np.ndarray | None, n: int) -> np.ndarray:
    """A column with its last value carried forward."""
    if column is None:
        return np.full(n, np.nan)
    seen = np.maximum.accumulate(np.where(np.isnan(column), -1, np.arange(n)))
    return np.where(seen >= 0, column[np.clip(seen, 0, None)], np.nan)


def _absolute(raw: np.ndarray, *, legacy: bool) -> tuple[np.ndarray, np.ndarray]:
    lat, lon = raw[:, v.R_LAT], raw[:, v.R_LON]
    if legacy:
        return lat * (180 / (2**32 - 1)) - 90, lon * (360 / (2**32 - 1)) - 180
    scale, offset = imapb_scale(-90, 90, 4)
    wide, shift = imapb_scale(-180, 180, 4)
    return lat * scale + offset, lon * wide + shift


def _offset(raw: np.ndarray, size: int, legacy: np.ndarray) -> np.ndarray:
    half = 1 << (8 * size - 1)
    signed = np.where(raw >= half, raw - 2 * half, raw)
    scale, offset = imapb_scale(-OFFSET_RANGE, OFFSET_RANGE, size)
    # Before .4 a shorter coding is the low bytes of the 24-bit number.
    return np.where(legacy, signed * (OFFSET_RANGE / (2**23 - 1)), raw * scale + offset)


def _looks_legacy(raw: np.ndarray, centre: list[np.ndarray]) -> bool:
    """Without a version: whether the legacy mapping puts the absolute positions nearer to the frame centre."""
    at = (raw[:, v.R_LAT] != v.NONE) & ~np.isnan(centre[0])
    if not at.any():
        short = raw[raw[:, v.R_LAT_OFF] != v.NONE, v.R_LAT_OFF_SIZE]
        return bool(len(short) and (short < 3).any())  # IMAPB offsets always have three bytes
    miss = [np.abs(_absolute(raw[at], legacy=legacy)[0] - centre[0][at]) for legacy in (True, False)]
    return bool(np.median(miss[0]) < np.median(miss[1]))


def _pixel(number: np.ndarray, width: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Row and column, from 1, of a pixel number; 0 where it or the width is not known."""
    known = (number > 0) & (width > 0)
    w = np.where(known, width, 1)
    return np.where(known, (number - 1) // w + 1, 0), np.where(known, (number - 1) % w + 1, 0)
